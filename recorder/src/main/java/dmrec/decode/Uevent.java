package dmrec.decode;

import dmrec.event.Bytes;
import dmrec.event.DeviceRef;
import dmrec.target.DevNo;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One uevent, from the kernel or as udev sends it on.
 *
 * <p>It is a view of the message: decoding checks all of it and finds the values that are asked
 * for; numbers are read from the bytes, and a text is made where somebody asks for one. Immutable.
 */
public final class Uevent {
  private static final String BLOCK_FOLDER = "/block/";
  private static final String DM = "dm-";

  private final Bytes message;
  private final boolean fromUdev;
  private final int propertiesAt;
  private final int propertiesEnd;
  private final int actionAt;
  private final int actionEnd;
  private final int devPathAt;
  private final int devPathEnd;

  /** Start and end of each key's last value, from {@link UeventKey#place} on; start 0 for none. */
  private final int[] values;

  /** A message that {@link UeventReader} has checked. */
  Uevent(
      Bytes message,
      boolean fromUdev,
      int propertiesAt,
      int propertiesEnd,
      int actionAt,
      int actionEnd,
      int devPathAt,
      int devPathEnd,
      int[] values) {
    this.message = message;
    this.fromUdev = fromUdev;
    this.propertiesAt = propertiesAt;
    this.propertiesEnd = propertiesEnd;
    this.actionAt = actionAt;
    this.actionEnd = actionEnd;
    this.devPathAt = devPathAt;
    this.devPathEnd = devPathEnd;
    this.values = values;
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
   * Decodes a message.
   *
   * @throws DecodeException where it is neither a kernel message ({@code action@devpath}, then
   *     NUL-ended properties; {@code lib/kobject_uevent.c}) nor one of libudev
   */
  public static Uevent decode(Bytes message) throws DecodeException {
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

  /** {@code add}, {@code change}, {@code remove}, ... */
  public String action() {
    return isAt(actionAt, actionEnd, "change") ? "change" : message.text(actionAt, actionEnd);
  }

  /** The device's path below {@code /sys}. */
  public String devPath() {
    return message.text(devPathAt, devPathEnd);
  }

  /** Whether udev sent it (netlink group 2). */
  public boolean fromUdev() {
    return fromUdev;
  }

  /** The properties as they came: in order, repeated ones kept. */
  public List<Property> properties() {
    List<Property> properties = new ArrayList<>();
    for (int at = propertiesAt; at < propertiesEnd; ) {
      int end = message.indexOf((byte) 0, at, propertiesEnd);
      int equals = message.indexOf((byte) '=', at, end);
      properties.add(new Property(message.text(at, equals), message.text(equals + 1, end)));
      at = end + 1;
    }
    return properties;
  }

  // Values.

  private boolean has(UeventKey key) {
    return values[key.place()] > 0;
  }

  private int from(UeventKey key) {
    return values[key.place()];
  }

  private int to(UeventKey key) {
    return values[key.place() + 1];
  }

  private @Nullable String text(UeventKey key) {
    return has(key) ? message.text(from(key), to(key)) : null;
  }

  private boolean is(UeventKey key, String ascii) {
    return has(key) && isAt(from(key), to(key), ascii);
  }

  private boolean isAt(int from, int to, String ascii) {
    return to - from == ascii.length() && message.hasAt(from, to, ascii);
  }

  /** The number, 0 to 2^63 - 1; {@code otherwise} where there is none. */
  private long number(UeventKey key, long otherwise) {
    return has(key) ? Numbers.unsigned(message, from(key), to(key), otherwise) : otherwise;
  }

  /** The device's subsystem is {@code block}. */
  public boolean isBlock() {
    return is(UeventKey.SUBSYSTEM, "block");
  }

  /** Whether it is about a mapped device itself, not its bdi entry or a partition. */
  public boolean isDm() {
    if (!isBlock() || (has(UeventKey.DEVTYPE) && !is(UeventKey.DEVTYPE, "disk"))) {
      return false;
    }
    int name = devPathEnd;
    while (name > devPathAt && message.at(name - 1) != '/') {
      name--;
    }
    return isDmName(name, devPathEnd) && isBelowBlock(name);
  }

  private boolean isDmName(int from, int to) {
    if (to - from == DM.length() || !message.hasAt(from, to, DM)) {
      return false;
    }
    int at = from + DM.length();
    while (at < to && message.at(at) >= '0' && message.at(at) <= '9') {
      at++;
    }
    return at == to;
  }

  private boolean isBelowBlock(int name) {
    int at = name - BLOCK_FOLDER.length();
    while (at >= devPathAt && !message.hasAt(at, name, BLOCK_FOLDER)) {
      at--;
    }
    return at >= devPathAt;
  }

  /** The device's number; null where the message has none. */
  public @Nullable DevNo devNo() {
    long major = Numbers.devPart(message, from(UeventKey.MAJOR), to(UeventKey.MAJOR));
    long minor = Numbers.devPart(message, from(UeventKey.MINOR), to(UeventKey.MINOR));
    return DevNo.isDevNo(major, minor) ? new DevNo((int) major, (int) minor) : null;
  }

  /** The node's name below {@code /dev}, which udev sends with {@code /dev/}; or null. */
  public @Nullable String devName() {
    return text(UeventKey.DEVNAME);
  }

  /** The kernel's number for this life of the disk; 0 where unknown (before Linux 5.15). */
  public long diskSeq() {
    return number(UeventKey.DISKSEQ, 0);
  }

  /** The kernel's number of the uevent; 0 where the message has none. */
  public long seqNum() {
    return number(UeventKey.SEQNUM, 0);
  }

  /** {@code PATH_FAILED}, {@code PATH_REINSTATED}; null for all other uevents. */
  public @Nullable String dmAction() {
    return is(UeventKey.DM_ACTION, "PATH_FAILED")
        ? "PATH_FAILED"
        : is(UeventKey.DM_ACTION, "PATH_REINSTATED")
            ? "PATH_REINSTATED"
            : text(UeventKey.DM_ACTION);
  }

  /** Number of the path event on its mapped device, from 1; 0 where the message has none. */
  public long dmSeqNum() {
    return number(UeventKey.DM_SEQNUM, 0);
  }

  /** The path of a path event. */
  public @Nullable DevNo dmPath() {
    if (!has(UeventKey.DM_PATH)) {
      return null;
    }
    int to = to(UeventKey.DM_PATH);
    int colon = message.indexOf((byte) ':', from(UeventKey.DM_PATH), to);
    long major = Numbers.devPart(message, from(UeventKey.DM_PATH), colon);
    long minor = Numbers.devPart(message, colon + 1, to);
    return DevNo.isDevNo(major, minor) ? new DevNo((int) major, (int) minor) : null;
  }

  /** Valid paths left after a path event; -1 where the message does not say. */
  public int validPaths() {
    return (int) Math.min(Integer.MAX_VALUE, number(UeventKey.DM_NR_VALID_PATHS, -1));
  }

  public @Nullable String dmName() {
    return text(UeventKey.DM_NAME);
  }

  public @Nullable String dmUuid() {
    return text(UeventKey.DM_UUID);
  }

  /** The device as the message names it; {@code known} itself where that is the same. */
  public DeviceRef named(DeviceRef known) {
    if (is(UeventKey.DM_NAME, known.name()) && is(UeventKey.DM_UUID, known.uuid())) {
      return known;
    }
    String name = dmName();
    String uuid = dmUuid();
    return new DeviceRef(
        known.dev(), known.diskSeq(), name == null ? "" : name, uuid == null ? "" : uuid);
  }

  /** Whether somebody asked for it through sysfs ({@code kobject_synth_uevent}). */
  public boolean synthetic() {
    return has(UeventKey.SYNTH_UUID);
  }

  /** The cookie libdevmapper sent along; null where something else caused the uevent. */
  public @Nullable Cookie cookie() {
    long value = number(UeventKey.DM_COOKIE, -1);
    return value < 0 || value > 0xffffffffL ? null : new Cookie(value);
  }

  /** Whether the device became read-only (true) or writable (false); null where neither. */
  public @Nullable Boolean diskRo() {
    return has(UeventKey.DISK_RO) ? (Boolean) is(UeventKey.DISK_RO, "1") : null;
  }

  /** Whether the device's size changed. */
  public boolean resize() {
    return is(UeventKey.RESIZE, "1");
  }

  /** The block a verity target found corrupted, or null. */
  public @Nullable VerityError verityError() {
    String value = text(UeventKey.DM_VERITY_ERR_BLOCK_NR);
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
