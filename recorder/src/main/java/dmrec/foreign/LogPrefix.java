package dmrec.foreign;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What stands before the words of a line of a log: {@code dmesg} with or without {@code -x}, {@code
 * -r}, {@code -T} and {@code --time-format iso}; syslog, RFC 3339 and {@code journalctl}'s short
 * forms; and what multipathd prints where it runs in the foreground.
 *
 * @param priority syslog level; -1 where it is not told
 * @param host empty where it is not told
 * @param program who wrote it; empty for the kernel by itself, as in {@code dmesg}
 * @param kernelUs the kernel's stamp behind all that; 0 where there is none
 * @param textAt where the words begin
 */
record LogPrefix(
    LogTime time, int priority, String host, String program, long kernelUs, int textAt) {
  private static final List<String> LEVELS =
      List.of("emerg", "alert", "crit", "err", "warn", "notice", "info", "debug");
  private static final List<String> MONTHS =
      List.of("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec");
  private static final List<String> DAYS = List.of("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun");

  /** A name of a host or program is not longer. */
  private static final int NAME_CHARS = 256;

  /** The prefix of {@code line}; null where it has none of these. */
  static @Nullable LogPrefix of(String line) {
    try {
      return new Reader(line).read();
    } catch (DateTimeException e) {
      return null; // The 31st of February, or 25 o'clock.
    }
  }

  private static final class Reader {
    private final String line;
    private int at;
    private int priority = -1;

    Reader(String line) {
      this.line = line;
    }

    @Nullable LogPrefix read() {
      rawPriority();
      level();
      LogTime time = time();
      if (time == null) {
        return null;
      }
      skipSpaces();
      if (line.startsWith("| ", at)) {
        return new LogPrefix(time, priority, "", "multipathd", 0, at + 2);
      }
      int textAt = at;
      String host = word();
      String program = host.endsWith(":") ? "" : program();
      boolean kernelAlone = line.startsWith("device-mapper: ", textAt);
      if (program.isEmpty() || kernelAlone) {
        // dmesg: nothing more stands before the words.
        boolean since = time instanceof LogTime.SinceBoot;
        long us = since ? ((LogTime.SinceBoot) time).ns() / 1000 : 0;
        return new LogPrefix(time, priority, "", "", us, textAt);
      }
      long kernelUs = 0;
      if (program.equals("kernel")) {
        int before = at;
        LogTime stamp = sinceBoot();
        skipSpaces();
        if (stamp == null) {
          at = before;
        } else {
          kernelUs = ((LogTime.SinceBoot) stamp).ns() / 1000;
        }
      }
      return new LogPrefix(time, priority, host, program, kernelUs, at);
    }

    /** {@code <4>}. */
    private void rawPriority() {
      int end = line.startsWith("<") ? line.indexOf('>') : -1;
      if (end > 1 && end < 6 && isDigits(1, end)) {
        priority = Integer.parseInt(line.substring(1, end)) & 7;
        at = end + 1;
      }
    }

    /** {@code kern :warn : }. */
    private void level() {
      int first = line.indexOf(':', at);
      int second = first < 0 ? -1 : line.indexOf(':', first + 1);
      if (first - at > 10 || second - first > 10 || second < 0) {
        return;
      }
      int level = LEVELS.indexOf(line.substring(first + 1, second).strip());
      if (level >= 0 && line.startsWith(" ", second + 1)) {
        priority = level;
        at = second + 2;
      }
    }

    private @Nullable LogTime time() {
      if (at >= line.length()) {
        return null;
      }
      char c = line.charAt(at);
      if (c == '[') {
        LogTime time = sinceBoot();
        return time != null ? time : bracketedDay();
      }
      if (c >= '0' && c <= '9') {
        return line.startsWith("-", at + 4) ? iso() : unix();
      }
      if (at + 4 < line.length() && DAYS.contains(line.substring(at, at + 3))) {
        return full();
      }
      return ofYear();
    }

    /** {@code [ 12.345678]}, and the caller behind it: {@code [ T123]}. */
    private @Nullable LogTime sinceBoot() {
      int start = at;
      if (!line.startsWith("[", at)) {
        return null;
      }
      at++;
      skipSpaces();
      long ns = seconds();
      if (ns < 0 || !line.startsWith("]", at)) {
        at = start;
        return null;
      }
      at++;
      int caller = at;
      skipSpaces();
      int close = line.startsWith("[", at) ? line.indexOf(']', at) : -1;
      String inside = close < 0 || close - at > 20 ? "" : line.substring(at + 1, close).strip();
      boolean isCaller =
          inside.length() > 1
              && (inside.charAt(0) == 'T' || inside.charAt(0) == 'C')
              && inside.chars().skip(1).allMatch(c -> c >= '0' && c <= '9');
      at = isCaller ? close + 1 : caller;
      return new LogTime.SinceBoot(ns);
    }

    /** {@code [Sun Nov 22 20:00:00 2026]}. */
    private @Nullable LogTime bracketedDay() {
      at++;
      int end = line.indexOf(']', at);
      if (end < 0 || end - at > 40 || !DAYS.contains(line.substring(at, Math.min(end, at + 3)))) {
        return null;
      }
      at += 3;
      skipSpaces();
      boolean december = line.startsWith("Dec", at);
      if (!(ofYear() instanceof LogTime.OfYear day)) {
        return null;
      }
      skipSpaces();
      int year = number(4, 4);
      if (year < 0 || at != end) {
        return null;
      }
      at++;
      boolean next = december && day.month() == 1;
      return new LogTime.Local(
          LocalDateTime.of(
              next ? year + 1 : year,
              day.month(),
              day.day(),
              day.hour(),
              day.minute(),
              day.second(),
              day.nano()));
    }

    /** {@code 2026-11-22T20:00:00.123456+00:00}, with a space or a comma, with or without zone. */
    private @Nullable LogTime iso() {
      LocalDateTime day = date();
      if (day == null || !(line.startsWith("T", at) || line.startsWith(" ", at))) {
        return null;
      }
      at++;
      LocalDateTime local = clock(day);
      if (local == null) {
        return null;
      }
      if (line.startsWith("Z", at)) {
        at++;
        return wall(local.toInstant(ZoneOffset.UTC));
      }
      boolean minus = line.startsWith("-", at);
      if (minus || line.startsWith("+", at)) {
        at++;
        int hours = number(2, 2);
        at += line.startsWith(":", at) ? 1 : 0;
        int minutes = number(2, 2);
        if (hours < 0 || minutes < 0) {
          return null;
        }
        int seconds = 60 * (60 * hours + minutes);
        return wall(local.toInstant(ZoneOffset.ofTotalSeconds(minus ? -seconds : seconds)));
      }
      return new LogTime.Local(local);
    }

    /** {@code Sun 2026-11-22 20:00:00.123456 UTC}; other zones' short names mean several things. */
    private @Nullable LogTime full() {
      at += 3;
      if (!line.startsWith(" ", at)) {
        return null;
      }
      at++;
      LocalDateTime day = date();
      if (day == null || !line.startsWith(" ", at)) {
        return null;
      }
      at++;
      LocalDateTime local = clock(day);
      if (local == null || !line.startsWith(" UTC ", at)) {
        return null;
      }
      at += 4;
      return wall(local.toInstant(ZoneOffset.UTC));
    }

    /** {@code 1795341079.556015}. */
    private @Nullable LogTime unix() {
      int start = at;
      long ns = seconds();
      return ns < 0 || at - start < 12 || !line.startsWith(" ", at) ? null : new LogTime.Wall(ns);
    }

    /** {@code Nov 22 20:00:00.123456}. */
    private @Nullable LogTime ofYear() {
      if (at + 4 > line.length()) {
        return null;
      }
      int month = MONTHS.indexOf(line.substring(at, at + 3)) + 1;
      if (month == 0 || line.charAt(at + 3) != ' ') {
        return null;
      }
      at += 3;
      skipSpaces();
      int day = number(1, 2);
      if (day < 1 || !line.startsWith(" ", at)) {
        return null;
      }
      at++;
      LocalDateTime time = clock(LocalDateTime.of(2000, month, day, 0, 0));
      // A leap second may be of the next day.
      return time == null
          ? null
          : new LogTime.OfYear(
              time.getMonthValue(),
              time.getDayOfMonth(),
              time.getHour(),
              time.getMinute(),
              time.getSecond(),
              time.getNano());
    }

    private static LogTime wall(Instant instant) {
      return new LogTime.Wall(TextTimes.wallNs(instant));
    }

    private @Nullable LocalDateTime date() {
      int year = number(4, 4);
      boolean first = line.startsWith("-", at);
      at++;
      int month = number(2, 2);
      boolean second = line.startsWith("-", at);
      at++;
      int day = number(2, 2);
      return year < 0 || month < 0 || day < 0 || !first || !second
          ? null
          : LocalDateTime.of(year, month, day, 0, 0);
    }

    private @Nullable LocalDateTime clock(LocalDateTime day) {
      int hour = number(2, 2);
      boolean first = line.startsWith(":", at);
      at++;
      int minute = number(2, 2);
      boolean second = line.startsWith(":", at);
      at++;
      int seconds = number(2, 2);
      if (hour < 0 || minute < 0 || seconds < 0 || !first || !second) {
        return null;
      }
      int nano = 0;
      if (line.startsWith(".", at) || line.startsWith(",", at)) {
        at++;
        nano = fraction();
      }
      // A leap second is the first moment of the next minute to us.
      LocalDateTime time = day.withHour(hour).withMinute(minute).withNano(Math.max(0, nano));
      return seconds == 60 ? time.plusMinutes(1) : time.withSecond(seconds);
    }

    /** {@code 12.345678}, in nanoseconds; -1 where there is no such thing. */
    private long seconds() {
      int start = at;
      long seconds = 0;
      while (at < line.length() && isDigit(line.charAt(at)) && at - start < 10) {
        seconds = 10 * seconds + line.charAt(at++) - '0';
      }
      if (at == start || !line.startsWith(".", at) || seconds > Integer.MAX_VALUE * 2L) {
        at = start;
        return -1;
      }
      at++;
      int nano = fraction();
      if (nano < 0) {
        at = start;
        return -1;
      }
      return seconds * TextTimes.SECOND_NS + nano;
    }

    /** Behind a point: up to nine digits, in nanoseconds; -1 where there is none. */
    private int fraction() {
      int start = at;
      int nano = 0;
      while (at < line.length() && isDigit(line.charAt(at)) && at - start < 9) {
        nano = 10 * nano + line.charAt(at++) - '0';
      }
      if (at == start) {
        return -1;
      }
      for (int digits = at - start; digits < 9; digits++) {
        nano *= 10;
      }
      return nano;
    }

    /** A number; -1 where there is none. */
    private int number(int min, int max) {
      int start = at;
      int value = 0;
      while (at < line.length() && isDigit(line.charAt(at)) && at - start < max) {
        value = 10 * value + line.charAt(at++) - '0';
      }
      return at - start < min ? -1 : value;
    }

    /** {@code multipathd[812]:}, without number and colon; empty where there is none. */
    private String program() {
      skipSpaces();
      int start = at;
      int most = Math.min(line.length(), start + NAME_CHARS);
      int end = start;
      while (end < most && line.charAt(end) > ' ' && "[:".indexOf(line.charAt(end)) < 0) {
        end++;
      }
      String name = line.substring(start, end);
      if (line.startsWith("[", end)) {
        int close = end + 1;
        while (close < most && isDigit(line.charAt(close))) {
          close++;
        }
        end = line.startsWith("]", close) ? close + 1 : line.length();
      }
      if (!line.startsWith(":", end) || name.isEmpty()) {
        return "";
      }
      at = end + 1;
      skipSpaces();
      return name;
    }

    private String word() {
      int start = at;
      int most = Math.min(line.length(), start + NAME_CHARS);
      while (at < most && line.charAt(at) != ' ') {
        at++;
      }
      return line.substring(start, at);
    }

    private boolean isDigits(int from, int to) {
      for (int i = from; i < to; i++) {
        if (!isDigit(line.charAt(i))) {
          return false;
        }
      }
      return true;
    }

    private static boolean isDigit(char c) {
      return c >= '0' && c <= '9';
    }

    private void skipSpaces() {
      while (at < line.length() && line.charAt(at) == ' ') {
        at++;
      }
    }
  }
}
