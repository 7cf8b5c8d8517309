package dmrec.replay;

import dmrec.event.EventRecord;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Waits until an event is due.
 *
 * <p>Sleeps for most of the time and spins for the rest: a sleep alone ends some 50 us late, and
 * later on a busy machine.
 */
final class Pacer {
  private static final long SPIN_NS = 150_000;
  private static final long LONGEST_SLEEP_NS = 100_000_000;

  private final Pace pace;
  private @Nullable EventRecord last;
  private long beganNs;
  private long recordedNs;
  private long lastAtNs;

  Pacer(Pace pace) {
    this.pace = pace;
  }

  /** The next event comes at once, as the first one does. */
  void startOver() {
    last = null;
  }

  /** Returns when the event is due; early where {@code ended} says so. */
  void await(EventRecord next, BooleanSupplier ended) {
    if (!pace.waits()) {
      return;
    }
    EventRecord before = last;
    long nowNs = System.nanoTime();
    if (before == null) {
      beganNs = nowNs;
      recordedNs = 0;
    } else {
      recordedNs += Math.min(pace.maxPauseNs(), Pace.betweenNs(before, next));
      long dueNs = beganNs + pace.dueNs(recordedNs);
      if (pace.minIntervalNs() > 0 && lastAtNs + pace.minIntervalNs() - dueNs > 0) {
        dueNs = lastAtNs + pace.minIntervalNs();
      }
      sleepUntil(dueNs, ended);
      lastAtNs = Math.max(dueNs, nowNs);
    }
    if (before == null) {
      lastAtNs = nowNs;
    }
    last = next;
  }

  private static void sleepUntil(long dueNs, BooleanSupplier ended) {
    while (true) {
      long leftNs = dueNs - System.nanoTime();
      if (leftNs <= 0 || ended.getAsBoolean() || Thread.currentThread().isInterrupted()) {
        return;
      }
      if (leftNs > SPIN_NS) {
        LockSupport.parkNanos(Math.min(LONGEST_SLEEP_NS, leftNs - SPIN_NS));
      } else {
        Thread.onSpinWait();
      }
    }
  }
}
