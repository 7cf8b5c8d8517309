package dmrec.journal;

import dmrec.event.EventRecord;
import dmrec.event.KernelText;
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

  private final CycleFile file;
  private final RecordDecoder decoder = new RecordDecoder();
  private long position;
  private boolean formatSeen;
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

  /** Where the next document begins. */
  long position() {
    return position;
  }

  /** How many documents were found damaged so far. */
  int damaged() {
    return damaged;
  }

  /**
   * The next record, or null at the present end.
   *
   * @param closed whether a later file exists, so that no writer adds to this one
   * @throws MalformedException where there is damage; the next call goes on behind it
   * @throws JournalException where the file cannot be read, or is of a newer format; the next call
   *     finds its end
   */
  @Nullable EventRecord next(boolean closed) throws MalformedException, JournalException {
    boolean fresh = false;
    while (!skipped) {
      if (position == blockedAt && !isUnblocked()) {
        return null;
      }
      int header = file.header(position);
      if (header == 0 || (header & CycleFile.NOT_COMPLETE) != 0) {
        file.refresh();
        if (file.header(position) == header && isEnd(header, closed)) {
          return null;
        }
        continue;
      }
      int length = header & CycleFile.LENGTH_MASK;
      long next = align(position + 4 + length);
      if ((header & CycleFile.META) != 0) {
        passMetadata(length, next);
        continue;
      }
      int at = length > RecordLayout.MAX_READ_BYTES ? -1 : file.load(position + 4, length);
      if (at < 0) {
        throw lost("a document of " + length + " bytes does not fit the file");
      }
      if (!formatSeen) {
        passFormat(at, length, next);
        continue;
      }
      try {
        EventRecord record = decoder.decode(file.window(), at, length);
        position = next;
        return record;
      } catch (MalformedException e) {
        // The bytes of a record that was just being written may be older than its header.
        if (!fresh) {
          fresh = true;
          file.refresh();
          continue;
        }
        throw behind(next, String.valueOf(e.getMessage()));
      }
    }
    return null;
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
    long found = findRecord(position + 4, to);
    file.refresh();
    if (file.header(position) != header) {
      return false;
    }
    if (found >= 0) {
      throw resume(found, String.format("the header is %08x, but records follow", header));
    }
    searchedFrom = position;
    searchedTo = to;
    return true;
  }

  private void passMetadata(int length, long next) throws MalformedException, JournalException {
    if (next > file.sizeBytes()) {
      throw lost("a document of " + length + " bytes does not fit the file");
    }
    int at = length > RecordLayout.MAX_READ_BYTES ? -1 : file.load(position + 4, length);
    if (at >= 0 && decoder.isRecord(file.window(), at, length)) {
      throw resume(next, "a record is marked as the queue's own");
    }
    if (position > 0 && !isPlausible(next)) {
      throw lost("a document of the queue's own of " + length + " bytes ends where none begins");
    }
    position = next;
  }

  private void passFormat(int at, int length, long next)
      throws MalformedException, JournalException {
    formatSeen = true;
    FormatRecord format = FormatRecord.decode(file.window(), at, length);
    if (format == null) {
      if (decoder.isRecord(file.window(), at, length)) {
        throw resume(position, "expected the format's name first, found a record");
      }
      throw behind(next, "expected the format's name, found none that its checksum proves");
    }
    if (format.formatVersion() > RecordLayout.FORMAT_VERSION) {
      skipped = true;
      throw new JournalException(
          Reasons.shown(file.path())
              + ": written by dmrec "
              + KernelText.printable(format.writer())
              + " in format "
              + format.formatVersion()
              + "; this dmrec reads formats up to "
              + RecordLayout.FORMAT_VERSION
              + ". Use that version or a later one");
    }
    position = next;
  }

  /** Damage in a document whose own length may be right. */
  private MalformedException behind(long next, String what) throws JournalException {
    return isPlausible(next) ? resume(next, what) : lost(what);
  }

  /** Damage behind which the next document must be searched for. */
  private MalformedException lost(String what) throws JournalException {
    long found = findRecord(position + 4, file.sizeBytes());
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
    long found = findRecord(position + 4, Math.min(file.sizeBytes(), written + 4));
    if (found >= 0) {
      position = found;
    }
    return found >= 0;
  }

  /** Whether any record of this file can be proved. */
  boolean holdsRecords() throws JournalException {
    return findRecord(0, file.sizeBytes()) >= 0;
  }

  private MalformedException resume(long to, String what) {
    MalformedException e =
        new MalformedException(Reasons.shown(file.path()) + " at offset " + position + ": " + what);
    position = to;
    formatSeen = true;
    damaged++;
    return e;
  }

  /** Whether a document or the end of all may be at {@code at}. */
  private boolean isPlausible(long at) throws JournalException {
    int header = file.header(at);
    if (header == 0 || (header & CycleFile.NOT_COMPLETE) != 0) {
      return file.writePosition() <= at;
    }
    int length = header & CycleFile.LENGTH_MASK;
    if ((header & CycleFile.META) != 0) {
      return at + 4 + length <= file.sizeBytes();
    }
    int window = length > RecordLayout.MAX_READ_BYTES ? -1 : file.load(at + 4, length);
    return window >= 0
        && (RecordDecoder.looksLikeRecord(file.window(), window, length)
            || FormatRecord.isFormat(file.window(), window, length));
  }

  /** The first place in a range where a document holds a record that its checksum proves, or -1. */
  private long findRecord(long from, long to) throws JournalException {
    long end = Math.min(to, from + FAR_BYTES);
    long summed = 0;
    for (long at = align(from); at < end && summed < FAR_BYTES; at += 4) {
      int header = file.header(at);
      if (header < RecordLayout.HEADER_BYTES || header > RecordLayout.MAX_READ_BYTES) {
        continue;
      }
      int window = file.load(at + 4, RecordLayout.HEADER_BYTES);
      if (window < 0 || !RecordDecoder.looksLikeRecord(file.window(), window, header)) {
        continue;
      }
      window = file.load(at + 4, header);
      if (window >= 0) {
        summed += header;
        if (decoder.isRecord(file.window(), window, header)) {
          return at;
        }
      }
    }
    return -1;
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
      long middle = align(low + (high - low) / 2);
      long found = findRecord(middle, high);
      if (found < 0 || key(found, byTime) >= target) {
        high = middle;
      } else {
        low = found;
      }
    }
    position = low;
  }

  private long key(long at, boolean byTime) throws JournalException {
    int window = file.load(at + 4, RecordLayout.HEADER_BYTES);
    return window < 0
        ? Long.MAX_VALUE
        : RecordLayout.longAt(
            file.window(), window + (byTime ? RecordLayout.WALL_NS : RecordLayout.SEQ));
  }

  private static long align(long at) {
    return (at + 3) & ~3L;
  }

  @Override
  public void close() {
    file.close();
  }
}
