package dmrec.journal;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Walks the documents of one cycle file for a verification: each in its place, damaged ones too.
 *
 * <p>Design note: {@link CycleScanner} looks for events that can be read; here every document
 * counts, as the seals list them. So where a frame (the four bytes before a document) is damaged,
 * the document's own length and checksum are tried in its stead, and a damaged document in a sound
 * frame keeps its place. What a hostile file can cost is bounded by a budget of bytes. One thread.
 */
final class FileWalk implements AutoCloseable {
  /** What a document is. */
  enum Found {
    HEADER,
    EVENT,
    NOTE,
    /** No document that its checksum proves; its bytes are known where {@link #length} is not 0. */
    DAMAGED,
    /** A part of the queue's own is damaged, behind which documents were found. */
    QUEUE
  }

  private static final int DEPTH = 8;
  private static final int NEAR_BYTES = 64 << 10;
  private static final int HEADER_STEP = 4;
  private static final int MOST_HEADER_BYTES = 1024;
  private static final long BUDGET_BYTES = 1L << 30;

  private final CycleFile file;
  private final RecordDecoder decoder = new RecordDecoder();
  private final boolean live;
  private long limit;
  private long budget;
  private long position;
  private long writtenTo;
  private long offset;
  private int at;
  private int length;
  private boolean frameDamaged;
  private boolean paddingChanged;
  private String fault = "";
  private boolean cut;
  private boolean over;
  private @Nullable FileHeader header;

  /**
   * @param live whether a writer may be adding to it
   * @param limit nothing from there on is looked at
   */
  FileWalk(CycleFile file, boolean live, long limit) throws JournalException {
    this.file = file;
    this.live = live;
    // Before the documents are looked at: a document that it counts is there.
    this.writtenTo = file.writePosition();
    this.limit = Math.min(limit, file.sizeBytes());
    this.budget = BUDGET_BYTES + this.limit;
  }

  /** The header that a file begins with, or null where it is damaged or of another format. */
  static @Nullable FileHeader headerOf(Path path) throws JournalException {
    try (FileWalk walk = new FileWalk(CycleFile.open(path), false, Long.MAX_VALUE)) {
      Found found = walk.next();
      while (found == Found.QUEUE) {
        found = walk.next();
      }
      return found == Found.HEADER ? walk.header : null;
    }
  }

  /**
   * Where the documents end that are there now.
   *
   * @param isCut whether more was written than can be read
   */
  record End(long position, boolean isCut) {}

  static End endOf(Path path) throws JournalException {
    try (FileWalk walk = new FileWalk(CycleFile.open(path), true, Long.MAX_VALUE)) {
      Found found = walk.next();
      while (found != null) {
        found = walk.next();
      }
      return new End(walk.position, walk.cut);
    }
  }

  long position() {
    return position;
  }

  long limit() {
    return limit;
  }

  /** Where the document's frame begins. */
  long offset() {
    return offset;
  }

  byte[] bytes() {
    return file.window();
  }

  int at() {
    return at;
  }

  /** Length of the document without padding; 0 where a stretch of the file is no document. */
  int length() {
    return length;
  }

  boolean isFrameDamaged() {
    return frameDamaged;
  }

  boolean isPaddingChanged() {
    return paddingChanged;
  }

  String fault() {
    return fault;
  }

  /** The header that was found last. */
  @Nullable FileHeader header() {
    return header;
  }

  RecordDecoder decoder() {
    return decoder;
  }

  /** Whether more was written than could be read; known at the end. */
  boolean isCut() {
    return cut;
  }

