package dmrec.handler;

import java.io.Writer;
import java.util.Arrays;

/** A line of ASCII as bytes, written without a detour; used again for each line. */
final class AsciiLine extends Writer {
  private byte[] bytes = new byte[4096];
  private int length;

  void clear() {
    length = 0;
  }

  byte[] bytes() {
    return bytes;
  }

  int length() {
    return length;
  }

  @Override
  public void write(int c) {
    room(1);
    bytes[length++] = (byte) c;
  }

  @Override
  public void write(char[] chars, int from, int count) {
    room(count);
    for (int i = 0; i < count; i++) {
      bytes[length++] = (byte) chars[from + i];
    }
  }

  private void room(int count) {
    if (bytes.length - length < count) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + count));
    }
  }

  @Override
  public void flush() {}

  @Override
  public void close() {}
}
