package dmrec.topology;

import dmrec.event.DmEvent;
import dmrec.target.DevNo;

/**
 * A block device that is not a mapped one.
 *
 * @param dev its number
 * @param name the kernel's name for it, as {@code sdb}
 * @param wwid its world-wide name; empty where unknown
 * @param serial its serial number; empty where unknown
 * @param sizeSectors its size in 512-byte sectors; -1 where unknown
 * @param port the target's port it is reached by; empty where unknown
 * @param present false once it was removed; its name is kept for the tables that still use it
 */
public record Disk(
    DevNo dev,
    String name,
    String wwid,
    String serial,
    long sizeSectors,
    String port,
    boolean present) {

  static Disk of(DmEvent.DiskBaseline e) {
    return new Disk(e.dev(), e.name(), e.wwid(), e.serial(), e.sizeSectors(), e.port(), true);
  }

  static Disk of(DmEvent.DiskAdded e) {
    return new Disk(e.dev(), e.name(), e.wwid(), e.serial(), e.sizeSectors(), e.port(), true);
  }

  /** This disk as a {@code disk_baseline} event. */
  public DmEvent.DiskBaseline baseline() {
    return new DmEvent.DiskBaseline(dev, name, wwid, serial, sizeSectors, port);
  }

  Disk removed() {
    return new Disk(dev, name, wwid, serial, sizeSectors, port, false);
  }
}