  /** The next document, or null at the end. */
  @Nullable Found next() throws JournalException {
    frameDamaged = false;
    paddingChanged = false;
    fault = "";
    while (position < limit && !over) {
      int head = file.header(position);
      offset = position;
      if (head == 0 || (head & CycleFile.NOT_COMPLETE) != 0) {
        if (isEnd(head)) {
          return null;
        }
        if (file.header(position) != head) {
          continue;
        }
        return unframed("its frame says it is not finished");
      }
      int size = head & CycleFile.LENGTH_MASK;
      long next = CycleFile.next(position, head);
      if ((head & CycleFile.META) != 0) {
        if (isQueues(size, next)) {
          position = next;
          continue;
        }
        return unframed("its frame says it is the queue's own");
      }
      return document(size, next);
    }
    // A file whose zeros are gone has lost nothing, if the queue counts no more than was read.
    cut |= !over && writtenTo >= position && limit == file.sizeBytes();
    return null;
  }

  private boolean isQueues(int size, long next) throws JournalException {
    if (next > limit) {
      return false;
    }
    if (position > 0 && selfFramed(position + 4) >= 0) {
      return false;
    }
    boolean mayBeRecord = size >= RecordLayout.HEADER_BYTES && size <= RecordLayout.MAX_READ_BYTES;
    int first = mayBeRecord ? file.load(position + 4, size) : -1;
    if (first >= 0 && isProved(first, size) >= 0) {
      return false;
    }
    return isPlausible(next, DEPTH);
  }

  private @Nullable Found document(int size, long next) throws JournalException {
    // Every document is padded within its frame.
    boolean framed = size <= RecordLayout.MAX_READ_BYTES && (size & 3) == 0;
    int first = framed ? file.load(position + 4, size) : -1;
    if (first >= 0) {
      int total = isProved(first, size);
      if (total < 0 && live) {
        // What was just being written may be older in the window than its frame.
        file.refresh();
        file.header(position);
        first = file.load(position + 4, size);
        total = first < 0 ? -1 : isProved(first, size);
      }
      if (total >= 0) {
        for (int i = first + total; i < first + size; i++) {
          paddingChanged |= file.window()[i] != 0;
        }
        return found(first, total, next);
      }
    }
    int own = selfFramed(position + 4);
    if (own >= 0) {
      return unframed("its frame says " + size + " bytes");
    }
    if (first >= 0 && isPlausible(next, DEPTH)) {
      first = file.load(position + 4, size);
      if (first >= 0) {
        fault = decoder.fault(file.window(), first, size);
        at = first;
        length = size;
        position = next;
        return Found.DAMAGED;
      }
    }
    return unframed(
        next > file.sizeBytes() ? "it does not fit the file" : "no document follows where it ends");
  }

  /** A document whose frame is wrong, or what lies before the next one. */
  private @Nullable Found unframed(String what) throws JournalException {
    fault = what;
    boolean queues = position == 0 || (file.header(position) & CycleFile.META) != 0;
    int own = selfFramed(position + 4);
    if (own >= 0) {
      int first = file.load(position + 4, own);
      frameDamaged = true;
      return found(first, own, CycleFile.next(position, own));
    }
    long found = find(position + 4);
    length = 0;
    if (found >= 0) {
      position = found;
      return queues ? Found.QUEUE : Found.DAMAGED;
    }
    over = true;
    cut = true;
    return null;
  }

  private Found found(int first, int total, long next) {
    at = first;
    length = total;
    position = next;
    byte[] bytes = file.window();
    if (FileHeader.isHeader(bytes, at, length)) {
      header = FileHeader.decode(bytes, at, length);
      return Found.HEADER;
    }
    return RecordDecoder.looksLikeRecord(bytes, at, length) ? Found.EVENT : Found.NOTE;
  }

  /** Whether nothing that was finished lies here or behind; then it is the end. */
  private boolean isEnd(int head) throws JournalException {
    long behind = find(position + 4);
    if (behind < 0 && writtenTo < position) {
      return true;
    }
    if (live) {
      file.refresh();
      if (file.header(position) != head) {
        return false;
      }
    }
    if (behind < 0 && selfFramed(position + 4) < 0) {
      cut = true;
      return true;
    }
    return false;
  }

  // What stands where.

