package dmrec.replay;

import dmrec.event.EventRecord;
import dmrec.handler.HandlerException;
import dmrec.journal.Damage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link Shrinker} has found.
 *
 * @param of how many events the handler was fed until it failed
 * @param events how many of them are left
 * @param smallest these, with their numbers in the recording; none where they are more than 1,000
 * @param trials how many parts were replayed
 * @param ended why it ended before each event that is left was needed; empty where it did not
 * @param proof how the handler failed at the journal that was written; null where it did not, or
 *     otherwise
 * @param damage what could not be read of the recording
 */
public record Shrunk(
    long of,
    long events,
    List<EventRecord> smallest,
    long trials,
    String ended,
    @Nullable Finding proof,
    Damage damage) {

  /** Whether none of the events can be left out. */
  public boolean isMinimal() {
    return ended.isEmpty();
  }

  /** A failure in a few words. */
  public static String words(Finding finding) {
    Throwable thrown = finding.thrown();
    String message = String.valueOf(thrown.getMessage());
    return switch (finding.how()) {
      case THREW ->
          thrown instanceof HandlerException
              ? message
              : thrown.getMessage() == null ? thrown.getClass().getName() : thrown.toString();
      case TOO_LATE, HANGS -> "it " + message;
    };
  }
}
