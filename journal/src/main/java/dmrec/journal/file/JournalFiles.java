package dmrec.journal.file;

import dmrec.event.Bytes;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.IoErrors;
import dmrec.event.JournalEntry;
import dmrec.event.KernelText;
import dmrec.journal.JournalException;
import dmrec.journal.index.IndexStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The files of a journal that is written, oldest first, and what each of them should hold: so
 * retention knows which can go, and what somebody takes away is told exactly.
 *
 * <p>{@link #begin}, {@link #appended}, {@link #follow} and {@link #lost} belong to the writer's
 * thread, the rest is for any. Appending takes no lock.
 */
public final class JournalFiles {
  /** The file that is written: its end is not known yet. */
  private static final class Open {
    private final Path path;
    private final Object key;
    private final long number;
    private final long firstSeq;
    private long events;
    private long lost;
    private long fromNs;
    private long toNs;

    /** How large it is at least. */
    private volatile long bytes;

    private Open(Path path, Object key, long number, @Nullable FileHeader header) {
      this.path = path;
      this.key = key;
      this.number = number;
      this.firstSeq = header == null ? 0 : header.firstSeq();
      this.fromNs = Long.MAX_VALUE;
      this.toNs = header == null ? 0 : header.wallMaxNs();
    }

    private Held held(long size) {
      return new Held(
          path, key, size, number, firstSeq, events, lost, Math.min(fromNs, toNs), toNs);
    }
  }

  private List<Held> closed = List.of();
  private volatile long closedBytes;
  private volatile @Nullable Open open;
  private long number;

  /** Grows with each change of what is expected of the folder. */
  private int version;

  /** How many events all gaps so far tell of. */
  private long lost;

  private JournalFiles(List<Held> closed, long number, long lost) {
    this.number = number;
    this.lost = lost;
    close(closed);
  }

  private void close(List<Held> files) {
    closed = List.copyOf(files);
    closedBytes = closed.stream().mapToLong(Held::bytes).sum();
    version++;
  }

  /**
   * The files of a journal.
   *
   * @param found the files there are, oldest first, all closed
   * @param number how many files the journal has had
   */
  public static JournalFiles of(List<Path> found, long number) throws JournalException {
    List<Content> contents = new ArrayList<>();
    for (Path path : found) {
      contents.add(Content.beginning(path));
    }
    List<Held> held = new ArrayList<>();
    long lost = 0;
    for (int i = 0; i < found.size(); i++) {
      Content own = contents.get(i);
      held.add(held(found.get(i), own, i + 1 < found.size() ? contents.get(i + 1) : null));
      lost = own.lostBefore() + held.get(i).lost();
    }
    return new JournalFiles(held, number, lost);
  }

  /**
   * What a file holds is told by the next one's beginning, where its end is there. Else all of it
   * is read: of what somebody cut off a gap tells already.
   */
  private static Held held(Path path, Content own, @Nullable Content next) throws JournalException {
    FileHeader header = own.header();
    FileHeader behind = next == null ? null : next.header();
    if (next == null
        || header == null
        || behind == null
        || behind.number() != header.number() + 1
        || !Content.endsWith(path, behind.firstSeq() - 1)) {
      return Held.of(path, Content.whole(path));
    }
    return Held.of(
        path,
        new Content(
            header,
            own.lostBefore(),
            behind.firstSeq() - header.firstSeq(),
            Math.max(0, next.lostBefore() - own.lostBefore()),
            own.fromNs(),
            behind.wallMaxNs()));
  }

  /** Other files of the journal lie before these, whose gaps tell of so many events. */
  public void follow(long lostBefore) {
    lost = Math.max(lost, lostBefore);
  }

  // What the writer does.

  /**
   * A file was begun and has its name; the one before it is complete soon.
   *
   * @param header null where it cannot be read
   * @param bytes how large it is at least
   */
  public synchronized void begin(Path path, @Nullable FileHeader header, long bytes) {
    Object key;
    try {
      key = Inode.ofFile(path).key();
    } catch (IOException e) {
      key = Inode.NONE.key(); // The guard finds that it is another.
    }
    Open before = open;
    if (before != null) {
      add(before.held(0));
    }
    number++;
    Open next = new Open(path, key, number, header);
    next.bytes = bytes;
    open = next;
    version++;
  }

  /** An event was appended to the file that is written, which is so large by now. */
  public void appended(JournalEntry record, long fileBytes) {
    Open to = open;
    if (to == null) {
      return;
    }
    to.events++;
    to.fromNs = Math.min(to.fromNs, record.wallNs());
    to.toNs = Math.max(to.toNs, record.wallNs());
    DmEvent.Gap gap = record instanceof EventRecord e ? Content.counted(e.event()) : null;
    if (gap != null) {
      to.lost += gap.count();
      lost += gap.count();
      to.fromNs = Math.min(to.fromNs, gap.fromNs());
    }
    if (to.bytes != fileBytes) {
      to.bytes = fileBytes;
    }
  }

  /** The file before the one that is written is complete, and so large. */
  public synchronized void closed(long bytes) {
    List<Held> all = new ArrayList<>(closed);
    int last = all.size() - 1;
    all.set(last, all.get(last).sized(bytes));
    close(all);
  }

  /** The file that is written is so large by now. */
  public void grown(long bytes) {
    Open last = open;
    if (last != null) {
      last.bytes = bytes;
    }
  }

  /** The file that is written is complete, and is this. */
  public synchronized void complete(Held file) {
    open = null;
    add(file);
  }

  private void add(Held file) {
    List<Held> more = new ArrayList<>(closed);
    more.add(file);
    close(more);
  }

  /** The journal lets go of a complete file. Null where it has none of that name. */
  public synchronized @Nullable Held release(Path path) {
    List<Held> left = new ArrayList<>(closed);
    Held found = null;
    for (Held each : closed) {
      if (each.path().equals(path)) {
        found = each;
        left.remove(each);
      }
    }
    close(left);
    return found;
  }

  /**
   * Somebody took files away.
   *
   * @param left what is there
   * @param ends whether nothing more is added to the file that is written
   */
  synchronized void found(List<Held> left, boolean ends) {
    Open last = open;
    open = ends ? null : last;
    close(
        left.stream()
            .filter(each -> ends || last == null || !each.path().equals(last.path))
            .toList());
  }

  /** The file that was written is to be begun once more. */
  public synchronized void again() {
    number--;
  }

  // What should be there.

  /** How many files the journal has had. */
  public synchronized long number() {
    return number;
  }

  /** How many events the gaps in all files so far tell of. */
  public long lost() {
    return lost;
  }

  /** What the complete files take. */
  public long closedBytes() {
    return closedBytes;
  }

  /** The files that are complete, oldest first. */
  synchronized List<Held> closed() {
    return closed;
  }

  /** All files, oldest first; of the last only {@code bytes} is right on another thread. */
  synchronized List<Held> all() {
    Held last = current();
    if (last == null) {
      return closed;
    }
    List<Held> all = new ArrayList<>(closed);
    all.add(last);
    return all;
  }

  /** The file that is written; null where there is none. */
  @Nullable Held current() {
    Open last = open;
    return last == null ? null : last.held(last.bytes);
  }

  /** Another number means that what was read of this may not hold together. */
  synchronized int version() {
    return version;
  }

  // What can go.

  /**
   * Files that can go.
   *
   * @param next the first that stays
   */
  public record Removal(List<Held> files, Held next) {
    private long bytes() {
      return files.stream().mapToLong(Held::bytes).sum();
    }

    public DmEvent.FilesRemoved event(String reason) throws JournalException {
      FileHeader header = DocumentScanner.headerOf(next.path());
      return new DmEvent.FilesRemoved(
          name(0),
          name(files.size() - 1),
          files.size(),
          files.get(0).firstSeq(),
          header == null ? 0 : header.firstSeq() - 1,
          bytes(),
          header == null ? Bytes.NONE : header.link(),
          reason);
    }

    public String notice(String reason) {
      int count = files.size();
      return reason
          + ": removed "
          + (count == 1 ? name(0) : count + " files up to " + name(count - 1))
          + " of the journal, "
          + (bytes() >> 10)
          + " KiB";
    }

    private String name(int index) {
      return KernelText.printable(files.get(index).name());
    }
  }

  /**
   * The oldest file; null where the others hold no event: then it would be all that is recorded.
   *
   * @param lastSeq the number of the last event
   */
  public @Nullable Removal oldest(long lastSeq) {
    List<Held> all = all();
    return all.size() < 2 || all.get(1).firstSeq() > lastSeq ? null : removal(all, 1);
  }

  /** The files in which nothing is newer; null where there are none. */
  public @Nullable Removal olderThan(long wallNs) {
    List<Held> all = all();
    int count = 0;
    while (count + 1 < all.size()
        && all.get(count + 1).firstSeq() > 0
        && all.get(count).toNs() < wallNs) {
      count++;
    }
    return count == 0 ? null : removal(all, count);
  }

  private static Removal removal(List<Held> all, int count) {
    return new Removal(List.copyOf(all.subList(0, count)), all.get(count));
  }

  public void remove(Removal removal) throws JournalException {
    for (Held each : removal.files()) {
      release(each.path());
      try {
        Files.deleteIfExists(IndexStore.beside(each.path()));
        Files.deleteIfExists(each.path());
      } catch (IOException e) {
        throw new JournalException(IoErrors.cannot("remove", each.path(), e), e);
      }
    }
  }
}
