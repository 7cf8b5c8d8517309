package dmrec.query;

import java.util.Locale;

/** Lengths of time that may be days, for people. */
public final class Lengths {
  private static final long SECOND_NS = 1_000_000_000L;

  private Lengths() {}

  /** Two units at most: {@code 9.47 s}, {@code 12m 05s}, {@code 3h 12m}, {@code 5d 03h}. */
  public static String of(long ns) {
    long seconds = ns / SECOND_NS;
    if (seconds < 100) {
      return EventText.duration(ns);
    }
    if (seconds < 3600) {
      return two(seconds / 60, "m", seconds % 60, "s");
    }
    return seconds < 86_400
        ? two(seconds / 3600, "h", seconds / 60 % 60, "m")
        : two(seconds / 86_400, "d", seconds / 3600 % 24, "h");
  }

  private static String two(long large, String unit, long small, String smallUnit) {
    return String.format(Locale.ROOT, "%d%s %02d%s", large, unit, small, smallUnit);
  }
}
