package dmrec.kernel;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Writes BTF, type by type; the first is number 1, or the first behind the base's. */
final class BtfWriter {
  static final int STRUCT = 4;
  static final int UNION = 5;
  static final int ENUM = 6;
  static final int TYPEDEF = 8;
  static final int CONST = 10;
  static final int ENUM64 = 19;

  private final ByteArrayOutputStream types = new ByteArrayOutputStream();
  private final ByteArrayOutputStream strings = new ByteArrayOutputStream();
  private final int firstString;

  /** A kernel's. */
  BtfWriter() {
    this.firstString = 0;
    strings.write(0);
  }

  /** A module's, whose strings are counted on from those of the kernel. */
  BtfWriter(BtfWriter base) {
    this.firstString = base.strings.size();
  }

  /** A type without anything behind it, or the head of one with {@code count} parts. */
  BtfWriter type(String name, int kind, boolean flag, int count, int sizeOrType) {
    return put(string(name), (flag ? 1 << 31 : 0) | kind << 24 | count, sizeOrType);
  }

  BtfWriter integer(String name, int sizeBytes) {
    return type(name, 1, false, 0, sizeBytes).put(8 * sizeBytes);
  }

  /** Of a struct or union; an offset with its size in the high byte where the flag was set. */
  BtfWriter member(String name, int type, int offsetBits) {
    return put(string(name), type, offsetBits);
  }

  BtfWriter enumerator(String name, int... words) {
    return put(string(name)).put(words);
  }

  BtfWriter put(int... words) {
    for (int word : words) {
      ByteBuffer four = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(word);
      types.writeBytes(four.array());
    }
    return this;
  }

  private int string(String text) {
    if (text.isEmpty()) {
      return 0;
    }
    int at = firstString + strings.size();
    strings.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    strings.write(0);
    return at;
  }

  byte[] bytes() {
    ByteBuffer all =
        ByteBuffer.allocate(24 + types.size() + strings.size()).order(ByteOrder.LITTLE_ENDIAN);
    all.putShort((short) 0xeb9f).put((byte) 1).put((byte) 0).putInt(24);
    all.putInt(0).putInt(types.size()).putInt(types.size()).putInt(strings.size());
    return all.put(types.toByteArray()).put(strings.toByteArray()).array();
  }

  ByteBuffer buffer() {
    return ByteBuffer.wrap(bytes());
  }
}
