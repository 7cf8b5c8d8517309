package dmrec.query;

/** A text that is no time; the message shows where it went wrong. */
public final class TimeSyntaxException extends Exception {
  private final String text;
  private final int position;
  private final String reason;

  TimeSyntaxException(String text, int position, String reason) {
    super(message(text, position, reason));
    this.text = text;
    this.position = position;
    this.reason = reason;
  }

  private static String message(String text, int position, String reason) {
    return "'" + text + "' is no time: " + reason + "\n" + text + "\n" + " ".repeat(position) + "^";
  }

  /** What was written. */
  public String text() {
    return text;
  }

  /** Index of the first character that does not fit; the length of the text where more is due. */
  public int position() {
    return position;
  }

  /** What was expected there. */
  public String reason() {
    return reason;
  }
}
