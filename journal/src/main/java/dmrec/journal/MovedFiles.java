package dmrec.journal;

import dmrec.journal.file.Content;
import dmrec.journal.file.DocumentScanner;
import dmrec.journal.file.FileCopy;
import dmrec.journal.file.FileHeader;
import dmrec.journal.file.FolderWatch;
import dmrec.journal.file.Held;
import dmrec.journal.file.Inspection;
import dmrec.journal.file.JournalFiles;
import dmrec.journal.file.Loss;
import dmrec.journal.file.WriterLock;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Holds the folder that a spool moves into, and knows what was moved. What is missing there and is
 * no longer in the spool is lost; so is what is missing in the spool and was not moved yet.
 *
 * <p>Belongs to the thread that moves, but for {@link #orphan}.
 */
final class MovedFiles {
  private static final long PERIOD_NS = 250_000_000L;

  private final JournalFiles files;
  private final FolderWatch watch;
  private final Queue<Inspection.Missing> orphans = new ArrayDeque<>();

  /** Names in the spool under which nothing of the journal is any more. */
  private final Set<Path> forsaken = new HashSet<>();

  private long checkedNs = System.nanoTime();

  /**
   * @param lock on the folder
   * @param files its files to which nothing is added
   * @param journal the journal's name
   */
  MovedFiles(
      Path folder, JournalOptions options, WriterLock lock, JournalFiles files, UUID journal) {
    this.files = files;
    this.watch = new FolderWatch(folder, options, lock, files, journal, () -> {});
  }

  JournalFiles files() {
    return files;
  }

  /** Whether something is wrong; looks at it four times a second. */
  boolean isHarmed() {
    long now = System.nanoTime();
    if (!watch.isHarmed() && now - checkedNs >= PERIOD_NS) {
      checkedNs = now;
      watch.check();
    }
    return watch.isHarmed();
  }

  /** As {@link #isHarmed} where it is looked at now. */
  boolean check() {
    return watch.check();
  }

  /**
   * Finds out what is wrong. All that is missing is lost, but for one file.
   *
   * @param open is still in the spool; null for none
   * @return whether that one has to be moved anew
   */
  boolean examine(@Nullable Path open) throws JournalFullException {
    Inspection found = watch.examine();
    for (Inspection.Missing each : found.missing()) {
      if (!each.was().path().equals(open)) {
        watch.lost(each);
      } else if (!watch.isAway()) {
        watch.lost(new Inspection.Missing(each.was(), 0, 0, each.found()));
      }
    }
    return open != null && watch.isOver(found, open);
  }

  /** As {@link FolderWatch#hold}. */
  void hold() throws JournalFullException {
    watch.hold();
  }

  /**
   * Tells of what is lost.
   *
   * @param writer writes the gap; null where it has ended
   */
  void tell(@Nullable JournalWriter writer) {
    Loss loss = watch.loss();
    if (loss == null) {
      return;
    }
    if (writer != null && loss.events() > 0) {
      writer.owe(loss);
    }
    watch.told("What is in the spool is moved into it");
  }

  // What is missing in the spool.

  /** A file in the spool is not as it should be, and nothing is added to it; from any thread. */
  void orphan(Inspection.Missing file) {
    synchronized (orphans) {
      orphans.add(file);
    }
  }

  /** The next such file; null for none. */
  Inspection.@Nullable Missing orphan() {
    synchronized (orphans) {
      return orphans.peek();
    }
  }

  /**
   * Nothing more is moved of it.
   *
   * @param moved what is in the journal of it; null for nothing
   */
  void forsake(Inspection.Missing file, @Nullable Content moved) {
    synchronized (orphans) {
      orphans.remove(file);
    }
    Held was = file.was();
    forsaken.add(was.path());
    long events = was.events() - (moved == null ? 0 : moved.events());
    long lost = was.lost() - (moved == null ? 0 : moved.lost());
    watch.lost(
        new Inspection.Missing(
            was, Math.max(0, events), Math.max(0, lost), file.found() + " in the spool"));
  }

  /** Whether a name in the spool leads to what has to be moved. */
  boolean isWanted(Path file) {
    return !forsaken.contains(file);
  }

  // What is moved.

  /** A file got its name in the journal. */
  void begin(FileCopy copy) {
    FileHeader header;
    try {
      header = DocumentScanner.headerOf(copy.from());
    } catch (JournalException e) {
      header = null; // The file is looked at again when it is complete.
    }
    files.begin(copy.path(), header, copy.bytes());
  }
}
