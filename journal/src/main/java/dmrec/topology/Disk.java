package dmrec.topology;

import dmrec.target.DevNo;

/**
 * A block device that is not a mapped one.
 *
 * @param dev its number
 * @param name the kernel's name for it, as {@code sdb}
 * @param wwid its world-wide name; empty where unknown
 * @param serial its serial number; empty where unknown
 * @param sizeSectors its size in 512-byte sectors; -1 where unknown
 * @param present false once it was removed; its name is kept for the tables that still use it
 */
public record Disk(
    DevNo dev, String name, String wwid, String serial, long sizeSectors, boolean present) {}
