package dmrec.record;

import java.io.IOException;

/** A capture that cannot be read or written: the message names the file, the line and the cause. */
public final class CaptureException extends IOException {
  private static final long serialVersionUID = 1;

  CaptureException(String message) {
    super(message);
  }
}
