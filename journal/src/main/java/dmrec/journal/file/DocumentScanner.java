package dmrec.journal.file;

import dmrec.journal.JournalException;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Walks the documents of one cycle file: each in its place, damaged ones too.
 *
 * <p>Design note: a Chronicle Queue file is a row of documents, each behind a frame of four bytes
 * (bit 31: not finished; bit 30: the queue's own; else the length), aligned to four. That much is
 * read here without the queue's library, which would take class names from the file, trust its
 * lengths and touch memory behind them; a journal may come from a stranger. Every document carries
 * its own length and checksum. So a place can be proved to hold one without its frame, which finds
 * the next one behind damage. What a hostile file can cost is bounded by a budget of bytes.
 *
 * <p>It follows a file that grows, unless a limit was set. One thread.
 */
public final class DocumentScanner implements AutoCloseable {
  /** What was found. */
  public enum Found {
    HEADER,
    EVENT,
    CONTROL,
    /** No document that its checksum proves; its bytes are known where {@link #length} is not 0. */
    DAMAGED,
    /** A part of the queue's own is damaged, behind which documents were found. */
    QUEUE
  }

  private final CycleFile file;
  private final RecordDecoder decoder = new RecordDecoder();
  private final DocumentFinder finder;
  private final long limit;
  private long position;
  private long offset;
  private int at;
  private int length;
  private boolean frameDamaged;
  private boolean paddingChanged;
  private String fault = "";
  private @Nullable FileHeader header;

  /** Where reading ends although more was written; -1 where it does not. */
  private long cutAt = -1;

  /** Takes each document that is passed, without its frame; null for none. */
  private @Nullable CRC32C cover;

  private long searchedFrom = -1;
  private long searchedTo = -1;

  /** Walks a file from its beginning, and on while it grows. */
  public DocumentScanner(CycleFile file) throws JournalException {
    this(file, Long.MAX_VALUE);
  }

  /** As {@link #DocumentScanner(CycleFile)}; nothing from {@code limit} on is looked at. */
  public DocumentScanner(CycleFile file, long limit) throws JournalException {
    this.file = file;
    this.limit = limit;
    this.finder = new DocumentFinder(file, decoder, limit);
  }

  /** The header that a file begins with, or null where it is damaged; of a newer format in part. */
  public static @Nullable FileHeader headerOf(Path path) throws JournalException {
    try (DocumentScanner scanner = new DocumentScanner(CycleFile.open(path))) {
      Found found = scanner.next(false);
      while (found == Found.QUEUE) {
        found = scanner.next(false);
      }
      return found == Found.HEADER ? scanner.header : null;
    }
  }

  public CycleFile file() {
    return file;
  }

  /** Where the next document begins. */
  public long position() {
    return position;
  }

  /** Goes on at a document whose place is known. */
  public void goTo(long place) {
    position = place;
    cutAt = -1;
    searchedFrom = -1;
  }

  /** Where the document's frame begins. */
  public long offset() {
    return offset;
  }

  /** What the document is made of; valid until the next call. */
  public byte[] bytes() {
    return file.window();
  }

  /** Where in {@link #bytes} it begins. */
  public int at() {
    return at;
  }

  /** Its length without padding; 0 where a stretch of the file is no document. */
  public int length() {
    return length;
  }

  public boolean isFrameDamaged() {
    return frameDamaged;
  }

  public boolean isPaddingChanged() {
    return paddingChanged;
  }

  /** What is wrong with what was found, or with the end. */
  public String fault() {
    return fault;
  }

  /** The header that was found last. */
  public @Nullable FileHeader header() {
    return header;
  }

  /** From now on a checksum is made of the documents; none where their frames are damaged. */
  void cover(CRC32C crc) {
    cover = crc;
  }

  /** That checksum; -1 where there is none. */
  long covered() {
    return cover == null ? -1 : cover.getValue();
  }

  /**
   * Adds all documents up to one to a checksum, as {@link #cover} does; from the beginning.
   *
   * @return whether each follows the one before by its frame, and the last one is there
   */
  boolean addUpTo(long lastPlace, CRC32C crc) throws JournalException {
    while (position <= lastPlace) {
      int head = file.header(position);
      int bytes = head & CycleFile.LENGTH_MASK;
      long next = CycleFile.next(position, head);
      offset = position;
      if (head == 0 || (head & CycleFile.NOT_COMPLETE) != 0) {
        return false;
      } else if ((head & CycleFile.META) == 0) {
        int first = bytes > RecordLayout.MAX_READ_BYTES ? -1 : file.load(position + 4, bytes);
        if (first < 0) {
          return false;
        }
        crc.update(file.window(), first, bytes);
      } else if (!isQueues(bytes, next)) {
        return false;
      }
      position = next;
    }
    return offset == lastPlace;
  }

  public RecordDecoder decoder() {
    return decoder;
  }

  /** Whether more was written than could be read; known at the end. */
  public boolean isCut() {
    return cutAt >= 0;
  }

  /**
   * The next document, or null at the present end.
   *
   * @param isClosed whether no writer adds to the file any more
   * @throws JournalException where the file cannot be read
   */
  public @Nullable Found next(boolean isClosed) throws JournalException {
    finder.closed(isClosed);
    frameDamaged = false;
    paddingChanged = false;
    fault = "";
    if (position == cutAt && !goesOnBehindCut()) {
      return null;
    }
    while (true) {
      int head = file.header(position);
      offset = position;
      if (position >= limit) {
        return null;
      }
      if (head == 0 || (head & CycleFile.NOT_COMPLETE) != 0) {
        switch (end(head)) {
          case END -> {
            return null;
          }
          case CHANGED -> {
            continue;
          }
          case DAMAGED -> {
            return unframed("its frame says it is not finished");
          }
        }
      }
      int bytes = head & CycleFile.LENGTH_MASK;
      long next = CycleFile.next(position, head);
      if ((head & CycleFile.META) == 0) {
        return document(bytes, next);
      }
      if (!isQueues(bytes, next)) {
        return unframed("its frame says it is the queue's own");
      }
      position = next;
    }
  }

  private boolean isQueues(int bytes, long next) throws JournalException {
    if (!finder.fits(next)) {
      return false;
    }
    if (position > 0 && finder.selfFramed(position + 4) >= 0) {
      return false;
    }
    boolean mayBeRecord =
        bytes >= ControlRecord.HEADER_BYTES && bytes <= RecordLayout.MAX_READ_BYTES;
    int first = mayBeRecord ? file.load(position + 4, bytes) : -1;
    if (first >= 0 && finder.provedLength(first, bytes) >= 0) {
      return false;
    }
    return finder.isPlausible(next);
  }

  private @Nullable Found document(int bytes, long next) throws JournalException {
    // Every document is padded within its frame.
    boolean framed = bytes <= RecordLayout.MAX_READ_BYTES && (bytes & 3) == 0;
    int first = framed ? file.load(position + 4, bytes) : -1;
    if (first >= 0) {
      int total = finder.provedLength(first, bytes);
      if (total < 0 && !finder.isClosed()) {
        // What was just being written may be older in the window than its frame.
        file.refresh();
        file.header(position);
        first = file.load(position + 4, bytes);
        total = first < 0 ? -1 : finder.provedLength(first, bytes);
      }
      if (total >= 0) {
        for (int i = first + total; i < first + bytes; i++) {
          paddingChanged |= file.window()[i] != 0;
        }
        cover(first, bytes);
        return found(first, total, next);
      }
    }
    if (finder.selfFramed(position + 4) >= 0) {
      return unframed("its frame says " + bytes + " bytes");
    }
    first = framed ? file.load(position + 4, bytes) : -1;
    String what =
        first < 0
            ? "a document of " + bytes + " bytes does not fit the file"
            : decoder.fault(file.window(), first, bytes);
    if (first >= 0 && finder.isPlausible(next)) {
      first = file.load(position + 4, bytes);
      if (first >= 0) {
        fault = what;
        at = first;
        length = bytes;
        position = next;
        cover(first, bytes);
        return Found.DAMAGED;
      }
    }
    return unframed(what);
  }

  private void cover(int first, int bytes) {
    if (cover != null) {
      cover.update(file.window(), first, bytes);
    }
  }

  /** A document whose frame is wrong, or what lies before the next one. */
  private @Nullable Found unframed(String what) throws JournalException {
    fault = what;
    cover = null;
    boolean queues = position == 0 || (file.header(position) & CycleFile.META) != 0;
    int own = finder.selfFramed(position + 4);
    if (own >= 0) {
      int first = file.load(position + 4, own);
      frameDamaged = true;
      return found(first, own, CycleFile.next(position, own));
    }
    long found = finder.findBehind(position);
    length = 0;
    if (found >= 0) {
      position = found;
      return queues ? Found.QUEUE : Found.DAMAGED;
    }
    fault = what + "; no document is found behind it";
    cutAt = position;
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
    return RecordDecoder.looksLikeRecord(bytes, at, length) ? Found.EVENT : Found.CONTROL;
  }

  private enum End {
    END,
    /** The frame is another by now. */
    CHANGED,
    /** A sound document stands here or behind, so that the frame is wrong. */
    DAMAGED
  }

  private End end(int head) throws JournalException {
    long written = file.writePosition();
    file.refresh();
    if (file.header(position) != head) {
      return End.CHANGED;
    }
    finder.resize();
    finder.writtenTo(written);
    long to = finder.searchedEnd(position);
    if (searchedFrom != position || searchedTo != to) {
      long behind = finder.findBehind(position);
      file.refresh();
      if (file.header(position) != head) {
        return End.CHANGED;
      }
      if (behind >= 0 || (written >= position && finder.selfFramed(position + 4) >= 0)) {
        return End.DAMAGED;
      }
      searchedFrom = position;
      searchedTo = to;
      if (written >= position && finder.size() < limit) {
        fault =
            String.format(
                "its frame is %08x, but the queue counts a document at %d", head, written);
        cutAt = position;
      }
    }
    return End.END;
  }

  /** Whether a document was appended behind what was the end. */
  private boolean goesOnBehindCut() throws JournalException {
    long written = file.writePosition();
    if (written == finder.writtenTo() || written <= position) {
      return false;
    }
    finder.writtenTo(written);
    file.refresh();
    finder.resize();
    long found = finder.findBehind(position);
    if (found >= 0) {
      position = found;
      cutAt = -1;
    }
    return found >= 0;
  }

  @Override
  public void close() {
    file.close();
  }
}
