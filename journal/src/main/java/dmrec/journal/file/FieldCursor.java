package dmrec.journal.file;

import static dmrec.journal.file.RecordLayout.intAt;
import static dmrec.journal.file.RecordLayout.longAt;

import dmrec.event.Bytes;
import dmrec.event.KernelText;
import dmrec.target.DevNo;
import java.nio.ByteBuffer;

/**
 * Reads bytes in the spelling of version 2, field by field and value by value. They may come from
 * anybody: every length is checked against what is there, and nothing but {@link
 * MalformedException} is thrown.
 */
final class FieldCursor {
  private final byte[] bytes;
  private final int recordAt;
  private final int end;
  private int next;
  private int p;
  private int valueAt;
  private int valueEnd;

  /**
   * @param recordAt where offsets in messages count from
   */
  FieldCursor(byte[] bytes, int recordAt, int from, int end) {
    this.bytes = bytes;
    this.recordAt = recordAt;
    this.end = end;
    this.next = from;
    this.valueEnd = from;
  }

  boolean hasField() {
    return next < end;
  }

  /** Where the next field begins. */
  int nextAt() {
    return next;
  }

  /** Goes on to the next field, whose value can be read then, and returns its tag. */
  int nextField() throws MalformedException {
    int tag = bytes[next] & 0xff;
    p = next + 1;
    valueEnd = end;
    int size = size();
    valueAt = p;
    valueEnd = p + size;
    next = valueEnd;
    return tag;
  }

  int valueAt() {
    return valueAt;
  }

  int valueEnd() {
    return valueEnd;
  }

  boolean hasMore() {
    return p < valueEnd;
  }

  /** The value was read; anything behind it is refused. */
  void expectEnd() throws MalformedException {
    if (p != valueEnd) {
      throw bad(p, "the value's end", valueEnd - p + " more bytes");
    }
  }

  /** The length of what follows within the value. */
  private int size() throws MalformedException {
    int at = p;
    long size = unsigned();
    if (size < 0 || size > valueEnd - p) {
      throw bad(
          at, "at most " + (valueEnd - p) + " bytes", "length " + Long.toUnsignedString(size));
    }
    return (int) size;
  }

  /** A number of up to 64 bits without a sign, in as few bytes as it needs. */
  long unsigned() throws MalformedException {
    int at = p;
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (p == valueEnd) {
        throw bad(at, "a whole number", "its end");
      }
      int b = bytes[p++];
      value |= (b & 0x7fL) << shift;
      if (b >= 0) {
        if ((b == 0 && shift > 0) || (shift == 63 && b > 1)) {
          throw bad(at, "a number of 64 bits in as few bytes as it needs", "another spelling");
        }
        return value;
      }
    }
    throw bad(at, "a number of 64 bits", "a longer one");
  }

  long number() throws MalformedException {
    long value = unsigned();
    return value >>> 1 ^ -(value & 1);
  }

  int int32() throws MalformedException {
    int at = p;
    long value = number();
    if (value != (int) value) {
      throw bad(at, "a number of 32 bits", "" + value);
    }
    return (int) value;
  }

  int byteValue() throws MalformedException {
    need(1);
    return bytes[p++] & 0xff;
  }

  long fixedLong() throws MalformedException {
    need(8);
    p += 8;
    return longAt(bytes, p - 8);
  }

  DevNo dev() throws MalformedException {
    need(4);
    p += 4;
    return dev(intAt(bytes, p - 4));
  }

  /** What {@link RecordBuffer#putDev} wrote. */
  static DevNo dev(int packed) {
    return new DevNo(packed >>> 20, packed & 0xfffff);
  }

  /** The rest of the value as text. */
  String text() {
    return text(valueEnd - p);
  }

  String countedText() throws MalformedException {
    return text(size());
  }

  private String text(int size) {
    String text = size == 0 ? "" : KernelText.decode(ByteBuffer.wrap(bytes, p, size));
    p += size;
    return text;
  }

  /** The rest of the value. */
  Bytes bytes() {
    Bytes rest = Bytes.of(bytes, p, valueEnd - p);
    p = valueEnd;
    return rest;
  }

  private void need(int count) throws MalformedException {
    if (count > valueEnd - p) {
      throw bad(p, count + " bytes", valueEnd - p + " bytes");
    }
  }

  /** What is wrong with the value at hand. */
  MalformedException bad(String expected, String found) {
    return bad(valueAt, expected, found);
  }

  private MalformedException bad(int at, String expected, String found) {
    return RecordDecoder.bad(at - recordAt, expected, found);
  }
}
