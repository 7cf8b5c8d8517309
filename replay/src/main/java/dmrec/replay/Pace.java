package dmrec.replay;

import dmrec.event.EventRecord;

/**
 * How fast events follow each other.
 *
 * @param speed recorded time goes by this much faster than time; 0 for no waiting at all
 * @param maxPauseNs longer silences are cut to this, in recorded nanoseconds
 * @param minIntervalNs no two events closer than this, in nanoseconds of the replay; 0 for none
 */
public record Pace(double speed, long maxPauseNs, long minIntervalNs) {
  /** As fast as the handler takes them. */
  public static final Pace MAX = new Pace(0, Long.MAX_VALUE, 0);

  /** A monotonic clock that went on as far as the wall clock did to this much was not set. */
  private static final long SLEW_NS = 1_000_000_000L;

  public Pace {
    if (!(speed >= 0) || Double.isInfinite(speed) || maxPauseNs < 0 || minIntervalNs < 0) {
      throw new IllegalArgumentException("a pace of " + speed);
    }
  }

  /** Whether there is ever anything to wait for. */
  public boolean waits() {
    return speed > 0 || minIntervalNs > 0;
  }

  /** Recorded time between two events, in nanoseconds; what a clock that was set added left out. */
  public static long betweenNs(EventRecord before, EventRecord next) {
    long wall = next.wallNs() - before.wallNs();
    long mono = next.monoNs() - before.monoNs();
    if (mono < 0) {
      return Math.max(0, wall); // Another boot.
    }
    if (wall < 0) {
      return mono; // The clock was set back.
    }
    return Math.abs(wall - mono) <= SLEW_NS ? wall : Math.min(wall, mono);
  }

  /** How long after the first event the next one is due, in nanoseconds of the replay. */
  public long dueNs(long recordedNs) {
    return speed == 0 ? 0 : (long) (recordedNs / speed);
  }
}
