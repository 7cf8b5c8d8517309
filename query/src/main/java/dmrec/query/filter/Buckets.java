package dmrec.query.filter;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;

/**
 * Cuts time into pieces of one length that begin where a person's clock shows a round time: hours
 * at the full hour, days at midnight, weeks on Monday, of the zone.
 *
 * <p>An hour that the clocks show twice is two; what is longer than an hour is cut by the local
 * clock, so that the day on which the clocks change is one day of another length. Immutable.
 */
final class Buckets {
  private static final long SECOND = 1_000_000_000L;
  private static final long HOUR = 3600 * SECOND;

  /** Monday, 1970-01-05, on the local clock. */
  private static final long ORIGIN = 4 * 24 * HOUR;

  private final long perNs;
  private final ZoneId zone;

  Buckets(long perNs, ZoneId zone) {
    this.perNs = perNs;
    this.zone = zone;
  }

  /** Where the piece that holds a time begins. */
  long start(long wallNs) {
    Instant instant = instant(wallNs);
    long offsetNs = zone.getRules().getOffset(instant).getTotalSeconds() * SECOND;
    long into = Math.floorMod(wallNs + offsetNs - ORIGIN, perNs);
    long plain = wallNs - into;
    if (perNs <= HOUR) {
      return plain;
    }
    LocalDateTime local = LocalDateTime.ofInstant(instant(plain + offsetNs), ZoneOffset.UTC);
    Instant start = ZonedDateTime.ofLocal(local, zone, null).toInstant();
    return start.getEpochSecond() * SECOND + start.getNano();
  }

  /** Where the piece behind the one that begins at {@code startNs} begins. */
  long next(long startNs) {
    long next = start(startNs + perNs);
    // Where the clocks went back the piece is longer than the others.
    return next > startNs ? next : start(startNs + perNs + perNs / 2);
  }

  private static Instant instant(long wallNs) {
    return Instant.ofEpochSecond(Math.floorDiv(wallNs, SECOND), Math.floorMod(wallNs, SECOND));
  }
}
