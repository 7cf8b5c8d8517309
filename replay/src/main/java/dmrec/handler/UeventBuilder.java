package dmrec.handler;

import dmrec.event.KernelText;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Writes a uevent's NUL-ended strings, up to a limit.
 *
 * <p>Values may come from a journal that was made to do harm: a NUL would end the value and begin
 * another key, a newline does the same to whoever reads a listing of keys. So control characters
 * become {@code \xNN}, as udev spells them.
 */
final class UeventBuilder {
  private static final String HEX = "0123456789abcdef";

  private final ByteBuffer out;
  private final int limit;
  private int at;

  UeventBuilder(ByteBuffer out, int from, int limit) {
    this.out = out;
    this.at = from;
    this.limit = limit;
  }

  /** Where the next string begins. */
  int at() {
    return at;
  }

  /** A string, NUL added; false, and nothing written, where it does not fit. */
  boolean string(String text) {
    return put(text.getBytes(StandardCharsets.ISO_8859_1), new byte[0], 0);
  }

  /** {@code KEY=VALUE}; false, and nothing written, where it does not fit. */
  boolean property(String key, String value) {
    byte[] escaped = escaped(value);
    return put(start(key), escaped, escaped.length);
  }

  boolean property(String key, long value) {
    return property(key, Long.toString(value));
  }

  /**
   * {@code KEY=VALUE} with as much of the value as fits into {@code reserveBytes} less than the
   * limit; whether that was all.
   */
  boolean cut(String key, String value, int reserveBytes) {
    byte[] start = start(key);
    byte[] escaped = escaped(value);
    int room = limit - reserveBytes - at - start.length - 1;
    if (room >= escaped.length) {
      return put(start, escaped, escaped.length);
    }
    if (room > 0) {
      put(start, escaped, wholeEscapes(escaped, room));
    }
    return false;
  }

  /** Copies bytes that are strings already; false where they do not fit. */
  boolean strings(ByteBuffer from, int fromAt, int length) {
    if (length > limit - at) {
      return false;
    }
    out.put(at, from, fromAt, length);
    at += length;
    return true;
  }

  private static byte[] start(String key) {
    return (key + '=').getBytes(StandardCharsets.ISO_8859_1);
  }

  private boolean put(byte[] start, byte[] rest, int restLength) {
    if (start.length + restLength + 1 > limit - at) {
      return false;
    }
    out.put(at, start);
    out.put(at + start.length, rest, 0, restLength);
    at += start.length + restLength;
    out.put(at++, (byte) 0);
    return true;
  }

  private static byte[] escaped(String value) {
    byte[] raw = KernelText.encode(value);
    int controls = 0;
    for (byte b : raw) {
      controls += isControl(b) ? 1 : 0;
    }
    if (controls == 0) {
      return raw;
    }
    byte[] escaped = new byte[raw.length + 3 * controls];
    int at = 0;
    for (byte b : raw) {
      if (isControl(b)) {
        escaped[at++] = '\\';
        escaped[at++] = 'x';
        escaped[at++] = (byte) HEX.charAt((b & 0xff) >> 4);
        escaped[at++] = (byte) HEX.charAt(b & 0xf);
      } else {
        escaped[at++] = b;
      }
    }
    return escaped;
  }

  private static boolean isControl(byte b) {
    return (b >= 0 && b < 0x20) || b == 0x7f;
  }

  /** The longest length up to {@code most} that neither an escape nor a UTF-8 sequence crosses. */
  private static int wholeEscapes(byte[] escaped, int most) {
    int length = most;
    for (int back = 1; back <= 3 && back <= length; back++) {
      if (escaped[length - back] == '\\' && escaped[length - back + 1] == 'x') {
        return length - back;
      }
    }
    while (length > 0 && (escaped[length] & 0xc0) == 0x80) {
      length--;
    }
    return length;
  }
}
