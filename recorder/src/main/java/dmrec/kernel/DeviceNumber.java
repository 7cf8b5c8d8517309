package dmrec.kernel;

/**
 * Device numbers as dm ioctls carry them: {@code huge_encode_dev} of include/linux/kdev_t.h.
 *
 * <p>Major 0 to 4095, minor 0 to 1048575.
 */
public final class DeviceNumber {
  private DeviceNumber() {}

  public static long encode(int major, int minor) {
    return (minor & 0xffL) | ((long) major << 8) | ((minor & ~0xffL) << 12);
  }

  public static int major(long encodedDev) {
    return (int) ((encodedDev & 0xfff00) >> 8);
  }

  public static int minor(long encodedDev) {
    return (int) ((encodedDev & 0xff) | ((encodedDev >> 12) & 0xfff00));
  }
}
