package dmrec.journal.file;

import dmrec.journal.JournalException;

/**
 * Finds where in a cycle file documents stand, whatever their frames say: each carries its own
 * length and checksum. What a hostile file can cost is bounded by a budget of bytes. One thread.
 */
final class DocumentFinder {
  private static final int DEPTH = 8;
  private static final int NEAR_BYTES = 64 << 10;
  private static final int HEADER_STEP = 4;
  private static final int MOST_HEADER_BYTES = 1024;
  private static final long BUDGET_BYTES = 1L << 30;

  private final CycleFile file;
  private final RecordDecoder decoder;
  private final long limit;
  private long size;
  private long budget;
  private long writtenTo;
  private boolean closed;

  /** Nothing from {@code limit} on is looked at. */
  DocumentFinder(CycleFile file, RecordDecoder decoder, long limit) throws JournalException {
    this.file = file;
    this.decoder = decoder;
    this.limit = limit;
    // Before the documents are looked at: a document that it counts is there.
    this.writtenTo = file.writePosition();
    this.size = Math.min(limit, file.sizeBytes());
    this.budget = BUDGET_BYTES + size;
  }

  /** Whether no writer adds to the file any more. */
  void closed(boolean isClosed) {
    closed = isClosed;
  }

  boolean isClosed() {
    return closed;
  }

  /** As much of the file as is looked at. */
  long size() {
    return size;
  }

  /** The last document that the queue counted. */
  long writtenTo() {
    return writtenTo;
  }

  void writtenTo(long position) {
    writtenTo = position;
  }

  /** Whether the file goes as far as that. */
  boolean fits(long end) throws JournalException {
    if (end > size) {
      resize();
    }
    return end <= size;
  }

  /** Sees how far it goes by now. */
  void resize() throws JournalException {
    long now = Math.min(limit, file.sizeBytes());
    budget += Math.max(0, now - size);
    size = now;
  }

  /**
   * The length of what begins here and its checksum proves, or -1; {@code bytes} is its frame's.
   */
  int provedLength(int first, int bytes) {
    byte[] window = file.window();
    if (RecordDecoder.looksLikeRecord(window, first, bytes)
        || ControlRecord.looksLikeControl(window, first, bytes)) {
      return decoder.isProved(window, first)
          ? RecordLayout.intAt(window, first + RecordLayout.TOTAL_LENGTH)
          : -1;
    }
    FileHeader read = FileHeader.decode(window, first, bytes);
    return read == null ? -1 : lengthOf(read, bytes);
  }

  private static int lengthOf(FileHeader read, int bytes) {
    // Of a newer format nothing is known but that it is one.
    return read.isReadable() ? read.encode().length : bytes;
  }

  /** The length of a file's header that proves itself, or -1. */
  private int ownHeader(long from) throws JournalException {
    for (int bytes = HEADER_STEP; bytes <= MOST_HEADER_BYTES; bytes += HEADER_STEP) {
      int first = file.load(from, bytes);
      if (first < 0) {
        return -1;
      }
      FileHeader read = FileHeader.decode(file.window(), first, bytes);
      if (read != null && read.isReadable()) {
        return read.encode().length;
      }
    }
    return -1;
  }

  /** The length of a document that proves itself, whatever its frame says; or -1. */
  int selfFramed(long from) throws JournalException {
    int first = file.load(from, ControlRecord.HEADER_BYTES);
    if (first < 0) {
      return -1;
    }
    int begins = file.window()[first] & 0xff;
    if (begins == FileHeader.FIRST_BYTE) {
      return ownHeader(from);
    } else if (!RecordLayout.isRecordVersion(begins) && !ControlRecord.isFirstByte(begins)) {
      return -1;
    }
    int total = RecordLayout.intAt(file.window(), first + RecordLayout.TOTAL_LENGTH);
    if (total < ControlRecord.HEADER_BYTES
        || total > RecordLayout.MAX_READ_BYTES
        || !spend(total)) {
      return -1;
    }
    first = file.load(from, total);
    return first < 0 ? -1 : provedLength(first, total);
  }

  private boolean spend(long bytes) {
    budget -= bytes;
    return budget > 0;
  }

  /** Whether a document may begin here, or the end may be here. */
  boolean isPlausible(long where) throws JournalException {
    return isPlausible(where, DEPTH);
  }

  private boolean isPlausible(long where, int depth) throws JournalException {
    if (where >= size) {
      return where == size;
    }
    int head = file.header(where);
    if (head == 0) {
      return writtenTo < where;
    }
    int bytes = head & CycleFile.LENGTH_MASK;
    long next = CycleFile.next(where, head);
    if (bytes >= ControlRecord.HEADER_BYTES
        && bytes <= RecordLayout.MAX_READ_BYTES
        && (head & (CycleFile.META | CycleFile.NOT_COMPLETE)) == 0) {
      int window = file.load(where + 4, ControlRecord.HEADER_BYTES);
      if (window >= 0 && fits(where + 4 + bytes) && looks(window, bytes)) {
        return true;
      }
    }
    return selfFramed(where + 4) >= 0 || (depth > 0 && bytes > 0 && isPlausible(next, depth - 1));
  }

  private boolean looks(int window, int bytes) {
    return RecordDecoder.looksLikeRecord(file.window(), window, bytes)
        || ControlRecord.looksLikeControl(file.window(), window, bytes)
        || FileHeader.isHeader(file.window(), window, bytes);
  }

  /** Up to where a document is looked for: a writer fills the rest with zeros in advance. */
  long searchedEnd(long from) {
    return closed ? size : Math.min(size, Math.max(writtenTo + 4, from + NEAR_BYTES));
  }

  /** The first place behind another where a sound frame with a proved document stands, or -1. */
  long findBehind(long place) throws JournalException {
    long to = searchedEnd(place);
    for (long where = CycleFile.align(place + 4); where < to && spend(4); where += 4) {
      int head = file.header(where);
      if (head < ControlRecord.HEADER_BYTES || head > RecordLayout.MAX_READ_BYTES) {
        continue;
      }
      int window = file.load(where + 4, ControlRecord.HEADER_BYTES);
      if (window < 0 || !looks(window, head) || !spend(head)) {
        continue;
      }
      window = file.load(where + 4, head);
      if (window >= 0 && provedLength(window, head) >= 0) {
        return where;
      }
    }
    return -1;
  }
}
