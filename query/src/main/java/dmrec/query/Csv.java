package dmrec.query;

import dmrec.event.KernelText;
import java.util.List;

/**
 * Rows of RFC 4180: CRLF behind each, and quotes around what holds a comma, a quote, or any control
 * character.
 *
 * <p>The text is {@link dmrec.event.KernelText} as it is, so that a name reads back as the bytes it
 * was; what shows it must escape it.
 */
public final class Csv {
  private Csv() {}

  /** A row with its line end. */
  public static String row(List<String> values) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < values.size(); i++) {
      if (i > 0) {
        out.append(',');
      }
      append(out, values.get(i));
    }
    return out.append("\r\n").toString();
  }

  private static void append(StringBuilder out, String value) {
    if (isPlain(value)) {
      out.append(value);
      return;
    }
    out.append('"').append(value.replace("\"", "\"\"")).append('"');
  }

  private static boolean isPlain(String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == ',' || c == '"' || c < ' ' || c == 0x7f) {
        return false;
      }
    }
    return true;
  }

  /** Rows as a terminal can show them: whatever a value holds, it does nothing there. */
  public static String shown(String rows) {
    StringBuilder out = new StringBuilder(rows.length());
    boolean quoted = false;
    int from = 0;
    for (int i = 0; i < rows.length(); i++) {
      quoted ^= rows.charAt(i) == '"';
      if (!quoted && rows.startsWith("\r\n", i)) {
        out.append(KernelText.printable(rows.substring(from, i))).append("\r\n");
        from = i + 2;
      }
    }
    return out.append(KernelText.printable(rows.substring(from))).toString();
  }
}
