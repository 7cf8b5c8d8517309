package dmrec.report;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Numbers and texts in as few bytes as is simple: a number takes seven bits a byte, the lowest
 * first. {@code data.js} reads it.
 */
final class Packed {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream(1 << 16);

  /** A number from 0 on. */
  void number(long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      out.write((int) (rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    out.write((int) rest);
  }

  /** A number of either sign: small ones are short. */
  void signed(long value) {
    number(value << 1 ^ value >> 63);
  }

  void text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    number(bytes.length);
    out.writeBytes(bytes);
  }

  void all(Packed other) {
    out.writeBytes(other.toArray());
  }

  byte[] toArray() {
    return out.toByteArray();
  }
}
