package dmrec.query;

import dmrec.journal.Position;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.zone.ZoneOffsetTransition;
import java.util.List;
import java.util.Locale;

/**
 * Moments as people write them: {@code 2026-03-01T03:12:05.123456789Z}, {@code 14:02}, {@code -5m},
 * {@code yesterday 23:10}, {@code now}, {@code @1772334725.5}, {@code #812}.
 *
 * <p>Times without a zone are local. One that the clocks skipped or showed twice is an error that
 * names the choices: a wrong guess of an hour would show the wrong night.
 */
public final class TimeSpec {
  /** In words, for a command's help. */
  public static final String FORMS =
      "2026-03-01T03:12:05.123456789Z, '2026-03-01 03:12', 14:02, 14:02:05.123, -5m, -1h30m, "
          + "'yesterday 23:10', now, @unix.seconds or #sequence";

  private static final DateTimeFormatter PRINTED =
      new DateTimeFormatterBuilder()
          .appendPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSSSSS")
          .appendOffset("+HH:MM", "Z")
          .toFormatter(Locale.ROOT);

  private static final long SECOND = 1_000_000_000L;

  private final String text;
  private final Clock clock;
  private int at;

  private TimeSpec(String text, Clock clock) {
    this.text = text;
    this.clock = clock;
  }

  /**
   * Reads a moment.
   *
   * @param clock what time it is now, and the zone of local times
   */
  public static Position parse(String text, Clock clock) throws TimeSyntaxException {
    return new TimeSpec(text, clock).moment();
  }

  /** A wall clock time as {@link #parse} reads it back, to the nanosecond. */
  public static String format(long wallNs, ZoneId zone) {
    return PRINTED.format(instant(wallNs).atZone(zone));
  }

  static Instant instant(long wallNs) {
    return Instant.ofEpochSecond(Math.floorDiv(wallNs, SECOND), Math.floorMod(wallNs, SECOND));
  }

  private Position moment() throws TimeSyntaxException {
    if (text.isEmpty()) {
      throw error(0, "it is empty; expected one of " + FORMS);
    }
    switch (text.charAt(0)) {
      case '#' -> {
        at = 1;
        long seq = digits(1, 18, "the number of a record, as #812");
        end("nothing behind the number");
        return new Position.AtSeq(seq);
      }
      case '@' -> {
        at = 1;
        long seconds = digits(1, 10, "seconds since 1970, as @1772334725.5");
        long nanos = isNext('.') ? fraction() : 0;
        end("nothing behind the seconds");
        return time(Instant.ofEpochSecond(seconds, nanos), 1);
      }
      case '-', '+' -> {
        return time(shifted(clock.instant()), 0);
      }
      default -> {
        if (word("now")) {
          Instant now = clock.instant();
          return time(at < text.length() ? shifted(now) : now, 0);
        }
        return calendar();
      }
    }
  }

  /** Behind the first sign: {@code 1h30m} and the like. */
  private Instant shifted(Instant from) throws TimeSyntaxException {
    char sign = text.charAt(at);
    if (sign != '-' && sign != '+') {
      throw error(at, "expected nothing, or a distance as in now-5m");
    }
    int start = at++;
    long total = 0;
    try {
      do {
        long count = digits(1, 18, "a number with a unit, as -1h30m");
        total = Math.addExact(total, Math.multiplyExact(count, unit()));
      } while (at < text.length());
      return sign == '-' ? from.minusNanos(total) : from.plusNanos(total);
    } catch (ArithmeticException e) {
      throw error(start, "so long a time does not fit");
    }
  }

  private long unit() throws TimeSyntaxException {
    int start = at;
    while (at < text.length() && Character.isLetter(text.charAt(at))) {
      at++;
    }
    return switch (text.substring(start, at)) {
      case "ns" -> 1L;
      case "us" -> 1_000L;
      case "ms" -> 1_000_000L;
      case "s", "sec" -> SECOND;
      case "m", "min" -> 60 * SECOND;
      case "h" -> 3600 * SECOND;
      case "d" -> 86_400 * SECOND;
      case "w" -> 7 * 86_400 * SECOND;
      default -> throw error(start, "expected a unit: ns, us, ms, s, m, h, d or w");
    };
  }

  /** {@code [day] [time [zone]]}. */
  private Position calendar() throws TimeSyntaxException {
    LocalDate today = LocalDate.ofInstant(clock.instant(), clock.getZone());
    LocalDate day = today;
    boolean timeDue = false;
    if (word("today")) {
      day = today;
    } else if (word("yesterday")) {
      day = today.minusDays(1);
    } else if (text.length() > 4 && text.charAt(4) == '-') {
      day = date();
    } else {
      timeDue = true;
    }
    LocalTime clockTime = LocalTime.MIDNIGHT;
    int timeStart = at;
    if (!timeDue && at < text.length()) {
      if (text.charAt(at) != 'T' && text.charAt(at) != ' ') {
        throw error(at, "expected a time behind the day, as T03:12 or ' 03:12'");
      }
      timeDue = isNext('T');
      at++;
      skipSpaces();
      timeStart = at;
    }
    if (timeDue || at < text.length()) {
      clockTime = clockTime();
    }
    LocalDateTime local = day.atTime(clockTime);
    return time(zoned(local, timeStart), 0);
  }

