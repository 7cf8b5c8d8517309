package dmrec.query;

import java.util.List;

/** Amounts as bars and sparklines. */
public final class Bars {
  private static final String EIGHTHS = "▏▎▍▌▋▊▉█";
  private static final String HEIGHTS = "▁▂▃▄▅▆▇█";
  private static final String ASCII_HEIGHTS = ".:-=+*#@";

  private Bars() {}

  /** A bar as long as its share of the most; nothing only for zero. */
  public static String bar(long value, long most, int width, boolean box) {
    if (value <= 0 || most <= 0) {
      return "";
    }
    long eighths = Math.max(1, Math.round(8.0 * width * value / most));
    if (!box) {
      return "#".repeat((int) Math.max(1, eighths / 8));
    }
    int rest = (int) (eighths % 8);
    return "█".repeat((int) (eighths / 8)) + (rest == 0 ? "" : EIGHTHS.charAt(rest - 1));
  }

  /** A character for each amount; a blank for zero. */
  static String sparkline(List<Long> values, boolean box) {
    long most = values.stream().mapToLong(Long::longValue).max().orElse(0);
    String heights = box ? HEIGHTS : ASCII_HEIGHTS;
    StringBuilder line = new StringBuilder();
    for (long value : values) {
      line.append(
          value <= 0
              ? ' '
              : heights.charAt((int) Math.min(7, Math.max(0, Math.ceil(8.0 * value / most) - 1))));
    }
    return line.toString();
  }
}
