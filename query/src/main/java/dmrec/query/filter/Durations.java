package dmrec.query.filter;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Lengths of time as people write them: {@code 500ms}, {@code 1.5m}, {@code 1h30m}. */
final class Durations {
  /** In words, for help and errors. */
  static final String FORMS = "500ms, 5s, 1.5m, 2h, 3d, 1h30m";

  private static final Pattern PART =
      Pattern.compile("([0-9]{1,18}(?:\\.[0-9]{1,9})?)(ns|us|µs|ms|s|sec|m|min|h|d|w)");

  private Durations() {}

  /** Nanoseconds; empty where the text is no duration, or one that does not fit. */
  static OptionalLong parse(String text) {
    boolean negative = text.startsWith("-");
    Matcher part = PART.matcher(text);
    part.region(negative ? 1 : 0, text.length());
    BigDecimal total = BigDecimal.ZERO;
    int parts = 0;
    while (part.lookingAt() && parts++ < 8) {
      total = total.add(new BigDecimal(part.group(1)).multiply(unitNs(part.group(2))));
      part.region(part.end(), text.length());
    }
    if (parts == 0 || part.regionStart() < text.length()) {
      return OptionalLong.empty();
    }
    BigDecimal whole = total.setScale(0, RoundingMode.HALF_UP);
    if (whole.toBigInteger().bitLength() > 62) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(negative ? -whole.longValue() : whole.longValue());
  }

  private static BigDecimal unitNs(String unit) {
    return BigDecimal.valueOf(
        switch (unit) {
          case "ns" -> 1L;
          case "us", "µs" -> 1_000L;
          case "ms" -> 1_000_000L;
          case "s", "sec" -> 1_000_000_000L;
          case "m", "min" -> 60_000_000_000L;
          case "h" -> 3_600_000_000_000L;
          case "d" -> 86_400_000_000_000L;
          default -> 604_800_000_000_000L;
        });
  }

  /** The shortest exact text that {@link #parse} reads back. */
  static String format(long ns) {
    String sign = ns < 0 ? "-" : "";
    long size = Math.abs(ns);
    String[] units = {"w", "d", "h", "m", "s", "ms", "us"};
    for (String unit : units) {
      long unitNs = unitNs(unit).longValue();
      if (size >= unitNs && size % unitNs == 0) {
        return sign + size / unitNs + unit;
      }
    }
    return sign + size + "ns";
  }
}
