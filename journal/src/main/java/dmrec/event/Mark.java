package dmrec.event;

import java.util.Locale;

/** What sets an observation apart from the kernel's own word. Bits are part of the format. */
public enum Mark {
  /** A uevent that a process sent through the kernel: its credentials carry a pid. */
  INJECTED(1),
  /** A uevent made by writing to a sysfs uevent file: it carries SYNTH_UUID. */
  SYNTHETIC(2),
  /**
   * An event that a newer one is recorded before. A path's event is one whose uevent came behind a
   * newer one of the same path: the kernel sends those that are waiting in reverse
   * (dm.c:dm_uevent_add puts each at the head of its list).
   */
  LATE(4);

  private final int bit;
  private final String word = name().toLowerCase(Locale.ROOT);

  Mark(int bit) {
    this.bit = bit;
  }

  public int bit() {
    return bit;
  }

  public boolean isIn(int marks) {
    return (marks & bit) != 0;
  }

  /** The name in JSON, in filters and on screen. */
  public String word() {
    return word;
  }
}
