package dmrec.journal;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A journal cannot be read or written as asked. The message says what, where, what was expected and
 * found, and what to do; it is meant for a person. What caused it, where anything did, is kept for
 * a debugger only.
 */
public sealed class JournalException extends IOException permits JournalFullException {
  private static final long serialVersionUID = 1L;

  public JournalException(String message) {
    super(message);
  }

  public JournalException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
