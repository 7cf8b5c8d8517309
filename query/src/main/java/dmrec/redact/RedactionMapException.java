package dmrec.redact;

import java.io.IOException;

/** A map cannot be read or written. The message is for a person: what, where, and what to do. */
public final class RedactionMapException extends IOException {
  private static final long serialVersionUID = 1L;

  RedactionMapException(String message) {
    super(message);
  }
}
