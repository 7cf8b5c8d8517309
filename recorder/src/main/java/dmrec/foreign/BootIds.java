package dmrec.foreign;

/** The ids of boots: 32 digits, which the kernel writes with dashes and journald without. */
final class BootIds {
  private BootIds() {}

  static boolean isOne(String text) {
    if (text.length() != 32) {
      return false;
    }
    for (int i = 0; i < 32; i++) {
      if (Character.digit(text.charAt(i), 16) < 0 || text.charAt(i) > 'f') {
        return false;
      }
    }
    return true;
  }

  /** As the kernel writes it, and a recording names it. */
  static String withDashes(String id) {
    return id.substring(0, 8)
        + "-"
        + id.substring(8, 12)
        + "-"
        + id.substring(12, 16)
        + "-"
        + id.substring(16, 20)
        + "-"
        + id.substring(20);
  }
}
