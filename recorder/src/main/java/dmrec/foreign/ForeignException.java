package dmrec.foreign;

import java.io.IOException;

/** Files that cannot be imported at all: the message names the file, the cause and what to do. */
public final class ForeignException extends IOException {
  private static final long serialVersionUID = 1;

  private final String message;

  ForeignException(String message) {
    super(message);
    this.message = message;
  }

  @Override
  public String getMessage() {
    return message;
  }
}
