package dmrec.replay;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** Shows the recorded time of the event at hand. Any thread may ask. */
public final class RecordedClock extends Clock {
  private static final long SECOND_NS = 1_000_000_000L;

  private final ZoneId zone;
  private final Shared shared;

  /** What copies in other zones share. */
  private static final class Shared {
    volatile long wallNs;
  }

  /** A clock in UTC that stands at {@code wallNs}, nanoseconds since 1970. */
  public RecordedClock(long wallNs) {
    this(ZoneOffset.UTC, new Shared());
    set(wallNs);
  }

  private RecordedClock(ZoneId zone, Shared shared) {
    this.zone = zone;
    this.shared = shared;
  }

  /** Moves it, forward or back. */
  public void set(long wallNs) {
    shared.wallNs = wallNs;
  }

  @Override
  public ZoneId getZone() {
    return zone;
  }

  @Override
  public Clock withZone(ZoneId other) {
    return new RecordedClock(other, shared);
  }

  @Override
  public long millis() {
    return Math.floorDiv(shared.wallNs, 1_000_000L);
  }

  @Override
  public Instant instant() {
    long wallNs = shared.wallNs;
    return Instant.ofEpochSecond(
        Math.floorDiv(wallNs, SECOND_NS), Math.floorMod(wallNs, SECOND_NS));
  }
}
