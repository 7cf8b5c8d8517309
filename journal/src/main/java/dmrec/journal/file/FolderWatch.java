package dmrec.journal.file;

import dmrec.event.IoErrors;
import dmrec.event.KernelText;
import dmrec.journal.JournalException;
import dmrec.journal.JournalFullException;
import dmrec.journal.JournalOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Watches over the folder that a journal is written to, and brings it in order when somebody has
 * taken it, its files or its lock away. The place of a journal is its path: where the folder went
 * elsewhere it is made anew there.
 *
 * <p>Belongs to the thread that writes to the folder, but for {@link #isHarmed}.
 */
public final class FolderWatch implements AutoCloseable {
  /** What a gap says of events for which there was no folder. */
  private static final String NO_PLACE = "the journal's folder could not be written";

  private final Path folder;
  private final JournalOptions options;
  private final WriterLock lock;
  private final JournalFiles files;
  private final UUID journal;
  private final FolderGuard guard;
  private Loss loss = new Loss();

  /** Whether the folder that is locked is known not to be the journal's any more. */
  private boolean away;

  /**
   * A watch that looks where it is asked to, until {@link #start}.
   *
   * @param options say what a folder has to be like
   * @param lock on the folder
   * @param journal the journal's name
   * @param alarm called by another thread when something is wrong; returns soon
   */
  public FolderWatch(
      Path folder,
      JournalOptions options,
      WriterLock lock,
      JournalFiles files,
      UUID journal,
      Runnable alarm) {
    this.folder = folder;
    this.options = options;
    this.lock = lock;
    this.files = files;
    this.journal = journal;
    this.guard = new FolderGuard(folder, lock, files, alarm);
  }

  /** Lets the alarm go off by itself. */
  public void start() {
    guard.start();
  }

  /** Whether something was found wrong; from any thread. */
  public boolean isHarmed() {
    return guard.isHarmed();
  }

  /** As {@link #isHarmed} where it is asked for now. */
  public boolean check() {
    return guard.check();
  }

  /**
   * Finds out what is wrong. What is missing from here on belongs to the {@link #loss}.
   *
   * @return what the files are; those missing are no longer expected
   * @throws JournalFullException where they cannot be looked at: to be tried again
   */
  public Inspection examine() throws JournalFullException {
    if (!away && !lock.isFolderHere()) {
      away = true;
      loss.because(whatBecameOfFolder());
    }
    try {
      Inspection found = Inspection.of(files.all(), journal);
      Held current = files.current();
      files.found(found.left(), current != null && isOver(found, current.path()));
      return found;
    } catch (IOException e) {
      throw new JournalFullException(IoErrors.cannot("look into", folder, e), NO_PLACE);
    }
  }

  /** Whether nothing more can be added to a file. */
  public boolean isOver(Inspection found, Path file) {
    return away || found.concerns(file);
  }

  private String whatBecameOfFolder() {
    Path now = lock.whereabouts();
    if (now == null) {
      return "the folder was removed";
    }
    return now.equals(folder.toAbsolutePath().normalize())
        ? "another folder stands in front of it"
        : "the folder was renamed to " + KernelText.printable(now.toString());
  }

  /** Whether the folder that is locked is not the journal's any more. */
  public boolean isAway() {
    return away;
  }

  /**
   * Holds the folder, and the file of its lock, where they belong; makes them where they are gone.
   *
   * @throws JournalFullException where another writer has come first, the folder holds something
   *     else, or it cannot be made: to be tried again
   */
  public void hold() throws JournalFullException {
    try {
      if (away) {
        lock.become(anew());
        away = false;
      } else if (!lock.isFileHere()) {
        lock.renew();
        options
            .notices()
            .accept(
                IoErrors.shown(folder.resolve(WriterLock.FILE))
                    + ": was removed or replaced while this journal is written; it is there again."
                    + " Leave it where it is: it keeps other recorders out");
      }
      guard.mended();
    } catch (JournalException e) {
      throw new JournalFullException(String.valueOf(e.getMessage()), NO_PLACE);
    }
  }

  private WriterLock anew() throws JournalException {
    List<String> notices = new ArrayList<>(); // Of the last of many tries.
    JournalFolder.prepare(folder, options.withNotices(notices::add));
    WriterLock next = WriterLock.take(folder);
    try {
      for (Path file : JournalFolder.cycles(folder)) {
        FileHeader header = DocumentScanner.headerOf(file);
        if (header != null
            && (!header.journal().equals(journal) || header.number() > files.number())) {
          throw new JournalException(
              IoErrors.shown(folder)
                  + ": expected the journal that is written, or nothing, found "
                  + JournalFolder.nameOf(file)
                  + " of "
                  + (header.journal().equals(journal)
                      ? "another writer of it"
                      : "the journal " + header.journal())
                  + ". Move that away");
        }
      }
      notices.forEach(options.notices());
      return next;
    } catch (JournalException e) {
      next.close();
      throw e;
    }
  }

  // What is lost.

  /** A file is missing, and nobody has it elsewhere. */
  public void lost(Inspection.Missing file) {
    loss.add(file);
  }

  /** What is to be told of; null for nothing. */
  public @Nullable Loss loss() {
    return loss.isNone() ? null : loss;
  }

  /** It was told. */
  public void told(String goesOn) {
    options
        .notices()
        .accept(
            IoErrors.shown(folder)
                + ": somebody changed the journal while it was written: "
                + loss.words()
                + (loss.events() == 0
                    ? ". No event is lost. "
                    : ". "
                        + loss.events()
                        + (loss.events() == 1 ? " event is" : " events are")
                        + " not in it any more, as a gap says. ")
                + goesOn);
    loss = new Loss();
  }

  @Override
  public void close() {
    guard.close();
  }
}
