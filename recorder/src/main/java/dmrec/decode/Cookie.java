package dmrec.decode;

import java.util.EnumSet;
import java.util.Set;

/**
 * What libdevmapper sends along with a change, for udev ({@code libdm/libdevmapper.h}, DM_UDEV_*).
 *
 * @param value 0 to 2^32 - 1
 */
public record Cookie(long value) {

  /** Wishes of the caller, the upper 16 bits of the cookie. */
  public enum Flag {
    DISABLE_DM_RULES(0x0001),
    DISABLE_SUBSYSTEM_RULES(0x0002),
    DISABLE_DISK_RULES(0x0004),
    DISABLE_OTHER_RULES(0x0008),
    LOW_PRIORITY(0x0010),
    DISABLE_LIBRARY_FALLBACK(0x0020),
    PRIMARY_SOURCE(0x0040);

    private final int bit;

    Flag(int bit) {
      this.bit = bit;
    }
  }

  /** The lower 16 bits: which transaction of which process; 0 where nobody waits. */
  public int base() {
    return (int) (value & 0xffff);
  }

  public Set<Flag> flags() {
    Set<Flag> flags = EnumSet.noneOf(Flag.class);
    for (Flag flag : Flag.values()) {
      if ((value >>> 16 & flag.bit) != 0) {
        flags.add(flag);
      }
    }
    return flags;
  }
}
