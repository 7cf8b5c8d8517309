package dmrec.journal.file;

import dmrec.journal.JournalException;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** The first events of a file, at least one, of which it is known where they are. */
public interface KnownEvents {
  int size();

  long place(int event);

  long seq(int event);

  long wallNs(int event);

  /** What {@link EventScanner#checksum} was behind the last of them; never -1. */
  long checksum();

  /**
   * Goes on behind them.
   *
   * @return null where the file up to there is not what it was
   */
  default @Nullable EventScanner openBehind(Path file) throws JournalException {
    EventScanner scanner = EventScanner.open(file, false);
    boolean isBehind = false;
    try {
      isBehind = isBehind(scanner);
      return isBehind ? scanner : null;
    } finally {
      if (!isBehind) {
        scanner.close();
      }
    }
  }

  private boolean isBehind(EventScanner scanner) throws JournalException {
    DocumentScanner documents = scanner.documents();
    int last = size() - 1;
    CRC32C crc = new CRC32C();
    if (!documents.addUpTo(place(last), crc) || crc.getValue() != checksum()) {
      return false;
    }
    documents.goTo(0);
    DocumentScanner.Found first = documents.next(false);
    if (first == null) {
      return false;
    }
    scanner.begin(first);
    FileHeader header = scanner.header();
    if (header == null) {
      return false;
    }
    // Definitions of the names of what follows are no farther back.
    int event = last;
    while (event > 0 && place(event) > place(last) - DefinedNames.REACH_BYTES) {
      event--;
    }
    long latestNs = header.wallMaxNs();
    for (int i = 0; i <= last; i++) {
      latestNs = Math.max(latestNs, wallNs(i));
    }
    scanner.goTo(place(event), event, seq(event) - 1, latestNs);
    for (; event <= last; event++) {
      EventScanner.Found found = scanner.next(false);
      while (found == EventScanner.Found.STATE) {
        found = scanner.next(false);
      }
      if (found == null || scanner.place() != place(event) || scanner.seq() != seq(event)) {
        return false;
      }
    }
    documents.cover(crc);
    return true;
  }
}
