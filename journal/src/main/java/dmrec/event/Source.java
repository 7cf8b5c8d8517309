package dmrec.event;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Who said so. Codes are part of the journal's format. */
public enum Source {
  /** The recorder itself. */
  RECORDER(0),
  /** A message of the kernel's uevent group. */
  UEVENT(1),
  /** A message of udev's group. */
  UDEV(2),
  /** A reply of the dm control device. */
  DM(3),
  /** The sysfs file system. */
  SYSFS(4),
  /** The kernel log. */
  KMSG(5),
  /** The log of a program that watches mapped devices, as multipathd; only imports have it. */
  LOG(6),
  /** A kernel probe, read through tracefs. */
  PROBE(7);

  private static final Source[] ALL = values();

  private final int code;
  private final String word = name().toLowerCase(Locale.ROOT);

  Source(int code) {
    this.code = code;
  }

  public int code() {
    return code;
  }

  /** The one of that code; null where this version has none. */
  public static @Nullable Source ofCode(int code) {
    for (Source each : ALL) {
      if (each.code == code) {
        return each;
      }
    }
    return null;
  }

  /** The name in JSON, in filters and on screen. */
  public String word() {
    return word;
  }
}
