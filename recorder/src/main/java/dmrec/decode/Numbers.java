package dmrec.decode;

import dmrec.event.Bytes;
import org.jspecify.annotations.Nullable;

/** Decimal numbers in kernel text. */
final class Numbers {
  private Numbers() {}

  /** The number, 0 to 2^63 - 1; {@code otherwise} where {@code text} is null or none. */
  static long unsigned(@Nullable String text, long otherwise) {
    if (text == null || text.isEmpty() || text.length() > 19) {
      return otherwise;
    }
    long value = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9') {
        return otherwise;
      }
      value = value * 10 + (c - '0');
    }
    return value < 0 ? otherwise : value;
  }

  /** A part of a device's number, of seven digits at most; -1 where it is none. */
  static long devPart(Bytes bytes, int from, int to) {
    return to - from > 7 ? -1 : unsigned(bytes, from, to, -1);
  }

  /** As {@link #unsigned(String, long)}, of the bytes from {@code from} to {@code to}. */
  static long unsigned(Bytes bytes, int from, int to, long otherwise) {
    if (to <= from || to - from > 19) {
      return otherwise;
    }
    long value = 0;
    for (int i = from; i < to; i++) {
      byte b = bytes.at(i);
      if (b < '0' || b > '9') {
        return otherwise;
      }
      value = value * 10 + (b - '0');
    }
    return value < 0 ? otherwise : value;
  }

  /** The hexadecimal number of at most 15 digits, without prefix. */
  static long hex(String digits, long otherwise) {
    if (digits.isEmpty() || digits.length() > 15) {
      return otherwise;
    }
    long value = 0;
    for (int i = 0; i < digits.length(); i++) {
      char c = digits.charAt(i);
      int digit = c < 0x80 ? Character.digit(c, 16) : -1;
      if (digit < 0) {
        return otherwise;
      }
      value = value << 4 | digit;
    }
    return value;
  }
}
