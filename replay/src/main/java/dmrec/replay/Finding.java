package dmrec.replay;

import dmrec.event.EventRecord;
import org.jspecify.annotations.Nullable;

/**
 * A handler failed.
 *
 * @param phase in which of its calls
 * @param record the event it was called with, or had last; null before the first
 * @param how what it did
 * @param thrown what it threw; where it took too long, a throwable whose stack trace says where it
 *     was
 */
public record Finding(Phase phase, @Nullable EventRecord record, How how, Throwable thrown) {
  /** Which call of the handler. */
  public enum Phase {
    OPEN,
    HANDLE,
    CLOSE
  }

  /** What it did. */
  public enum How {
    /** It threw. */
    THREW,
    /** It did not return in time, but when it was interrupted. */
    TOO_LATE,
    /** It does not return at all. */
    HANGS
  }
}
