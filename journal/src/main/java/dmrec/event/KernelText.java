package dmrec.event;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Text from the kernel, which is bytes: names may hold anything but NUL and a slash.
 *
 * <p>Well-formed UTF-8 becomes the text it spells; each byte that is not part of any becomes one
 * lone low surrogate, U+DC80 to U+DCFF, so that {@link #encode} gives back the same bytes whatever
 * they were. UTF-8 cannot spell a surrogate, so the mapping is one to one.
 */
public final class KernelText {
  private KernelText() {}

  public static String decode(byte[] bytes) {
    return decode(ByteBuffer.wrap(bytes));
  }

  /** Decodes what remains of {@code bytes}, whose position stays where it is. */
  public static String decode(ByteBuffer bytes) {
    int end = bytes.limit();
    if (isAscii(bytes)) {
      // Nearly all of it: names, numbers, words.
      byte[] plain = new byte[bytes.remaining()];
      bytes.get(bytes.position(), plain);
      return new String(plain, StandardCharsets.ISO_8859_1);
    }
    StringBuilder text = new StringBuilder(bytes.remaining());
    for (int i = bytes.position(); i < end; ) {
      int length = sequenceLength(bytes, i, end);
      switch (length) {
        case 0 -> text.append((char) (0xdc00 | (bytes.get(i) & 0xff)));
        case 1 -> text.append((char) bytes.get(i));
        default -> text.appendCodePoint(codePoint(bytes, i, length));
      }
      i += Math.max(1, length);
    }
    return text.toString();
  }

  private static boolean isAscii(ByteBuffer bytes) {
    int seen = 0;
    for (int i = bytes.position(), end = bytes.limit(); i < end; i++) {
      seen |= bytes.get(i);
    }
    return seen >= 0;
  }

  /** Length of the well-formed UTF-8 sequence at {@code i}; 0 where there is none. */
  private static int sequenceLength(ByteBuffer bytes, int i, int end) {
    int lead = bytes.get(i) & 0xff;
    if (lead < 0x80) {
      return 1;
    }
    int length = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
    if (length == 0 || i + length > end) {
      return 0;
    }
    for (int k = 1; k < length; k++) {
      if ((bytes.get(i + k) & 0xc0) != 0x80) {
        return 0;
      }
    }
    int second = bytes.get(i + 1) & 0xff;
    boolean overlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
    boolean surrogate = lead == 0xed && second > 0x9f;
    boolean tooLarge = lead == 0xf4 && second > 0x8f;
    return overlong || surrogate || tooLarge ? 0 : length;
  }

  private static int codePoint(ByteBuffer bytes, int i, int length) {
    int point = bytes.get(i) & (0xff >> (length + 1));
    for (int k = 1; k < length; k++) {
      point = point << 6 | (bytes.get(i + k) & 0x3f);
    }
    return point;
  }

  public static byte[] encode(String text) {
    int escapes = 0;
    for (int i = 0; i < text.length(); i++) {
      if (isEscape(text.charAt(i)) && !isTrailing(text, i)) {
        escapes++;
      }
    }
    if (escapes == 0) {
      return text.getBytes(StandardCharsets.UTF_8);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream(text.length() + 16);
    int plainFrom = 0;
    for (int i = 0; i < text.length(); i++) {
      if (isEscape(text.charAt(i)) && !isTrailing(text, i)) {
        out.writeBytes(text.substring(plainFrom, i).getBytes(StandardCharsets.UTF_8));
        out.write(text.charAt(i));
        plainFrom = i + 1;
      }
    }
    out.writeBytes(text.substring(plainFrom).getBytes(StandardCharsets.UTF_8));
    return out.toByteArray();
  }

  /**
   * The text as it may be shown on a terminal: control characters, backslashes and bytes that are
   * no text appear as {@code \xNN}, other characters a terminal may act on as {@code \}{@code
   * uNNNN}.
   */
  public static String printable(String text) {
    StringBuilder out = null;
    for (int i = 0; i < text.length(); ) {
      int point = text.codePointAt(i);
      String shown = escaped(point);
      if (shown != null && out == null) {
        out = new StringBuilder(text.length() + 16).append(text, 0, i);
      }
      if (out != null) {
        if (shown != null) {
          out.append(shown);
        } else {
          out.appendCodePoint(point);
        }
      }
      i += Character.charCount(point);
    }
    return out == null ? text : out.toString();
  }

  /** Turns {@code \xNN}, as the kernel's log and udev spell bytes, back into these. */
  public static String unescaped(String text) {
    if (!text.contains("\\x")) {
      return text;
    }
    byte[] bytes = encode(text);
    ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length);
    for (int i = 0; i < bytes.length; i++) {
      boolean escape = i + 3 < bytes.length && bytes[i] == '\\' && bytes[i + 1] == 'x';
      int high = escape ? Character.digit(bytes[i + 2], 16) : -1;
      int low = escape ? Character.digit(bytes[i + 3], 16) : -1;
      if (high >= 0 && low >= 0) {
        out.write(high << 4 | low);
        i += 3;
      } else {
        out.write(bytes[i]);
      }
    }
    return decode(out.toByteArray());
  }

  private static @Nullable String escaped(int point) {
    if (point < 0x20 || point == 0x7f || point == '\\') {
      return String.format("\\x%02x", point);
    }
    if (point >= 0xdc80 && point <= 0xdcff) {
      return String.format("\\x%02x", point & 0xff);
    }
    int type = Character.getType(point);
    boolean acts =
        type == Character.CONTROL
            || type == Character.FORMAT
            || type == Character.LINE_SEPARATOR
            || type == Character.PARAGRAPH_SEPARATOR
            || type == Character.SURROGATE
            || type == Character.UNASSIGNED
            || type == Character.PRIVATE_USE;
    return acts ? String.format("\\u%04x", point) : null;
  }

  private static boolean isEscape(char c) {
    return c >= 0xdc80 && c <= 0xdcff;
  }

  private static boolean isTrailing(String text, int i) {
    return i > 0 && Character.isHighSurrogate(text.charAt(i - 1));
  }
}
