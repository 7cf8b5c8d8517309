package dmrec.cli.host;

import dmrec.journal.SyncPolicy;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes and durations as people write them in options. */
public final class Amounts {
  private static final Pattern SIZE = Pattern.compile("(\\d{1,10})([kKmMgG]?)");
  private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h|d|)");

  private Amounts() {}

  /** A size of 1 byte to 1 GiB: {@code 4096}, {@code 4k}, {@code 128M}. */
  public static int bytes(String option, String text) {
    long bytes = longBytes(option, text);
    if (bytes > 1 << 30) {
      throw Failure.usage(option + ": expected a size up to 1G, as 4k or 128M, found " + text);
    }
    return (int) bytes;
  }

  /** A size of 1 byte to 10 million TiB: {@code 4096}, {@code 128M}, {@code 1G}. */
  public static long longBytes(String option, String text) {
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
    if (bytes < 1) {
      throw Failure.usage(option + ": expected a size, as 4k, 128M or 1G, found " + text);
    }
    return bytes;
  }

  /** When to sync: {@code 100ms/1000}, {@code always} or {@code os}. */
  public static SyncPolicy sync(String option, String text) {
    if (text.equals("always")) {
      return SyncPolicy.ALWAYS;
    } else if (text.equals("os")) {
      return SyncPolicy.OS;
    }
    int slash = text.indexOf('/');
    if (slash > 0 && text.substring(slash + 1).matches("\\d{1,9}")) {
      int records = Integer.parseInt(text.substring(slash + 1));
      long intervalNs = durationNs(option, text.substring(0, slash));
      if (records > 1 && intervalNs > 0) {
        return new SyncPolicy(records, intervalNs);
      }
    }
    throw Failure.usage(
        option + ": expected TIME/COUNT, as 100ms/1000, or always or os, found " + text);
  }

  /** A duration in nanoseconds: {@code 500ms}, {@code 5s}, {@code 1m}; a bare 0 is none. */
  public static long durationNs(String option, String text) {
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
