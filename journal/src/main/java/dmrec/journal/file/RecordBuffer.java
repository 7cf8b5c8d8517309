package dmrec.journal.file;

import static dmrec.journal.file.RecordLayout.INT_LE;
import static dmrec.journal.file.RecordLayout.LONG_LE;

import dmrec.event.Bytes;
import dmrec.target.DevNo;
import java.util.Arrays;

/**
 * Bytes in the spelling of version 2: they grow as they are written, and are used again without an
 * allocation. One thread.
 *
 * <p>A length is known only behind what it counts. So one byte is kept for it, and what follows
 * moves up where it needs more.
 */
final class RecordBuffer {
  private byte[] bytes;
  private int length;

  RecordBuffer(int initialBytes) {
    bytes = new byte[initialBytes];
  }

  /** What was written, up to {@link #length}; valid until more is. */
  byte[] bytes() {
    return bytes;
  }

  int length() {
    return length;
  }

  /** Begins anew, with {@code keptBytes} whose content is of no matter yet. */
  void begin(int keptBytes) {
    length = keptBytes;
  }

  /** Begins a field and returns where its value begins, for {@link #end}. */
  int field(int tag) throws MalformedException {
    reserve(2);
    bytes[length] = (byte) tag;
    length += 2;
    return length;
  }

  /** Begins a value that stands behind its length. */
  int counted() throws MalformedException {
    reserve(1);
    return ++length;
  }

  /** Writes the length of what was written from {@code valueAt} on before it. */
  void end(int valueAt) throws MalformedException {
    int size = length - valueAt;
    int more = 0;
    for (int rest = size >>> 7; rest != 0; rest >>>= 7) {
      more++;
    }
    if (more > 0) {
      reserve(more);
      System.arraycopy(bytes, valueAt, bytes, valueAt + more, size);
      length += more;
    }
    int at = valueAt - 1;
    int rest = size;
    while (rest > 0x7f) {
      bytes[at++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[at] = (byte) rest;
  }

  void putByte(int value) throws MalformedException {
    reserve(1);
    bytes[length++] = (byte) value;
  }

  void putInt(int value) throws MalformedException {
    reserve(4);
    INT_LE.set(bytes, length, value);
    length += 4;
  }

  void putLong(long value) throws MalformedException {
    reserve(8);
    LONG_LE.set(bytes, length, value);
    length += 8;
  }

  /** A number of 64 bits without a sign, seven bits a byte, in as few as it needs. */
  void putUnsigned(long value) throws MalformedException {
    reserve(10);
    byte[] b = bytes;
    int to = length;
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      b[to++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    b[to++] = (byte) rest;
    length = to;
  }

  /** A number of 64 bits: 0, -1, 1, -2, ... are 0, 1, 2, 3, ... without a sign. */
  void putNumber(long value) throws MalformedException {
    putUnsigned(value << 1 ^ value >> 63);
  }

  void putDev(DevNo dev) throws MalformedException {
    putInt(dev.major() << 20 | dev.minor());
  }

  void putCountedText(String text) throws MalformedException {
    int at = counted();
    putText(text);
    end(at);
  }

  /** A text behind its length in one byte. */
  void putText8(String text) throws MalformedException {
    int at = counted();
    putText(text);
    if (length - at > 0xff) {
      throw new MalformedException("a text of " + (length - at) + " bytes, of at most 255");
    }
    bytes[at - 1] = (byte) (length - at);
  }

  void putBytes(Bytes value) throws MalformedException {
    putBytes(value, 0, value.length());
  }

  void putBytes(Bytes from, int at, int count) throws MalformedException {
    reserve(count);
    from.copyTo(at, count, bytes, length);
    length += count;
  }

  void putBytes(byte[] from, int at, int count) throws MalformedException {
    reserve(count);
    System.arraycopy(from, at, bytes, length, count);
    length += count;
  }

  /** The digits of a number, as the kernel prints it. */
  void putDecimal(long value) throws MalformedException {
    reserve(20);
    int digits = 1;
    for (long rest = value / 10; rest != 0; rest /= 10) {
      digits++;
    }
    if (value < 0) {
      bytes[length++] = '-';
    }
    length += digits;
    long rest = value;
    for (int at = length - 1; digits > 0; digits--) {
      bytes[at--] = (byte) ('0' + Math.abs(rest % 10));
      rest /= 10;
    }
  }

  /** Writes the bytes that {@link dmrec.event.KernelText#encode} gives, without the array. */
  void putText(String text) throws MalformedException {
    int chars = text.length();
    reserve(3L * chars);
    byte[] b = bytes;
    int to = length;
    for (int i = 0; i < chars; i++) {
      char c = text.charAt(i);
      if (c < 0x80) {
        b[to++] = (byte) c;
      } else if (c < 0x800) {
        b[to++] = (byte) (0xc0 | c >> 6);
        b[to++] = (byte) (0x80 | (c & 0x3f));
      } else if (!Character.isSurrogate(c)) {
        b[to++] = (byte) (0xe0 | c >> 12);
        b[to++] = (byte) (0x80 | (c >> 6 & 0x3f));
        b[to++] = (byte) (0x80 | (c & 0x3f));
      } else if (Character.isHighSurrogate(c)
          && i + 1 < chars
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        int point = Character.toCodePoint(c, text.charAt(++i));
        b[to++] = (byte) (0xf0 | point >> 18);
        b[to++] = (byte) (0x80 | (point >> 12 & 0x3f));
        b[to++] = (byte) (0x80 | (point >> 6 & 0x3f));
        b[to++] = (byte) (0x80 | (point & 0x3f));
      } else {
        b[to++] = c >= 0xdc80 && c <= 0xdcff ? (byte) c : (byte) '?';
      }
    }
    length = to;
  }

  /** How many bytes {@link #putText} writes. */
  static int bytesOf(String text) {
    int chars = text.length();
    int count = 0;
    for (int i = 0; i < chars; i++) {
      char c = text.charAt(i);
      boolean isPair =
          Character.isHighSurrogate(c)
              && i + 1 < chars
              && Character.isLowSurrogate(text.charAt(i + 1));
      // A lone surrogate stands for one byte.
      count += c < 0x80 ? 1 : c < 0x800 ? 2 : isPair ? 4 : Character.isSurrogate(c) ? 1 : 3;
      i += isPair ? 1 : 0;
    }
    return count;
  }

  private void reserve(long more) throws MalformedException {
    long needed = length + more;
    if (needed <= bytes.length) {
      return;
    }
    // A text is reserved at three bytes a character before it is known to need fewer.
    if (needed > 4L * RecordLayout.MAX_WRITTEN_BYTES) {
      throw tooLarge();
    }
    bytes = Arrays.copyOf(bytes, (int) Math.max(needed, 2L * bytes.length));
  }

  static MalformedException tooLarge() {
    return new MalformedException(
        "larger than the limit of " + RecordLayout.MAX_WRITTEN_BYTES + " bytes");
  }
}
