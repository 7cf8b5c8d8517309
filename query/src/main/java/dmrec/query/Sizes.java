package dmrec.query;

import java.util.Locale;

/** Numbers as people read them. */
final class Sizes {
  private static final String UNITS = "KMGTPE";

  private Sizes() {}

  /** A number of 512-byte sectors in the largest binary unit that leaves at least one of it. */
  static String ofSectors(long sectors) {
    if (sectors < 2) {
      return sectors * 512 + " B";
    }
    double value = sectors / 2.0;
    int unit = 0;
    while (value >= 1024 && unit < UNITS.length() - 1) {
      value /= 1024;
      unit++;
    }
    // Rounded down, so that nothing looks larger than it is.
    double tenths = Math.floor(value * 10) / 10;
    String number =
        tenths == Math.rint(tenths)
            ? Long.toString((long) tenths)
            : String.format(Locale.ROOT, "%.1f", tenths);
    return number + " " + UNITS.charAt(unit) + "iB";
  }

  /** A share in percent, rounded down: 100% is said of nothing less than all. */
  static String percent(long part, long whole) {
    if (whole <= 0) {
      return "0%";
    }
    double tenths = Math.floor(1000.0 * part / whole) / 10;
    return tenths == Math.rint(tenths)
        ? (long) tenths + "%"
        : String.format(Locale.ROOT, "%.1f%%", tenths);
  }
}
