package dmrec.record;

import java.io.IOException;

/** A capture that cannot be read or written: the message names the file, the line and the cause. */
public final class CaptureException extends IOException {
  private static final long serialVersionUID = 1;

  private final String message;

  CaptureException(String message) {
    super(message);
    this.message = message;
  }

  @Override
  public String getMessage() {
    return message;
  }
}
