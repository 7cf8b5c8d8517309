package dmrec.cli;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes and durations as people write them in options. */
final class Amounts {
  private static final Pattern SIZE = Pattern.compile("(\\d{1,10})([kKmMgG]?)");
  private static final Pattern DURATION = Pattern.compile("(\\d{1,10})(ms|s|m|h|d|)");

  private Amounts() {}

  /** A size of 1 byte to 1 GiB: {@code 4096}, {@code 4k}, {@code 128M}. */
  static int bytes(String option, String text) {
    Matcher matcher = SIZE.matcher(text);
    long bytes = 0;
    if (matcher.matches()) {
      long number = Long.parseLong(matcher.group(1));
      bytes =
          switch (matcher.group(2).toLowerCase(Locale.ROOT)) {
            case "k" -> number << 10;
            case "m" -> number << 20;
            case "g" -> number << 30;
            default -> number;
          };
    }
    if (bytes < 1 || bytes > 1 << 30) {
      throw Failure.usage(option + ": expected a size up to 1G, as 4k or 128M, found " + text);
    }
    return (int) bytes;
  }

  /** A duration in nanoseconds: {@code 500ms}, {@code 5s}, {@code 1m}; a bare 0 is none. */
  static long durationNs(String option, String text) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches() || (matcher.group(2).isEmpty() && !text.equals("0"))) {
      throw Failure.usage(option + ": expected a time, as 500ms or 5s, or 0, found " + text);
    }
    long number = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> number * 1_000_000L;
      case "m" -> number * 60_000_000_000L;
      case "h" -> hours(option, text, number);
      case "d" -> hours(option, text, number * 24);
      default -> number * 1_000_000_000L;
    };
  }

  private static long hours(String option, String text, long hours) {
    if (hours > 24 * 36_500) {
      throw Failure.usage(option + ": expected at most 36500d, found " + text);
    }
    return hours * 3_600_000_000_000L;
  }
}
