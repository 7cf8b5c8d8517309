package dmrec.foreign;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** The bytes of a stream, read in pieces of a known size or passed without being kept. */
final class ByteSource implements AutoCloseable {
  private final InputStream in;
  private final byte[] scratch = new byte[64 << 10];

  ByteSource(InputStream in) {
    this.in = in;
  }

  /** So many bytes; null where the stream ends before the first. */
  @Nullable ByteBuffer readOrEnd(int count, ByteOrder order) throws IOException {
    byte[] bytes = new byte[count];
    int got = in.readNBytes(bytes, 0, count);
    if (got == 0 && count > 0) {
      return null;
    }
    if (got < count) {
      throw new EOFException();
    }
    return ByteBuffer.wrap(bytes).order(order);
  }

  ByteBuffer read(int count, ByteOrder order) throws IOException {
    if (count == 0) {
      return ByteBuffer.allocate(0).order(order);
    }
    ByteBuffer bytes = readOrEnd(count, order);
    if (bytes == null) {
      throw new EOFException();
    }
    return bytes;
  }

  void skip(long count) throws IOException {
    for (long left = count; left > 0; ) {
      int got = in.read(scratch, 0, (int) Math.min(left, scratch.length));
      if (got < 0) {
        throw new EOFException();
      }
      left -= got;
    }
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
