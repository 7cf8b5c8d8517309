package dmrec.event;

import dmrec.target.DevNo;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A path's event, read in place from the kernel's message: these come by the million, and one
 * object is used again for each of them, so that none costs an allocation.
 *
 * <p>Only a message that is spelled as the kernel spells it is read, key by key ({@code
 * drivers/md/dm-uevent.c:dm_build_path_uevent}, {@code block/genhd.c}, {@code
 * lib/kobject_uevent.c}): then the event gives the message back byte for byte. Any other goes the
 * way of all uevents. One thread; valid until the next {@link #read}.
 */
public final class PathEvent implements JournalEntry {
  // The message's pieces, in its order; a value follows each but FAILED, REINSTATED and DEVTYPE.
  public static final Bytes CHANGE = Bytes.of("change@/devices/virtual/block/dm-");
  public static final Bytes DEVPATH =
      Bytes.of("\0ACTION=change\0DEVPATH=/devices/virtual/block/dm-");
  public static final Bytes FAILED =
      Bytes.of("\0SUBSYSTEM=block\0DM_TARGET=multipath\0DM_ACTION=PATH_FAILED\0DM_SEQNUM=");
  public static final Bytes REINSTATED =
      Bytes.of("\0SUBSYSTEM=block\0DM_TARGET=multipath\0DM_ACTION=PATH_REINSTATED\0DM_SEQNUM=");
  public static final Bytes PATH = Bytes.of("\0DM_PATH=");
  public static final Bytes VALID_PATHS = Bytes.of("\0DM_NR_VALID_PATHS=");
  public static final Bytes NAME = Bytes.of("\0DM_NAME=");
  public static final Bytes UUID = Bytes.of("\0DM_UUID=");
  public static final Bytes MAJOR = Bytes.of("\0MAJOR=");
  public static final Bytes MINOR = Bytes.of("\0MINOR=");
  public static final Bytes DEVNAME = Bytes.of("\0DEVNAME=dm-");
  public static final Bytes DEVTYPE = Bytes.of("\0DEVTYPE=disk");

  /** Since Linux 5.15. */
  public static final Bytes DISKSEQ = Bytes.of("\0DISKSEQ=");

  public static final Bytes SEQNUM = Bytes.of("\0SEQNUM=");
  private static final Bytes COLON = Bytes.of(":");

  /** Twice what the kernel can make. */
  private static final int MOST_BYTES = 4096;

  /** As many digits fit a number of 63 bits whatever they are. */
  private static final int MOST_DIGITS = 18;

  /** How many device numbers are kept at most; of two that share a place the later one is. */
  private static final int KNOWN = 256;

  private final byte[] message = new byte[MOST_BYTES];
  private final @Nullable DevNo[] known = new @Nullable DevNo[KNOWN];
  private int length;
  private int at;

  // What the message says.
  private DevNo dev = DevNo.NONE;
  private long minor;
  private DevNo path = DevNo.NONE;
  private boolean failed;
  private int validPaths;
  private long dmSeqnum;
  private long diskSeq;
  private long seqnum;
  private int nameAt;
  private int nameEnd;
  private int uuidAt;
  private int uuidEnd;

  // What is known besides.
  private long wallNs;
  private long monoNs;
  private @Nullable Actor actor;
  private DeviceRef device = DeviceRef.NONE;
  private String disk = "";
  private int marks;

  // Reading.

  /**
   * Reads what remains of a message, whose position stays where it is.
   *
   * @return whether it is a path's event, spelled as the kernel does; where not, this is of no use
   */
  public boolean read(ByteBuffer from) {
    if (from.remaining() > MOST_BYTES) {
      return false;
    }
    length = from.remaining();
    from.get(from.position(), message, 0, length);
    at = 0;
    return readPath() && readNames() && readKeys();
  }

  private boolean readPath() {
    minor = number(CHANGE);
    if (minor < 0 || number(DEVPATH) != minor) {
      return false;
    }
    dmSeqnum = number(FAILED);
    failed = dmSeqnum >= 0;
    if (!failed) {
      dmSeqnum = number(REINSTATED);
    }
    long major = number(PATH);
    path = numbered(major, number(COLON));
    long valid = number(VALID_PATHS);
    validPaths = (int) valid;
    return dmSeqnum >= 0 && !path.equals(DevNo.NONE) && valid >= 0 && valid <= Integer.MAX_VALUE;
  }

  private boolean readNames() {
    nameAt = at + NAME.length();
    nameEnd = endOfText(NAME);
    uuidAt = at + UUID.length();
    uuidEnd = endOfText(UUID);
    return nameEnd >= nameAt && uuidEnd >= uuidAt;
  }

  private boolean readKeys() {
    dev = numbered(number(MAJOR), minor);
    if (dev.equals(DevNo.NONE)
        || number(MINOR) != minor
        || number(DEVNAME) != minor
        || !skip(DEVTYPE)) {
      return false;
    }
    diskSeq = 0;
    if (DISKSEQ.isIn(message, at, length)) {
      diskSeq = number(DISKSEQ);
      if (diskSeq <= 0) {
        return false;
      }
    }
    seqnum = number(SEQNUM);
    return seqnum >= 0 && at == length - 1 && message[at] == 0;
  }

  private boolean skip(Bytes piece) {
    if (!piece.isIn(message, at, length)) {
      return false;
    }
    at += piece.length();
    return true;
  }

  /** The number behind a piece; -1 where they are not there, or it is not as the kernel prints. */
  private long number(Bytes piece) {
    if (!skip(piece)) {
      return -1;
    }
    int from = at;
    int end = Math.min(length, from + MOST_DIGITS + 1);
    long value = 0;
    while (at < end && message[at] >= '0' && message[at] <= '9') {
      value = value * 10 + (message[at++] - '0');
    }
    int digits = at - from;
    boolean isPlain = digits == 1 || (digits > 1 && digits <= MOST_DIGITS && message[from] != '0');
    return isPlain ? value : -1;
  }

  /** Where the text behind a piece ends; -1 where it is not there, or not ASCII. */
  private int endOfText(Bytes piece) {
    if (!skip(piece)) {
      return -1;
    }
    while (at < length && message[at] > 0) {
      at++;
    }
    return at < length && message[at] == 0 ? at : -1;
  }

  /** The device of that number, the same object each time; NONE where it is none's. */
  private DevNo numbered(long deviceMajor, long deviceMinor) {
    if (!DevNo.isDevNo(deviceMajor, deviceMinor)) {
      return DevNo.NONE;
    }
    int place = (int) ((31 * deviceMajor + deviceMinor) ^ (deviceMinor >> 4)) & (KNOWN - 1);
    DevNo last = known[place];
    if (last == null || last.major() != deviceMajor || last.minor() != deviceMinor) {
      last = new DevNo((int) deviceMajor, (int) deviceMinor);
      known[place] = last;
    }
    return last;
  }

  // What the message says.

  /** Number of the mapped device. */
  public DevNo dev() {
    return dev;
  }

  /** Number of the path's disk. */
  public DevNo path() {
    return path;
  }

  /** Whether the path failed; else it works again. */
  public boolean failed() {
    return failed;
  }

  /** How many paths of the device work after the event. */
  public int validPaths() {
    return validPaths;
  }

  /** The device's own count of path uevents (DM_SEQNUM). */
  public long dmSeqnum() {
    return dmSeqnum;
  }

  /** The kernel's number for this life of the device; 0 where the message has none. */
  public long diskSeq() {
    return diskSeq;
  }

  /** The kernel's number of the uevent. */
  public long seqnum() {
    return seqnum;
  }

  /** The message, which stays as it is. */
  public Bytes message() {
    return Bytes.of(message, 0, length);
  }

  // What is known besides.

  /**
   * Says when it was received, and from whom.
   *
   * @param sender who injected it; null for the kernel
   */
  public void received(long wall, long mono, @Nullable Actor sender) {
    wallNs = wall;
    monoNs = mono;
    actor = sender;
    marks = sender == null ? 0 : Mark.INJECTED.bit();
  }

  /**
   * Says which device it is about: the one known by its number, with the names that the message
   * has.
   *
   * @return false where the message does not follow from that, and this is of no use
   */
  public boolean isOf(DeviceRef ref) {
    if (!dev.equals(ref.dev()) || Math.max(0, ref.diskSeq()) != diskSeq) {
      return false;
    }
    if (saysNames(ref)) {
      device = ref;
    } else if (device.diskSeq() != ref.diskSeq()
        || !device.dev().equals(dev)
        || !saysNames(device)) {
      device = new DeviceRef(dev, ref.diskSeq(), text(nameAt, nameEnd), text(uuidAt, uuidEnd));
    }
    return true;
  }

  private boolean saysNames(DeviceRef ref) {
    return isText(nameAt, nameEnd, ref.name()) && isText(uuidAt, uuidEnd, ref.uuid());
  }

  private boolean isText(int from, int to, String text) {
    if (text.length() != to - from) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) != message[from + i]) {
        return false;
      }
    }
    return true;
  }

  private String text(int from, int to) {
    return new String(message, from, to - from, StandardCharsets.US_ASCII);
  }

  /**
   * Says what the recorder knows.
   *
   * @param diskName the kernel's name for the path's disk; empty where it is not known
   * @param isLate whether a newer event of the path was told before
   */
  public void interpreted(String diskName, boolean isLate) {
    disk = diskName;
    marks |= isLate ? Mark.LATE.bit() : 0;
  }

  /** Who injected it; null for the kernel. */
  public @Nullable Actor actor() {
    return actor;
  }

  /** The kernel's name for the path's disk; empty where it is not known. */
  public String disk() {
    return disk;
  }

  @Override
  public long wallNs() {
    return wallNs;
  }

  @Override
  public long monoNs() {
    return monoNs;
  }

  @Override
  public DeviceRef device() {
    return device;
  }

  @Override
  public Kind kind() {
    return failed ? Kind.PATH_FAILED : Kind.PATH_REINSTATED;
  }

  @Override
  public Certainty certainty() {
    return Certainty.REPORTED;
  }

  @Override
  public int marks() {
    return marks;
  }

  @Override
  public EventRecord asRecord() {
    return EventRecord.of(DmEvent.OfPath.of(failed, path, disk, validPaths, dmSeqnum))
        .at(wallNs, monoNs)
        .source(Source.UEVENT)
        .marks(marks)
        .actor(actor)
        .device(device)
        .evidence(message())
        .build();
  }
}