  /** The length of what begins here and its checksum proves, or -1; {@code size} is its frame's. */
  private int isProved(int first, int size) {
    byte[] bytes = file.window();
    if (RecordDecoder.looksLikeRecord(bytes, first, size)
        || Note.looksLikeNote(bytes, first, size)) {
      return decoder.isProved(bytes, first)
          ? RecordLayout.intAt(bytes, first + RecordLayout.TOTAL_LENGTH)
          : -1;
    }
    FileHeader read = FileHeader.decode(bytes, first, size);
    return read == null ? -1 : lengthOf(read, size);
  }

  private static int lengthOf(FileHeader read, int size) {
    // Of a newer format nothing is known but that it is one.
    return read.formatVersion() == RecordLayout.FORMAT_VERSION ? read.encode().length : size;
  }

  /** The length of a file's header that proves itself, or -1. */
  private int ownHeader(long from) throws JournalException {
    for (int size = HEADER_STEP; size <= MOST_HEADER_BYTES; size += HEADER_STEP) {
      int first = file.load(from, size);
      if (first < 0) {
        return -1;
      }
      FileHeader read = FileHeader.decode(file.window(), first, size);
      if (read != null && read.formatVersion() == RecordLayout.FORMAT_VERSION) {
        return read.encode().length;
      }
    }
    return -1;
  }

  /** The length of a document that proves itself, whatever its frame says; or -1. */
  private int selfFramed(long from) throws JournalException {
    int first = file.load(from, Note.HEADER_BYTES);
    if (first < 0) {
      return -1;
    }
    int begins = file.window()[first] & 0xff;
    int total;
    if (begins == 0xd3) {
      return ownHeader(from);
    } else if (begins == RecordLayout.FORMAT_VERSION || (begins >= 0xd4 && begins <= 0xdf)) {
      total = RecordLayout.intAt(file.window(), first + RecordLayout.TOTAL_LENGTH);
    } else {
      return -1;
    }
    if (total < Note.HEADER_BYTES || total > RecordLayout.MAX_READ_BYTES || !spend(total)) {
      return -1;
    }
    first = file.load(from, total);
    return first < 0 ? -1 : isProved(first, total);
  }

  private boolean spend(long bytes) {
    budget -= bytes;
    return budget > 0;
  }

  /** Whether a document may begin here, or the end may be here. */
  private boolean isPlausible(long where, int depth) throws JournalException {
    if (where >= limit) {
      return where == limit;
    }
    int head = file.header(where);
    if (head == 0) {
      return writtenTo < where;
    }
    int size = head & CycleFile.LENGTH_MASK;
    long next = CycleFile.next(where, head);
    if (size >= Note.HEADER_BYTES
        && size <= RecordLayout.MAX_READ_BYTES
        && (head & (CycleFile.META | CycleFile.NOT_COMPLETE)) == 0) {
      int window = file.load(where + 4, Note.HEADER_BYTES);
      if (window >= 0 && where + 4 + size <= limit && looks(window, size)) {
        return true;
      }
    }
    return selfFramed(where + 4) >= 0 || (depth > 0 && size > 0 && isPlausible(next, depth - 1));
  }

  private boolean looks(int window, int size) {
    return RecordDecoder.looksLikeRecord(file.window(), window, size)
        || Note.looksLikeNote(file.window(), window, size)
        || FileHeader.isHeader(file.window(), window, size);
  }

  /** The first place where a sound frame with a proved document stands, or -1. */
  private long find(long from) throws JournalException {
    long to = live ? Math.min(limit, Math.max(writtenTo + 4, position + NEAR_BYTES)) : limit;
    for (long where = CycleFile.align(from); where < to && spend(4); where += 4) {
      int head = file.header(where);
      if (head < Note.HEADER_BYTES || head > RecordLayout.MAX_READ_BYTES) {
        continue;
      }
      int window = file.load(where + 4, Note.HEADER_BYTES);
      if (window < 0 || !looks(window, head) || !spend(head)) {
        continue;
      }
      window = file.load(where + 4, head);
      if (window >= 0 && isProved(window, head) >= 0) {
        return where;
      }
    }
    return -1;
  }

  @Override
  public void close() {
    file.close();
  }
}
