package dmrec.journal;

import dmrec.event.Bytes;
import dmrec.event.DmEvent;
import dmrec.event.KernelText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The files of a journal that is written, oldest first. What each holds is told by the header of
 * the one behind it. One thread.
 */
final class JournalFiles {
  private record Entry(Path path, long bytes, @Nullable FileHeader header) {}

  private final List<Entry> entries = new ArrayList<>();
  private long number;
  private long closedBytes;

  private JournalFiles(long number) {
    this.number = number;
  }

  /**
   * @param found the files there are, oldest first, all closed
   * @param number how many files the journal has had
   */
  static JournalFiles of(List<Path> found, long number) throws JournalException {
    JournalFiles files = new JournalFiles(number);
    for (Path path : found) {
      files.add(path, sizeOf(path));
    }
    return files;
  }

  private void add(Path path, long bytes) throws JournalException {
    entries.add(new Entry(path, bytes, CycleScanner.headerOf(path)));
    closedBytes += bytes;
  }

  private static long sizeOf(Path path) throws JournalException {
    try {
      return Files.size(path);
    } catch (IOException e) {
      throw new JournalException(Reasons.cannot("look at", path, e), e);
    }
  }

  /** How many files the journal has had. */
  long number() {
    return number;
  }

  long closedBytes() {
    return closedBytes;
  }

  /** A file was begun; {@link #closed} says when it is complete. */
  void begin(Path path) throws JournalException {
    number++;
    add(path, 0);
  }

  /** The last file is complete. */
  void closed(long bytes) {
    Entry last = entries.remove(entries.size() - 1);
    entries.add(new Entry(last.path(), bytes, last.header()));
    closedBytes += bytes;
  }

  /** Files that can go: the first {@code count}. */
  final class Removal {
    private final int count;

    private Removal(int count) {
      this.count = count;
    }

    private long bytes() {
      return entries.subList(0, count).stream().mapToLong(Entry::bytes).sum();
    }

    DmEvent.FilesRemoved event(String reason) {
      FileHeader first = entries.get(0).header();
      FileHeader next = entries.get(count).header();
      return new DmEvent.FilesRemoved(
          name(0),
          name(count - 1),
          count,
          first == null ? 0 : first.firstSeq(),
          next == null ? 0 : next.firstSeq() - 1,
          bytes(),
          next == null ? Bytes.NONE : next.link(),
          reason);
    }

    String notice(String reason) {
      return reason
          + ": removed "
          + (count == 1 ? name(0) : count + " files up to " + name(count - 1))
          + " of the journal, "
          + (bytes() >> 10)
          + " KiB";
    }

    private String name(int index) {
      return KernelText.printable(JournalFolder.nameOf(entries.get(index).path()));
    }
  }

  /**
   * The oldest file; null where the others hold no event: then it would be all that is recorded.
   *
   * @param lastSeq the number of the last event
   */
  @Nullable Removal oldest(long lastSeq) {
    if (entries.size() < 2) {
      return null;
    }
    FileHeader next = entries.get(1).header();
    return next != null && next.firstSeq() > lastSeq ? null : new Removal(1);
  }

  /** The files in which nothing is newer; null where there are none. */
  @Nullable Removal olderThan(long wallNs) {
    int count = 0;
    while (count + 1 < entries.size()) {
      FileHeader next = entries.get(count + 1).header();
      if (next == null || next.wallMaxNs() >= wallNs) {
        break;
      }
      count++;
    }
    return count == 0 ? null : new Removal(count);
  }

  void remove(Removal removal) throws JournalException {
    for (int i = 0; i < removal.count; i++) {
      Entry entry = entries.remove(0);
      closedBytes -= entry.bytes();
      try {
        Files.deleteIfExists(IndexFolder.beside(entry.path()));
        Files.deleteIfExists(entry.path());
      } catch (IOException e) {
        throw new JournalException(Reasons.cannot("remove", entry.path(), e), e);
      }
    }
  }
}