  private LocalDate date() throws TimeSyntaxException {
    int year = (int) digits(4, 4, "a year of four digits");
    expect('-', "a date as 2026-03-01");
    int monthAt = at;
    int month = (int) digits(2, 2, "a month of two digits");
    if (month < 1 || month > 12) {
      throw error(monthAt, "months go from 01 to 12");
    }
    expect('-', "a date as 2026-03-01");
    int dayAt = at;
    int day = (int) digits(2, 2, "a day of two digits");
    try {
      return LocalDate.of(year, month, day);
    } catch (DateTimeException e) {
      throw error(dayAt, "that month has no such day");
    }
  }

  private LocalTime clockTime() throws TimeSyntaxException {
    int hourAt = at;
    if (at >= text.length() || !isDigit(text.charAt(at))) {
      throw error(at, "expected a time as 14:02; the forms are " + FORMS);
    }
    int hour = (int) digits(1, 2, "an hour");
    if (hour > 23) {
      throw error(hourAt, "hours go to 23");
    }
    expect(':', "a time as 14:02");
    int minute = sixty("minutes");
    int second = 0;
    long nanos = 0;
    if (isNext(':')) {
      at++;
      second = sixty("seconds");
      if (isNext('.') || isNext(',')) {
        nanos = fraction();
      }
    }
    return LocalTime.of(hour, minute, second, (int) nanos);
  }

  private int sixty(String what) throws TimeSyntaxException {
    int start = at;
    int value = (int) digits(2, 2, what + " of two digits");
    if (value > 59) {
      throw error(start, what + " go to 59");
    }
    return value;
  }

  private Instant zoned(LocalDateTime local, int timeStart) throws TimeSyntaxException {
    int start = at;
    skipSpaces();
    if (at == text.length()) {
      return unique(local, clock.getZone(), timeStart);
    }
    int zoneAt = at;
    String rest = text.substring(at).strip();
    at = text.length();
    if (rest.startsWith("[") && rest.endsWith("]")) {
      rest = rest.substring(1, rest.length() - 1);
    }
    // An offset may be followed by its region, as ISO-like texts have it; the offset decides.
    int bracket = rest.indexOf('[');
    if (bracket > 0 && rest.endsWith("]")) {
      rest = rest.substring(0, bracket);
    }
    try {
      if (rest.startsWith("+") || rest.startsWith("-")) {
        return local.toInstant(ZoneOffset.of(rest));
      }
      return unique(local, ZoneId.of(rest.equalsIgnoreCase("z") ? "Z" : rest), timeStart);
    } catch (DateTimeException e) {
      throw error(
          start == zoneAt ? start : zoneAt,
          "expected nothing, Z, an offset as +01:00, or a zone as Europe/Berlin");
    }
  }

  private Instant unique(LocalDateTime local, ZoneId zone, int timeStart)
      throws TimeSyntaxException {
    List<ZoneOffset> offsets = zone.getRules().getValidOffsets(local);
    if (offsets.size() == 1) {
      return local.toInstant(offsets.get(0));
    }
    ZoneOffsetTransition change = zone.getRules().getTransition(local);
    if (offsets.isEmpty()) {
      throw error(
          timeStart,
          "clocks in "
              + zone
              + " went from "
              + change.getDateTimeBefore().toLocalTime()
              + " to "
              + change.getDateTimeAfter().toLocalTime()
              + " that day");
    }
    throw error(
        timeStart,
        "clocks in "
            + zone
            + " showed it twice that day; add "
            + offsets.get(0)
            + " for the first or "
            + offsets.get(1)
            + " for the second");
  }

  private Position time(Instant instant, int position) throws TimeSyntaxException {
    try {
      return new Position.AtTime(
          Math.addExact(
              Math.multiplyExact(instant.getEpochSecond(), SECOND), (long) instant.getNano()));
    } catch (ArithmeticException e) {
      throw error(position, "years go from 1678 to 2261");
    }
  }

  /** Behind a point: up to nine digits. */
  private long fraction() throws TimeSyntaxException {
    at++;
    int start = at;
    long value = digits(1, 9, "digits of a second, nine at most");
    for (int i = at - start; i < 9; i++) {
      value *= 10;
    }
    return value;
  }

  private long digits(int min, int max, String what) throws TimeSyntaxException {
    int start = at;
    long value = 0;
    while (at < text.length() && isDigit(text.charAt(at))) {
      if (at - start == max) {
        throw error(at, "too many digits; expected " + what);
      }
      value = value * 10 + (text.charAt(at) - '0');
      at++;
    }
    if (at - start < min) {
      throw error(at, "expected " + what);
    }
    return value;
  }

  private boolean word(String word) {
    boolean found = text.regionMatches(true, at, word, 0, word.length());
    if (found) {
      at += word.length();
    }
    return found;
  }

  private boolean isNext(char c) {
    return at < text.length() && text.charAt(at) == c;
  }

  private void expect(char c, String what) throws TimeSyntaxException {
    if (!isNext(c)) {
      throw error(at, "expected " + what);
    }
    at++;
  }

  private void end(String what) throws TimeSyntaxException {
    if (at < text.length()) {
      throw error(at, "expected " + what);
    }
  }

  private void skipSpaces() {
    while (isNext(' ')) {
      at++;
    }
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private TimeSyntaxException error(int position, String reason) {
    return new TimeSyntaxException(text, position, reason);
  }
}
