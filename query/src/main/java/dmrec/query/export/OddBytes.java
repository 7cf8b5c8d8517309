package dmrec.query.export;

import java.util.Locale;

/**
 * Kernel text as UTF-8 that every tool takes, and back.
 *
 * <p>A byte that is part of no UTF-8, a NUL and a backslash become {@code \xNN}, as dmsetup mangles
 * names; everything else stays. One to one, as a backslash never stands for itself.
 */
public final class OddBytes {
  private static final int ESCAPE_CHARS = 4;

  private OddBytes() {}

  public static String spell(String kernelText) {
    StringBuilder out = null;
    for (int i = 0; i < kernelText.length(); i++) {
      char c = kernelText.charAt(i);
      boolean pair =
          Character.isHighSurrogate(c)
              && i + 1 < kernelText.length()
              && Character.isLowSurrogate(kernelText.charAt(i + 1));
      boolean odd = c == 0 || c == '\\' || (!pair && Character.isSurrogate(c));
      if (odd && out == null) {
        out = new StringBuilder(kernelText.length() + 16).append(kernelText, 0, i);
      }
      if (out != null) {
        out.append(odd ? String.format(Locale.ROOT, "\\x%02x", c & 0xff) : String.valueOf(c));
      }
      if (pair) {
        i++;
        if (out != null) {
          out.append(kernelText.charAt(i));
        }
      }
    }
    return out == null ? kernelText : out.toString();
  }

  /** The inverse of {@link #spell}. */
  public static String read(String spelled) {
    StringBuilder out = new StringBuilder(spelled.length());
    for (int i = 0; i < spelled.length(); i++) {
      char c = spelled.charAt(i);
      if (c == '\\' && i + ESCAPE_CHARS <= spelled.length()) {
        int value = Integer.parseInt(spelled.substring(i + 2, i + ESCAPE_CHARS), 16);
        out.append((char) (value < 0x80 ? value : 0xdc00 | value));
        i += ESCAPE_CHARS - 1;
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }
}
