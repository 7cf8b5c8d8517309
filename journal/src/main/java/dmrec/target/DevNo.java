package dmrec.target;

/**
 * A block device's number, printed as device-mapper prints it: {@code 8:16}.
 *
 * @param major 0 to 4095
 * @param minor 0 to 1048575
 */
public record DevNo(int major, int minor) implements Comparable<DevNo> {

  /** No device. */
  public static final DevNo NONE = new DevNo(0, 0);

  public DevNo {
    if (!isDevNo(major, minor)) {
      throw new IllegalArgumentException("not a device number: " + major + ":" + minor);
    }
  }

  /** Differs in its high bits, which a HashMap folds into the low ones: disks are 16 apart. */
  @Override
  public int hashCode() {
    return (major << 20 | minor) * 0x9e37_79b9;
  }

  /** The 64-bit form of the dm interface and of journals ({@code huge_encode_dev}). */
  public long encoded() {
    return (minor & 0xffL) | ((long) major << 8) | ((minor & ~0xffL) << 12);
  }

  /** The inverse of {@link #encoded()}; bits that no device number has are ignored. */
  public static DevNo decode(long encoded) {
    return new DevNo(
        (int) (encoded >>> 8) & 0xfff, (int) (encoded & 0xff) | (int) ((encoded >>> 12) & 0xfff00));
  }

  /** Whether these can be a device's. */
  public static boolean isDevNo(long major, long minor) {
    return major >= 0 && major <= 0xfff && minor >= 0 && minor <= 0xfffff;
  }

  /** Whether {@code text} is a device number that {@link #parse} takes. */
  public static boolean isDevNo(String text) {
    int colon = text.indexOf(':');
    return colon > 0
        && isNumber(text, 0, colon, 0xfff)
        && isNumber(text, colon + 1, text.length(), 0xfffff);
  }

  private static boolean isNumber(String text, int from, int to, int max) {
    if (to <= from || to - from > 7) {
      return false;
    }
    int value = 0;
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9') {
        return false;
      }
      value = value * 10 + (c - '0');
    }
    return value <= max;
  }

  /**
   * Reads {@code major:minor}.
   *
   * @throws IllegalArgumentException where the text is anything else
   */
  public static DevNo parse(String text) {
    if (!isDevNo(text)) {
      throw new IllegalArgumentException("not a device number (major:minor): " + text);
    }
    int colon = text.indexOf(':');
    return new DevNo(
        Integer.parseInt(text, 0, colon, 10), Integer.parseInt(text, colon + 1, text.length(), 10));
  }

  @Override
  public int compareTo(DevNo other) {
    int byMajor = Integer.compare(major, other.major);
    return byMajor != 0 ? byMajor : Integer.compare(minor, other.minor);
  }

  @Override
  public String toString() {
    return major + ":" + minor;
  }
}
