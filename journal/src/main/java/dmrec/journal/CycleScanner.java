package dmrec.journal;

import dmrec.event.EventRecord;
import dmrec.event.KernelText;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Walks the documents of one cycle file and finds its way again behind damage.
 *
 * <p>Design note: a Chronicle Queue file is a row of documents, each behind a header of four bytes
 * (bit 31: not finished; bit 30: the queue's own; else the length), aligned to four. That much is
 * read here without the queue's library, which would take class names from the file, trust its
 * lengths and touch memory behind them; a journal may come from a stranger. Every record carries
 * its own length and checksum, so a place in the file can be proved to be a record without any
 * index: that finds the next record behind damage, and makes a binary search over bytes possible.
 *
 * <p>One thread.
 */
final class CycleScanner implements AutoCloseable {
  private static final int NEAR_BYTES = 64 << 10;

  /** How far is looked for a record behind damage, and how much is checksummed on the way. */
  private static final long FAR_BYTES = 1L << 30;

  /** What a document is. */
  enum Found {
    HEADER,
    EVENT,
    NOTE
  }

  private final CycleFile file;
  private final RecordDecoder decoder = new RecordDecoder();
  private long position;
  private long foundAt;
  private int documentAt;
  private int documentLength;
  private @Nullable FileHeader header;
  private boolean headerPassed;
  private boolean skipped;
  private int damaged;
  private long searchedFrom = -1;
  private long searchedTo = -1;

  /** The damage behind which nothing was found yet, or -1. */
  private long blockedAt = -1;

  CycleScanner(CycleFile file) {
    this.file = file;
  }

  CycleFile file() {
    return file;
  }

  /** The header of a file; null where it is damaged. */
  static @Nullable FileHeader headerOf(Path path) throws JournalException {
    try (CycleScanner scanner = new CycleScanner(CycleFile.open(path))) {
      scanner.nextDocument(true);
      return scanner.header();
    } catch (MalformedException e) {
      return null;
    }
  }

  /** Where the next document begins. */
  long position() {
    return position;
  }

  /** Goes on at a document whose place is known. */
  void goTo(long place) {
    position = place;
    headerPassed = true;
    blockedAt = -1;
  }

  /** Begins anew. */
  void rewind() {
    position = 0;
    headerPassed = false;
    blockedAt = -1;
    damaged = 0;
  }

  /** How many documents were found damaged so far. */
  int damaged() {
    return damaged;
  }

  /** The file's header, once it was passed; null where it is damaged. */
  @Nullable FileHeader header() {
    return header;
  }

  /** Where the document that was found last begins in the file. */
  long foundAt() {
    return foundAt;
  }

  /** What the document that was found last is made of; valid until the next call. */
  byte[] bytes() {
    return file.window();
  }

  /** Where in {@link #bytes} it begins. */
  int at() {
    return documentAt;
  }

  /** Its length without padding. */
  int length() {
    return documentLength;
  }

  /** The event that was found last. */
  EventRecord decode() throws MalformedException {
    return decoder.decode(file.window(), documentAt, documentLength);
  }

  RecordDecoder decoder() {
    return decoder;
  }

  /**
   * The next event, or null at the present end.
   *
   * @param closed whether a later file exists, so that no writer adds to this one
   * @throws MalformedException where there is damage; the next call goes on behind it
   * @throws JournalException where the file cannot be read, or is of a newer format; the next call
   *     finds its end
   */
  @Nullable EventRecord next(boolean closed) throws MalformedException, JournalException {
    for (; ; ) {
      Found found = nextDocument(closed);
      if (found == null) {
        return null;
      }
      if (found == Found.EVENT) {
        return event();
      }
    }
  }

  /** The event that was found; its checksum is right, so what is wrong was written so. */
  private EventRecord event() throws MalformedException {
    try {
      return decode();
    } catch (MalformedException e) {
      damaged++;
      throw new MalformedException(where(foundAt) + e.getMessage());
    }
  }

  /** The next document of dmrec that is proved, or null at the present end; as {@link #next}. */
  @Nullable Found nextDocument(boolean closed) throws MalformedException, JournalException {
    try {
      return advance(closed);
    } catch (JournalException e) {
      // The same would fail again and again; what follows in other files may not.
      skipped = true;
      throw e;
    }
  }

  private @Nullable Found advance(boolean closed) throws MalformedException, JournalException {
    boolean fresh = false;
    while (!skipped) {
      if (position == blockedAt && !isUnblocked()) {
        return null;
      }
      int head = file.header(position);
      if (head == 0 || (head & CycleFile.NOT_COMPLETE) != 0) {
        file.refresh();
        if (file.header(position) == head && isEnd(head, closed)) {
          return null;
        }
        continue;
      }
      int length = head & CycleFile.LENGTH_MASK;
      long next = CycleFile.next(position, head);
      if ((head & CycleFile.META) != 0) {
        passMetadata(length, next);
        continue;
      }
      int at = length > RecordLayout.MAX_READ_BYTES ? -1 : file.load(position + 4, length);
      if (at < 0) {
        throw lost("a document of " + length + " bytes does not fit the file");
      }
      if (!headerPassed) {
        Found found = passHeader(at, length, next);
        if (found != null) {
          return found;
        }
        continue;
      }
      if (decoder.isRecord(file.window(), at, length)) {
        return found(Found.EVENT, at, totalLength(at), next);
      } else if (isNote(at, length)) {
        return found(Found.NOTE, at, totalLength(at), next);
      }
      // The bytes of a record that was just being written may be older than its header.
      if (!fresh) {
        fresh = true;
        file.refresh();
        continue;
      }
      throw behind(next, decoder.fault(file.window(), at, length));
    }
    return null;
  }

  private Found found(Found what, int at, int length, long next) {
    foundAt = position;
    documentAt = at;
    documentLength = length;
    position = next;
    return what;
  }

  /** Whether the window holds an event record or a note that its checksum proves. */
  private boolean isDocument(int at, int length) {
    return decoder.isDocument(file.window(), at, length);
  }

  private boolean isNote(int at, int length) {
    return Note.looksLikeNote(file.window(), at, length) && decoder.isProved(file.window(), at);
  }

  private int totalLength(int at) {
    return RecordLayout.intAt(file.window(), at + RecordLayout.TOTAL_LENGTH);
  }

  /** An end, unless a proved record lies behind: then a header was damaged. */
  private boolean isEnd(int header, boolean closed) throws MalformedException, JournalException {
    long written = file.writePosition();
    if (header == CycleFile.END_OF_FILE && written <= position) {
      return true;
    }
    long size = file.sizeBytes();
    long to = Math.min(size, closed ? size : Math.max(written + 4, position + NEAR_BYTES));
    if (searchedFrom == position && searchedTo == to) {
      return true;
    }
    long found = findDocument(position + 4, to);
    file.refresh();
    if (file.header(position) != header) {
      return false;
    }
    if (found >= 0) {
      throw resume(found, String.format("the header is %08x, but records follow", header));
    }
    searchedFrom = position;
    searchedTo = to;
    if (written > 0 && written >= position) {
      blockedAt = position;
      throw resume(
          position,
          String.format(
              "the header is %08x, but the queue counts a document at %d", header, written));
    }
    return true;
  }

  private void passMetadata(int length, long next) throws MalformedException, JournalException {
    if (next > file.sizeBytes()) {
      throw lost("a document of " + length + " bytes does not fit the file");
    }
    int at = length > RecordLayout.MAX_READ_BYTES ? -1 : file.load(position + 4, length);
    if (at >= 0 && isDocument(at, length)) {
      throw resume(next, "a record is marked as the queue's own");
    }
    if (position > 0 && !isPlausible(next) && file.writePosition() > position) {
      throw lost("a document of the queue's own of " + length + " bytes ends where none begins");
    }
    position = next;
  }

  private @Nullable Found passHeader(int at, int length, long next)
      throws MalformedException, JournalException {
    headerPassed = true;
    FileHeader read = FileHeader.decode(file.window(), at, length);
    if (read == null) {
      if (isDocument(at, length)) {
        throw resume(position, "expected the file's header first, found a record");
      }
      throw behind(next, "expected the file's header, found none that its checksum proves");
    }
    if (read.formatVersion() > RecordLayout.FORMAT_VERSION) {
      throw new JournalException(
          Reasons.shown(file.path())
              + ": written by dmrec "
              + KernelText.printable(read.writer())
              + " in format "
              + read.formatVersion()
              + "; this dmrec reads formats up to "
              + RecordLayout.FORMAT_VERSION
              + ". Use that version or a later one");
    }
    header = read;
    return found(Found.HEADER, at, read.encode().length, next);
  }

  /** Damage in a document whose own length may be right. */
  private MalformedException behind(long next, String what) throws JournalException {
    return isPlausible(next) ? resume(next, what) : lost(what);
  }

  /** Damage behind which the next document must be searched for. */
  private MalformedException lost(String what) throws JournalException {
    long found = findDocument(position + 4, file.sizeBytes());
    if (found >= 0) {
      return resume(found, what);
    }
    blockedAt = position;
    return resume(position, what + "; no record is found behind it");
  }

  /** Whether a record was appended behind damage that was the end. */
  private boolean isUnblocked() throws JournalException {
    long written = file.writePosition();
    if (searchedFrom == position && searchedTo == written) {
      return false;
    }
    file.refresh();
    searchedFrom = position;
    searchedTo = written;
    long found = findDocument(position + 4, Math.min(file.sizeBytes(), written + 4));
    if (found >= 0) {
      position = found;
    }
    return found >= 0;
  }

  /** Whether any record of this file can be proved. */
  boolean holdsRecords() throws JournalException {
    return findDocument(0, file.sizeBytes()) >= 0;
  }

  private String where(long offset) {
    return Reasons.shown(file.path()) + " at offset " + offset + ": ";
  }

  private MalformedException resume(long to, String what) {
    MalformedException e = new MalformedException(where(position) + what);
    position = to;
    headerPassed = true;
    damaged++;
    return e;
  }

  /** Whether a document may begin at {@code at}; that nothing does proves nothing. */
  private boolean isPlausible(long at) throws JournalException {
    int header = file.header(at);
    if (header == 0 || (header & CycleFile.NOT_COMPLETE) != 0) {
      return false;
    }
    int length = header & CycleFile.LENGTH_MASK;
    if ((header & CycleFile.META) != 0) {
      return at + 4 + length <= file.sizeBytes();
    }
    int window = length > RecordLayout.MAX_READ_BYTES ? -1 : file.load(at + 4, length);
    return window >= 0
        && (RecordDecoder.looksLikeRecord(file.window(), window, length)
            || Note.looksLikeNote(file.window(), window, length)
            || FileHeader.isHeader(file.window(), window, length));
  }

  /** The first place in a range where a record or note stands that its checksum proves, or -1. */
  private long findDocument(long from, long to) throws JournalException {
    long end = Math.min(to, from + FAR_BYTES);
    long summed = 0;
    for (long at = CycleFile.align(from); at < end && summed < FAR_BYTES; at += 4) {
      int length = file.header(at);
      if (length < Note.HEADER_BYTES || length > RecordLayout.MAX_READ_BYTES) {
        continue;
      }
      int window = file.load(at + 4, Math.min(length, RecordLayout.HEADER_BYTES));
      if (window < 0
          || !(RecordDecoder.looksLikeRecord(file.window(), window, length)
              || Note.looksLikeNote(file.window(), window, length))) {
        continue;
      }
      window = file.load(at + 4, length);
      if (window >= 0) {
        summed += length;
        if (isDocument(window, length)) {
          return at;
        }
      }
    }
    return -1;
  }

  /** Passes the beginning, so that what follows can be searched. */
  void begin() throws JournalException {
    while (!headerPassed && !skipped) {
      try {
        if (nextDocument(true) == null) {
          return;
        }
      } catch (MalformedException e) {
        // Reading goes on behind it.
      }
    }
  }

  /**
   * Moves to a record near to and before the first one whose number or time is at least {@code
   * target}; the caller walks the rest. The start of the file must have been read.
   */
  void seek(boolean byTime, long target) throws JournalException {
    long low = position;
    long size = file.sizeBytes();
    long written = file.writePosition();
    long high = written > 0 && written < size ? written + 4 : size;
    while (high - low > NEAR_BYTES) {
      long middle = CycleFile.align(low + (high - low) / 2);
      long found = findDocument(middle, high);
      if (found < 0 || key(found, byTime) >= target) {
        high = middle;
      } else {
        low = found;
      }
    }
    position = low;
  }

  private long key(long at, boolean byTime) throws JournalException {
    int window = file.load(at + 4, Note.HEADER_BYTES);
    return window < 0
        ? Long.MAX_VALUE
        : RecordLayout.longAt(
            file.window(), window + (byTime ? RecordLayout.WALL_NS : RecordLayout.SEQ));
  }

  @Override
  public void close() {
    file.close();
  }
}
