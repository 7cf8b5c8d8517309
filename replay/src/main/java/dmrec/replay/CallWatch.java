package dmrec.replay;

import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Watches how long calls of the handler take. One thread enters and leaves, one other watches.
 *
 * <p>A call costs the caller two ordered writes; the watcher measures by looking now and then.
 * Where the limit is too short for that, the caller takes the time itself.
 */
final class CallWatch {
  /** Limits below this are measured by the caller. */
  private static final long WATCHED_NS = 1_000_000_000L;

  private static final StackTraceElement[] NOWHERE = {};

  /** Odd while a call goes on; another one for each call. */
  private final AtomicLong state = new AtomicLong();

  private final long limitNs;
  private long enteredNs;
  private Finding.Phase phase = Finding.Phase.OPEN;

  // The watcher's own.
  private long seen;
  private long seenSinceNs;

  // Told by the watcher to the caller.
  private volatile long overdueCall;
  private volatile StackTraceElement @Nullable [] overdueWhere;

  /** A watch for calls that may take this long, in nanoseconds; 0 for ever. */
  CallWatch(long limitNs) {
    this.limitNs = limitNs;
  }

  /** A call begins; the result names it. */
  long enter(Finding.Phase of) {
    phase = of;
    if (measures()) {
      enteredNs = System.nanoTime();
    }
    long call = state.getPlain() + 1;
    state.setRelease(call);
    return call;
  }

  /**
   * The call ended.
   *
   * @return where it was when it had taken too long, empty where nobody saw; null where it was in
   *     time
   */
  StackTraceElement @Nullable [] leave() {
    long call = state.getPlain();
    state.setRelease(call + 1);
    if (overdueCall == call) {
      return overdueWhere;
    }
    return measures() && System.nanoTime() - enteredNs > limitNs ? NOWHERE : null;
  }

  private boolean measures() {
    return limitNs > 0 && limitNs < WATCHED_NS;
  }

  /** For the watcher: the call that has been going on for longer; 0 where none has. */
  long callLongerThan(long ns) {
    long now = state.get();
    if (now != seen) {
      seen = now;
      seenSinceNs = System.nanoTime();
    }
    boolean isCall = (now & 1) == 1;
    return isCall && ns > 0 && now != overdueCall && System.nanoTime() - seenSinceNs > ns ? now : 0;
  }

  /** For the watcher: a call has taken too long, and is there. */
  void overdue(long call, StackTraceElement[] where) {
    overdueWhere = where;
    overdueCall = call;
  }

  /** Whether that call still goes on. */
  boolean isIn(long call) {
    return state.get() == call;
  }

  Finding.Phase phase() {
    return phase;
  }

  /** What a call that took too long is said to have thrown. */
  static TimeoutException at(long limitNs, StackTraceElement[] where) {
    TimeoutException e = new TimeoutException("took longer than " + limitNs / 1_000_000 + " ms");
    e.setStackTrace(where);
    return e;
  }
}
