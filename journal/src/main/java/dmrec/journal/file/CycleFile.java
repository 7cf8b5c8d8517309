package dmrec.journal.file;

import dmrec.event.IoErrors;
import dmrec.journal.JournalException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * The bytes of one cycle file, for reading.
 *
 * <p>Files are read, never mapped: what a writer has mapped shows in a read at once, while a file
 * that is cut short under a mapping ends the process. One window of the file is held; what lies
 * behind the end reads as nothing. One thread.
 */
public final class CycleFile implements AutoCloseable {
  /** Set in the header of a document that is not finished. */
  public static final int NOT_COMPLETE = 0x8000_0000;

  /** Set in the header of a document of the queue's own. */
  public static final int META = 0x4000_0000;

  public static final int LENGTH_MASK = 0x3fff_ffff;

  private static final int WINDOW_BYTES = 256 << 10;
  private static final byte[] WRITE_POSITION = "writePosition".getBytes(StandardCharsets.US_ASCII);
  private static final int STORE_HEADER_BYTES = 512;

  private final Path path;
  private final FileChannel channel;
  private byte[] window = new byte[WINDOW_BYTES];
  private ByteBuffer buffer = ByteBuffer.wrap(window);
  private long windowAt;
  private int windowLength;
  private final byte[] word = new byte[8];
  private long writePositionAt = -1;

  private CycleFile(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  public static CycleFile open(Path path) throws JournalException {
    try {
      return new CycleFile(path, FileChannel.open(path, StandardOpenOption.READ));
    } catch (IOException | RuntimeException e) {
      throw new JournalException(IoErrors.cannot("read", path, e), e);
    }
  }

  public Path path() {
    return path;
  }

  /** Where a document may begin: the first multiple of four from {@code position} on. */
  public static long align(long position) {
    return (position + 3) & ~3L;
  }

  /** Where the document behind the one at {@code position} begins, which has this header. */
  public static long next(long position, int header) {
    return align(position + 4 + (header & LENGTH_MASK));
  }

  public long sizeBytes() throws JournalException {
    try {
      return channel.size();
    } catch (IOException e) {
      throw new JournalException(IoErrors.cannot("read", path, e), e);
    }
  }

  /** Whether a file holds nothing but zeros, which is what is left of one when power fails. */
  public static boolean isZero(Path path) throws JournalException {
    try (CycleFile file = open(path)) {
      return file.isZero();
    }
  }

  /** Whether it holds nothing but zeros. */
  public boolean isZero() throws JournalException {
    long size = sizeBytes();
    for (long from = 0; from < size; from += WINDOW_BYTES) {
      int length = (int) Math.min(WINDOW_BYTES, size - from);
      int first = load(from, length);
      for (int i = first; i < first + length; i++) {
        if (first < 0 || window[i] != 0) {
          return false;
        }
      }
    }
    return true;
  }

  /** Forgets what was read, so that the file is looked at again. */
  public void refresh() {
    windowLength = 0;
  }

  /** The four bytes at {@code position}; 0 behind the end. */
  public int header(long position) throws JournalException {
    int at = load(position, 4);
    return at < 0 ? 0 : RecordLayout.intAt(window, at);
  }

  public byte[] window() {
    return window;
  }

  /**
   * Makes {@code length} bytes available.
   *
   * @return where in {@link #window} they begin; -1 where the file ends before them
   */
  public int load(long position, int length) throws JournalException {
    if (position >= windowAt && position + length <= windowAt + windowLength) {
      return (int) (position - windowAt);
    }
    if (length > window.length) {
      if (position + length > sizeBytes()) {
        return -1;
      }
      window = new byte[length];
      buffer = ByteBuffer.wrap(window);
    }
    windowAt = position;
    windowLength = read(position, buffer.clear());
    return windowLength < length ? -1 : 0;
  }

  /**
   * Where the queue says its last document begins: a hint, as damage may have changed it; -1 where
   * it says nothing. Always read anew.
   */
  public long writePosition() throws JournalException {
    if (writePositionAt() < 0) {
      return -1;
    }
    ByteBuffer value = ByteBuffer.wrap(word);
    return read(writePositionAt, value) < 8 ? -1 : RecordLayout.longAt(word, 0);
  }

  /** Where in the file that is said, in 8 bytes; -1 where it is not. */
  public long writePositionAt() throws JournalException {
    if (writePositionAt < 0) {
      writePositionAt = findWritePosition();
    }
    return writePositionAt;
  }

  /** The value stands behind its name, a type byte and two counts, at a multiple of 8. */
  private long findWritePosition() throws JournalException {
    byte[] head = new byte[STORE_HEADER_BYTES];
    int length = read(0, ByteBuffer.wrap(head));
    for (int i = 0; i + WRITE_POSITION.length + 32 <= length; i++) {
      int end = i + WRITE_POSITION.length;
      if (Arrays.equals(head, i, end, WRITE_POSITION, 0, WRITE_POSITION.length)) {
        return ((end + 8L) & ~7L) + 16;
      }
    }
    return -1;
  }

  private int read(long position, ByteBuffer into) throws JournalException {
    try {
      int total = 0;
      while (into.hasRemaining()) {
        int n = channel.read(into, position + total);
        if (n <= 0) {
          break;
        }
        total += n;
      }
      return total;
    } catch (IOException | RuntimeException e) {
      throw new JournalException(IoErrors.cannot("read", path, e), e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // Nothing was written, so nothing is lost.
      windowLength = 0;
    }
  }
}
