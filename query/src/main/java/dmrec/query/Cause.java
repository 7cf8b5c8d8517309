package dmrec.query;

import dmrec.event.EventRecord;
import dmrec.target.DevNo;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A state of a device that is not in order, and what explains it.
 *
 * @param name of the device or disk
 * @param words what is wrong, safe for a terminal
 * @param since null where it is only the sum of its causes
 * @param hints what happened at about that time, and may have to do with it or not
 * @param causes what explains it, further down the stack
 */
public record Cause(
    String name,
    DevNo dev,
    Health health,
    String words,
    @Nullable Since since,
    List<Hint> hints,
    List<Cause> causes) {

  /**
   * An event that was correlated by its time only.
   *
   * @param words how it stands to the cause
   */
  public record Hint(EventRecord event, String words) {}

  public Cause {
    hints = List.copyOf(hints);
    causes = List.copyOf(causes);
  }

  /** Whether nothing recorded explains it. */
  public boolean isRoot() {
    return causes.isEmpty() && health.compareTo(Health.NOTED) > 0;
  }
}
