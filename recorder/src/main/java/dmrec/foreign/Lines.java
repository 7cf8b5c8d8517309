package dmrec.foreign;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The lines of a stream, each of at most {@value #MOST_BYTES} bytes; what is longer is passed
 * without being kept.
 */
final class Lines implements AutoCloseable {
  static final int MOST_BYTES = 1 << 20;

  private final InputStream in;
  private final String name;
  private final byte[] block = new byte[64 << 10];
  private byte[] whole = new byte[1 << 10];
  private int length;
  private int at;
  private int end;
  private long number;
  private boolean tooLong;

  Lines(InputStream in, String name) {
    this.in = in;
    this.name = name;
  }

  /** The next line without its end, valid until the next call; null at the end. */
  @Nullable ByteBuffer next() throws IOException {
    length = 0;
    tooLong = false;
    if (at == end && !fill()) {
      return null;
    }
    number++;
    boolean ended = false;
    while (!ended && (at < end || fill())) {
      int from = at;
      while (at < end && block[at] != '\n') {
        at++;
      }
      keep(from, at - from);
      ended = at < end;
      at += ended ? 1 : 0;
    }
    if (length > 0 && whole[length - 1] == '\r') {
      length--;
    }
    return ByteBuffer.wrap(whole, 0, length);
  }

  /** Whether the line that was read last is only the beginning of one. */
  boolean isTooLong() {
    return tooLong;
  }

  /** Where that line stands. */
  String place() {
    return name + ":" + number;
  }

  private void keep(int from, int count) {
    int kept = Math.min(count, MOST_BYTES - length);
    tooLong |= kept < count;
    if (length + kept > whole.length) {
      whole = java.util.Arrays.copyOf(whole, Math.min(MOST_BYTES, 2 * (length + kept)));
    }
    System.arraycopy(block, from, whole, length, kept);
    length += kept;
  }

  private boolean fill() throws IOException {
    // Nothing is left of the block before, not even where the next one cannot be read.
    at = 0;
    end = 0;
    end = Math.max(0, in.read(block));
    return end > 0;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
