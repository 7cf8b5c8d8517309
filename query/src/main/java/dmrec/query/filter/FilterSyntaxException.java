package dmrec.query.filter;

import dmrec.event.KernelText;
import org.jspecify.annotations.Nullable;

/**
 * A text that is no filter or query. The message has three short lines: what was expected and
 * found, the text, and a caret under the place.
 */
public final class FilterSyntaxException extends Exception {
  /** Of a long text so many characters are shown before the place, and so many behind it. */
  private static final int BEFORE = 60;

  private static final int BEHIND = 30;

  private final String text;
  private final int position;
  private final String reason;
  private final @Nullable String suggestion;

  FilterSyntaxException(String text, int position, String reason, @Nullable String suggestion) {
    super(message(text, position, reason, suggestion));
    this.text = text;
    this.position = position;
    this.reason = reason;
    this.suggestion = suggestion;
  }

  private static String message(
      String text, int position, String reason, @Nullable String suggestion) {
    String hint = suggestion == null ? "" : "; did you mean '" + suggestion + "'?";
    String line = text.replaceAll("[\\t\\n\\x0B\\f\\r]", " ");
    int from = position > BEFORE + 10 ? position - BEFORE : 0;
    int to = line.length() > position + BEHIND + 10 ? position + BEHIND : line.length();
    String before = (from > 0 ? "…" : "") + line.substring(from, position);
    String behind = line.substring(position, to) + (to < line.length() ? "…" : "");
    // Whoever shows it escapes it, as all that is shown; the caret counts what that makes of it.
    String escaped = KernelText.printable(before);
    int columns = escaped.codePointCount(0, escaped.length());
    return reason + hint + "\n" + before + behind + "\n" + " ".repeat(columns) + "^";
  }

  /** What was written. */
  public String text() {
    return text;
  }

  /** Index of the first character that does not fit; the length of the text where more is due. */
  public int position() {
    return position;
  }

  /** What was expected there, and found. */
  public String reason() {
    return reason;
  }

  /** The nearest word that would do; null where none is near. */
  public @Nullable String suggestion() {
    return suggestion;
  }
}
