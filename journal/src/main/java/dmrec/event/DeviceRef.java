package dmrec.event;

import dmrec.target.DevNo;

/**
 * The device that an event is about, as it was known at that moment.
 *
 * <p>Names, UUIDs and minors are reused; {@code dev} with {@code diskSeq} is not.
 *
 * @param dev its number
 * @param diskSeq the kernel's number for this life of the device (DISKSEQ, Linux 5.15 and later); a
 *     negative generation number of the recorder where the kernel has none; 0 while unknown
 * @param name its device-mapper name; empty while unknown
 * @param uuid its device-mapper UUID; empty where it has none
 */
public record DeviceRef(DevNo dev, long diskSeq, String name, String uuid) {
  /** For events that are about no device. */
  public static final DeviceRef NONE = new DeviceRef(DevNo.NONE, 0, "", "");

  public boolean isNone() {
    return dev.equals(DevNo.NONE);
  }

  /** Whether both are one life of one device, as far as they tell. */
  public boolean isSameLife(DeviceRef other) {
    return dev.equals(other.dev)
        && (diskSeq == other.diskSeq || diskSeq <= 0 || other.diskSeq <= 0);
  }
}
