package dmrec.decode;

import dmrec.target.DevNo;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One uevent, from the kernel or as udev sends it on.
 *
 * @param action {@code add}, {@code change}, {@code remove}, ...
 * @param devPath the device's path below {@code /sys}
 * @param fromUdev whether udev sent it (netlink group 2)
 * @param properties as they came: in order, repeated ones kept
 */
public record Uevent(String action, String devPath, boolean fromUdev, List<Property> properties) {

  public Uevent {
    properties = List.copyOf(properties);
  }

  /** One {@code KEY=VALUE}. */
  public record Property(String key, String value) {}

  /**
   * The block a dm-verity target found corrupted ({@code dm-verity-target.c:verity_handle_err}).
   *
   * @param type 0 data, 1 metadata
   * @param block number of the block, in the data or hash device's block size
   */
  public record VerityError(int type, long block) {}

  /**
   * Decodes what remains of {@code message}, whose position stays where it is.
   *
   * @throws DecodeException where it is neither a kernel message ({@code action@devpath}, then
   *     NUL-ended properties; {@code lib/kobject_uevent.c}) nor one of libudev
   */
  public static Uevent decode(ByteBuffer message) throws DecodeException {
    return UeventReader.read(message);
  }

  /** Whether {@code message} has the header of libudev, as what udev sends on. */
  public static boolean isOfUdev(ByteBuffer message) {
    return UeventReader.isOfUdev(message);
  }

  /**
   * A message as udev sends it on.
   *
   * @param properties NUL-ended ones; the header's hashes, by which listeners choose, are 0
   */
  public static ByteBuffer ofUdev(byte[] properties) {
    return UeventReader.ofUdev(properties);
  }

  /**
   * Whether {@code message} is about a block device, told without making any object: most uevents
   * are not, and cost nothing more than this look.
   */
  public static boolean concernsBlockDevices(ByteBuffer message) {
    return UeventReader.hasBlockSubsystem(message);
  }

  /** The value of {@code key}, the last one where it is repeated; null where there is none. */
  public @Nullable String get(String key) {
    for (int i = properties.size() - 1; i >= 0; i--) {
      if (properties.get(i).key().equals(key)) {
        return properties.get(i).value();
      }
    }
    return null;
  }

  /** The subsystem; empty where the message names none. */
  public String subsystem() {
    String subsystem = get("SUBSYSTEM");
    return subsystem == null ? "" : subsystem;
  }

  public boolean isBlock() {
    return subsystem().equals("block");
  }

  /** Whether it is about a mapped device itself, not its bdi entry or a partition. */
  public boolean isDm() {
    String devType = get("DEVTYPE");
    int slash = devPath.lastIndexOf('/');
    return isBlock()
        && (devType == null || devType.equals("disk"))
        && devPath.contains("/block/")
        && isDmName(devPath.substring(slash + 1));
  }

  private static boolean isDmName(String name) {
    return name.startsWith("dm-")
        && name.length() > 3
        && name.chars().skip(3).allMatch(c -> c >= '0' && c <= '9');
  }

  /** The device's number; null where the message has none. */
  public @Nullable DevNo devNo() {
    String number = get("MAJOR") + ":" + get("MINOR");
    return DevNo.isDevNo(number) ? DevNo.parse(number) : null;
  }

  /** The kernel's number for this life of the disk; 0 where unknown (before Linux 5.15). */
  public long diskSeq() {
    return Numbers.unsigned(get("DISKSEQ"), 0);
  }

  /** The kernel's number of the uevent; 0 where the message has none. */
  public long seqNum() {
    return Numbers.unsigned(get("SEQNUM"), 0);
  }

  /** {@code PATH_FAILED}, {@code PATH_REINSTATED}; null for all other uevents. */
  public @Nullable String dmAction() {
    return get("DM_ACTION");
  }

  /** Number of the path event on its mapped device, from 1; 0 where the message has none. */
  public long dmSeqNum() {
    return Numbers.unsigned(get("DM_SEQNUM"), 0);
  }

  /** The path of a path event. */
  public @Nullable DevNo dmPath() {
    String path = get("DM_PATH");
    return path != null && DevNo.isDevNo(path) ? DevNo.parse(path) : null;
  }

  /** Valid paths left after a path event; -1 where the message does not say. */
  public int validPaths() {
    return (int) Math.min(Integer.MAX_VALUE, Numbers.unsigned(get("DM_NR_VALID_PATHS"), -1));
  }

  public @Nullable String dmName() {
    return get("DM_NAME");
  }

  public @Nullable String dmUuid() {
    return get("DM_UUID");
  }

  /** Whether somebody asked for it through sysfs ({@code kobject_synth_uevent}). */
  public boolean synthetic() {
    return get("SYNTH_UUID") != null;
  }

  /** The cookie libdevmapper sent along; null where something else caused the uevent. */
  public @Nullable Cookie cookie() {
    long value = Numbers.unsigned(get("DM_COOKIE"), -1);
    return value < 0 || value > 0xffffffffL ? null : new Cookie(value);
  }

  /** Whether the device became read-only (true) or writable (false); null where neither. */
  public @Nullable Boolean diskRo() {
    String value = get("DISK_RO");
    return value == null ? null : (Boolean) value.equals("1");
  }

  /** Whether the device's size changed. */
  public boolean resize() {
    return "1".equals(get("RESIZE"));
  }

  /** The block a verity target found corrupted, or null. */
  public @Nullable VerityError verityError() {
    String value = get("DM_VERITY_ERR_BLOCK_NR");
    int comma = value == null ? -1 : value.indexOf(',');
    if (value == null || comma < 0) {
      return null;
    }
    long type = Numbers.unsigned(value.substring(0, comma), -1);
    long block = Numbers.unsigned(value.substring(comma + 1), -1);
    return type < 0 || type > Integer.MAX_VALUE || block < 0
        ? null
        : new VerityError((int) type, block);
  }
}
