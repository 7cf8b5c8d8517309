package dmrec.record;

import dmrec.event.DmEvent;
import org.jspecify.annotations.Nullable;

/**
 * Notices that the wall clock was set: it then differs from the monotonic clock by another amount
 * than before. (Both are slewed alike. A machine that slept looks as if its clock had been set
 * forward, as the monotonic clock stands still meanwhile.)
 *
 * <p>The two clocks are read one after the other, and a busy machine may do other things in
 * between: a step counts when the next observation shows it too. One thread.
 */
final class ClockSteps {
  private static final long LEAST_NS = 500_000_000L;

  private boolean known;
  private long offsetNs;
  private boolean doubted;
  private long doubtedOffsetNs;

  /** A recording begins. */
  void clear() {
    known = false;
    doubted = false;
  }

  /** The step that this observation proves, or null. */
  DmEvent.@Nullable ClockStepped at(long wallNs, long monoNs) {
    long now = wallNs - monoNs;
    if (!known) {
      known = true;
      offsetNs = now;
      return null;
    }
    if (Math.abs(now - offsetNs) < LEAST_NS) {
      doubted = false;
      return null;
    }
    if (!doubted || Math.abs(now - doubtedOffsetNs) >= LEAST_NS) {
      doubted = true;
      doubtedOffsetNs = now;
      return null;
    }
    long byNs = now - offsetNs;
    doubted = false;
    offsetNs = now;
    return new DmEvent.ClockStepped(byNs, wallNs - byNs);
  }
}
