package dmrec.event;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Bytes as a value: equal by content, never changed once made. */
public final class Bytes {
  public static final Bytes NONE = new Bytes(new byte[0]);

  private final byte[] bytes;

  private Bytes(byte[] bytes) {
    this.bytes = bytes;
  }

  public static Bytes of(byte[] bytes) {
    return bytes.length == 0 ? NONE : new Bytes(bytes.clone());
  }

  /** Copies what remains of {@code buffer}, whose position stays where it is. */
  public static Bytes of(ByteBuffer buffer) {
    if (!buffer.hasRemaining()) {
      return NONE;
    }
    byte[] copy = new byte[buffer.remaining()];
    buffer.get(buffer.position(), copy);
    return new Bytes(copy);
  }

  /** Copies {@code length} bytes from {@code from} on. */
  public static Bytes of(byte[] bytes, int from, int length) {
    return length == 0 ? NONE : new Bytes(Arrays.copyOfRange(bytes, from, from + length));
  }

  /** The bytes that {@code text} was decoded from. */
  public static Bytes of(String text) {
    return new Bytes(KernelText.encode(text));
  }

  public int length() {
    return bytes.length;
  }

  public boolean isEmpty() {
    return bytes.length == 0;
  }

  public byte at(int index) {
    return bytes[index];
  }

  /** Whether {@code length} bytes of {@code other} from {@code from} on stand at {@code index}. */
  public boolean hasAt(int index, byte[] other, int from, int length) {
    return index >= 0
        && length <= bytes.length - index
        && Arrays.equals(bytes, index, index + length, other, from, from + length);
  }

  /** Whether {@code other} stands at {@code index}. */
  public boolean hasAt(int index, Bytes other) {
    return hasAt(index, other.bytes, 0, other.bytes.length);
  }

  /**
   * Whether these stand in {@code others} at {@code index}, and end at {@code end} at the latest.
   */
  public boolean isIn(byte[] others, int index, int end) {
    return bytes.length <= end - index
        && Arrays.equals(others, index, index + bytes.length, bytes, 0, bytes.length);
  }

  /** Whether {@code ascii} stands at {@code index}, and ends at {@code end} at the latest. */
  public boolean hasAt(int index, int end, String ascii) {
    if (index < 0 || ascii.length() > end - index) {
      return false;
    }
    int i = 0;
    while (i < ascii.length() && bytes[index + i] == ascii.charAt(i)) {
      i++;
    }
    return i == ascii.length();
  }

  /** Where a byte stands first between two places; {@code to} where it does not. */
  public int indexOf(byte wanted, int from, int to) {
    int at = from;
    while (at < to && bytes[at] != wanted) {
      at++;
    }
    return at;
  }

  /** Copies {@code length} bytes from {@code index} on into {@code target} from {@code at} on. */
  public void copyTo(int index, int length, byte[] target, int at) {
    System.arraycopy(bytes, index, target, at, length);
  }

  public byte[] toArray() {
    return bytes.clone();
  }

  /** A read-only view. */
  public ByteBuffer buffer() {
    return ByteBuffer.wrap(bytes).asReadOnlyBuffer();
  }

  /** The bytes as kernel text; the inverse of {@link #of(String)}. */
  public String text() {
    return KernelText.decode(bytes);
  }

  /** The bytes from {@code from} to {@code to} as kernel text. */
  public String text(int from, int to) {
    return KernelText.decode(ByteBuffer.wrap(bytes, from, to - from));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Bytes that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return KernelText.printable(text());
  }
}
