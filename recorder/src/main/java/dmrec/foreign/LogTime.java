package dmrec.foreign;

import java.io.IOException;
import java.time.LocalDateTime;

/** A time as a log writes it. */
sealed interface LogTime {
  /** How long after the boot. */
  record SinceBoot(long ns) implements LogTime {}

  record Wall(long ns) implements LogTime {}

  record Local(LocalDateTime time) implements LogTime {}

  /** A day of some year, as {@code Nov 22 20:00:00}. */
  record OfYear(int month, int day, int hour, int minute, int second, int nano)
      implements LogTime {}

  /** Its wall clock; {@link When#UNKNOWN} where it names a day that was not. */
  default long wallNs(TextTimes times) throws IOException {
    if (this instanceof SinceBoot t) {
      return times.wallNs(t.ns());
    } else if (this instanceof Wall t) {
      return t.ns();
    } else if (this instanceof Local t) {
      return times.wallNs(t.time());
    }
    OfYear t = (OfYear) this;
    return times.wallNs(t.month(), t.day(), t.hour(), t.minute(), t.second(), t.nano());
  }
}
