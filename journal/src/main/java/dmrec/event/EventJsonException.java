package dmrec.event;

import java.io.IOException;

/** A line that is no event; the message says where in the line, what was expected and found. */
public final class EventJsonException extends IOException {
  private static final long serialVersionUID = 1L;

  private final long column;

  EventJsonException(long column, String message) {
    super("column " + column + ": " + message);
    this.column = column;
  }

  /** Where in the line, from 1. */
  public long column() {
    return column;
  }
}
