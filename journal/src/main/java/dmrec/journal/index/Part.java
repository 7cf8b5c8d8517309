package dmrec.journal.index;

import dmrec.journal.JournalException;
import dmrec.journal.file.DocumentScanner;
import dmrec.journal.file.EventScanner;
import dmrec.journal.file.Fault;
import dmrec.journal.file.FileHeader;
import dmrec.journal.file.JournalFolder;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** One cycle file of a journal; what its beginning says is read when it is asked for. */
final class Part {
  private final Path path;
  private @Nullable FileHeader header;
  private boolean headerRead;
  private long firstWallNs = Long.MIN_VALUE;
  private IndexBytes.@Nullable Identity identity;

  /** While it is the last: its index, and the scanner that goes on with it. */
  private @Nullable FileIndex growing;

  private @Nullable EventScanner scanner;

  Part(Path path) {
    this.path = path;
  }

  Path path() {
    return path;
  }

  String name() {
    return JournalFolder.nameOf(path);
  }

  /** Null where it is damaged, or of a format that is not read. */
  @Nullable FileHeader header() throws JournalException {
    if (!headerRead) {
      FileHeader read = DocumentScanner.headerOf(path);
      header = read != null && read.isReadable() ? read : null;
      // A file that is damaged stays so, but one may be restored while somebody looks.
      headerRead = header != null;
    }
    return header;
  }

  /** The number that its first event has or will have; {@link Fault#UNKNOWN} without a header. */
  long startSeq() throws JournalException {
    FileHeader known = header();
    return known == null ? Fault.UNKNOWN : known.firstSeq();
  }

  /** Wall clock of its first event; the earliest there is where it has none. */
  long firstWallNs() throws JournalException {
    if (firstWallNs == Long.MIN_VALUE) {
      try (EventScanner first = EventScanner.open(path, false)) {
        EventScanner.Found found = first.next(false);
        while (found == EventScanner.Found.STATE) {
          found = first.next(false);
        }
        if (found != null) {
          firstWallNs = first.wallNs();
        }
      }
    }
    return firstWallNs;
  }

  /**
   * Takes what was kept of its index, if that is of the file as it is.
   *
   * @return of how many events that is
   */
  int goOnWith(FileIndex kept) throws JournalException {
    EventScanner reader = kept.checksum < 0 || kept.size == 0 ? null : kept.openBehind(path);
    if (reader == null) {
      return 0;
    }
    kept.forgetTail();
    growing = kept;
    scanner = reader;
    return kept.size;
  }

  /** The index of a file that may grow, as it is now. */
  FileIndex grown(boolean closed) throws JournalException {
    FileIndex index = growing;
    EventScanner reader = scanner;
    if (index == null || reader == null) {
      index = new FileIndex();
      reader = closed ? EventScanner.open(path, false) : EventScanner.openWithChecksum(path);
    }
    growing = null;
    scanner = null;
    try {
      index.extend(reader, closed);
    } catch (JournalException e) {
      // An interrupt closes the file under the reader: the next question begins anew.
      reader.close();
      throw e;
    }
    growing = index;
    scanner = reader;
    return index;
  }

  /** Its index so far where it was the last; null where nobody asked. */
  @Nullable FileIndex known() {
    return growing;
  }

  /** Notes what tells the file from another one: its index is complete. */
  Part settled() {
    identity = IndexStore.identityOf(path);
    return this;
  }

  /** Whether the file is no longer what it was then. */
  boolean isChanged() {
    return identity != null && !identity.equals(IndexStore.identityOf(path));
  }

  void close() {
    if (scanner != null) {
      scanner.close();
      scanner = null;
    }
    growing = null;
  }
}
