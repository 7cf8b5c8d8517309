package dmrec.decode;

import java.nio.ByteBuffer;

/** Numbers at absolute places of a buffer, whatever the buffer's own byte order; no allocation. */
final class RawBytes {
  private RawBytes() {}

  static int intAt(ByteBuffer from, int at, boolean bigEndian) {
    int b0 = from.get(at) & 0xff;
    int b1 = from.get(at + 1) & 0xff;
    int b2 = from.get(at + 2) & 0xff;
    int b3 = from.get(at + 3) & 0xff;
    return bigEndian ? b0 << 24 | b1 << 16 | b2 << 8 | b3 : b3 << 24 | b2 << 16 | b1 << 8 | b0;
  }

  /** An unsigned 32-bit number. */
  static long uintAt(ByteBuffer from, int at, boolean bigEndian) {
    return intAt(from, at, bigEndian) & 0xffffffffL;
  }

  static long longAt(ByteBuffer from, int at, boolean bigEndian) {
    long first = uintAt(from, at, bigEndian);
    long second = uintAt(from, at + 4, bigEndian);
    return bigEndian ? first << 32 | second : second << 32 | first;
  }

  /** Place of the next NUL byte in [from, to); -1 where there is none. */
  static int endOfString(ByteBuffer in, int from, int to) {
    for (int i = from; i < to; i++) {
      if (in.get(i) == 0) {
        return i;
      }
    }
    return -1;
  }
}
