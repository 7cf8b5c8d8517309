package dmrec.foreign;

/**
 * A moment as a file tells it.
 *
 * @param wallNs wall clock, nanoseconds since 1970
 * @param monoNs the monotonic clock; {@link #UNKNOWN} where the file does not tell
 * @param kernelUs the kernel's own stamp, in microseconds of that clock; 0 where there is none
 * @param boot which boot it is: the kernel's id, {@code ~N} for the Nth one of a file that names
 *     none; empty where the file tells nothing of it
 * @param host the machine's name; empty where the file does not tell
 */
public record When(long wallNs, long monoNs, long kernelUs, String boot, String host) {
  /** No moment. */
  public static final long UNKNOWN = Long.MIN_VALUE;

  static final When NEVER = new When(UNKNOWN, UNKNOWN, 0, "", "");

  /** Whether it tells the boot by its id. */
  boolean isBootKnown() {
    return isId(boot);
  }

  /** Whether a boot is named by its id, not only counted. */
  static boolean isId(String boot) {
    return !boot.isEmpty() && !boot.startsWith("~");
  }

  boolean isKnown() {
    return wallNs != UNKNOWN;
  }
}
