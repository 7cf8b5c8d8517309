package dmrec.kernel;

import dmrec.kernel.Layouts.DmIoctl;
import dmrec.kernel.Native.Block;
import dmrec.kernel.Native.LibC;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The device-mapper's control device, read only: it lists, describes and waits, and changes
 * nothing.
 *
 * <p>Why not dmsetup or libdevmapper: a recorder must not fork or allocate to look, must keep the
 * reply byte for byte, and must never make a target flush. Status and table requests therefore
 * always carry DM_NOFLUSH_FLAG (without it thin-pool, cache and clone commit their metadata).
 *
 * <p>Replies: every call fills the one direct buffer, native byte order, position 0, limit the
 * reply's data_size, valid until the next call. The layout is {@code struct dm_ioctl} of
 * include/uapi/linux/dm-ioctl.h, then what the request gives from data_start on. A reply that says
 * nothing (no devices, no table in the slot) ends before data_start, at 305 or 312 bytes: its limit
 * must be respected.
 *
 * <p>Keys: a table of crypt or integrity holds keys in clear. Such replies carry
 * DM_SECURE_DATA_FLAG, so that the kernel wipes its own copy, and are zeroed here by {@link
 * #wipe()}, which the caller calls as soon as it has masked and copied the reply; the next request
 * and {@link #close()} do too.
 *
 * <p>Events: {@link #fd()} polls readable once anything happened since {@link #arm()}. The loop
 * that loses nothing is poll, arm, list, compare (drivers/md/dm-ioctl.c, dm_poll).
 *
 * <p>Thread contract: one thread at a time. A request can wait on a lock that a table swap of the
 * same device holds.
 */
public final class DmControl implements AutoCloseable {
  private static final Path CONTROL = Path.of("/dev/mapper/control");

  // _IOWR(0xfd, nr, struct dm_ioctl), the same on x86_64 and aarch64.
  private static final long REQUEST = 0xc138fd00L;
  private static final int DM_VERSION = 0x00;
  private static final int DM_LIST_DEVICES = 0x02;
  private static final int DM_DEV_STATUS = 0x07;
  private static final int DM_TABLE_DEPS = 0x0b;
  private static final int DM_TABLE_STATUS = 0x0c;
  private static final int DM_LIST_VERSIONS = 0x0d;
  private static final int DM_DEV_ARM_POLL = 0x10;

  private static final int STATUS_TABLE = 1 << 4;
  private static final int BUFFER_FULL = 1 << 8;
  private static final int NOFLUSH = 1 << 11;
  private static final int QUERY_INACTIVE = 1 << 12;
  private static final int UUID = 1 << 14;
  private static final int SECURE_DATA = 1 << 15;

  /** The first that knows QUERY_INACTIVE: an older one would answer with the live table. */
  private static final int MINOR_QUERY_INACTIVE = 16;

  private static final int FIRST_BYTES = 16 * 1024;

  /** Enough for most tables: the kernel allocates and copies as much as it is given. */
  private static final int STATUS_BYTES = 4 * 1024;

  static final int MOST_BYTES = 64 * 1024 * 1024;

  private final LibC libc;
  private int fd;
  private Block block;
  private int filledBytes;
  private long arms;
  private int listBytes = FIRST_BYTES;
  private DmVersion version = new DmVersion(0, 0, 0);

  DmControl(LibC libc, int fd) throws KernelException {
    this.libc = libc;
    this.fd = fd;
    this.block = Block.allocate(FIRST_BYTES);
    ByteBuffer reply = plain("DM_VERSION", DM_VERSION, 0, FIRST_BYTES);
    this.version =
        new DmVersion(
            reply.getInt(DmIoctl.VERSION),
            reply.getInt(DmIoctl.VERSION + 4),
            reply.getInt(DmIoctl.VERSION + 8));
  }

  /**
   * Opens /dev/mapper/control and asks the interface's version, so that a missing privilege shows
   * here.
   *
   * @throws KernelException by {@link KernelException#errno()}: ENOENT the device file is missing
   *     (the message says whether the kernel has device-mapper all the same), EACCES or EPERM it
   *     takes root with CAP_SYS_ADMIN in the first user namespace, ENODEV or ENXIO the kernel has
   *     no device-mapper
   */
  public static DmControl open() throws KernelException {
    return open(CONTROL, Path.of("/proc"), Path.of("/sys"));
  }

  static DmControl open(Path control, Path proc, Path sys) throws KernelException {
    LibC libc = Native.libc();
    int fd = libc.open(control.toString(), Native.O_RDWR | Native.O_CLOEXEC, 0);
    if (fd < 0) {
      throw cannotOpen(Native.errno(), control, proc, sys);
    }
    try {
      return new DmControl(libc, fd);
    } catch (KernelException | RuntimeException | Error e) {
      Native.close(libc, fd);
      throw e;
    }
  }

  private static KernelException cannotOpen(int errno, Path control, Path proc, Path sys) {
    String where = deviceNumber(proc, sys);
    String noDm =
        "This kernel has no device-mapper: load it (modprobe dm_mod) or boot a kernel that has it.";
    String toDo =
        switch (errno) {
          case Errno.ENOENT ->
              where != null
                  ? "The kernel has device-mapper ("
                      + where
                      + "), only the device file is missing: make it (dmsetup mknodes), or mount"
                      + " the host's /dev here."
                  : noDm;
          case Errno.ENODEV, Errno.ENXIO -> noDm;
          case Errno.EACCES, Errno.EPERM ->
              "Run as root, with CAP_SYS_ADMIN outside any container.";
          default -> "Check the file: it should be a character device, major 10.";
        };
    return new KernelException(
        errno, "Cannot open " + control, "the device-mapper's control device", toDo);
  }

  /** Where the kernel says the control device is; null if it has none. */
  private static @Nullable String deviceNumber(Path proc, Path sys) {
    try {
      Path dev = sys.resolve("class/misc/device-mapper/dev");
      if (Files.exists(dev)) {
        return "character device " + Files.readString(dev, StandardCharsets.ISO_8859_1).strip();
      }
      List<String> misc = Files.readAllLines(proc.resolve("misc"), StandardCharsets.ISO_8859_1);
      for (String line : misc) {
        if (line.strip().endsWith(" device-mapper")) {
          return "character device 10:" + line.strip().replace(" device-mapper", "").strip();
        }
      }
      return null;
    } catch (IOException e) {
      // No /proc or /sys to ask: the error stands without this help.
      return null;
    }
  }

  /** The descriptor, for {@link Poller}; -1 once closed. */
  public int fd() {
    return fd;
  }

  /** The interface's version, as asked at open. */
  public DmVersion version() {
    return version;
  }

  /**
   * DM_LIST_DEVICES with UUIDs: from data_start, {@code dm_name_list} records in order of name,
   * each with event_nr and flags after its name. With no device there is no record, not even an
   * empty one.
   */
  public ByteBuffer list() throws KernelException {
    return plain("DM_LIST_DEVICES", DM_LIST_DEVICES, UUID, listBytes);
  }

  /**
   * DM_TABLE_STATUS of the live table: {@code target_count} records of {@code dm_target_spec}, each
   * followed by the target's status line; {@code next} counts from the first record.
   *
   * @param encodedDev as {@link DeviceNumber#encode}
   * @return null if there is no such device
   */
  public @Nullable ByteBuffer status(long encodedDev) throws KernelException {
    return ask("DM_TABLE_STATUS", DM_TABLE_STATUS, NOFLUSH, encodedDev, 0, STATUS_BYTES);
  }

  /**
   * As {@link #status}, with the targets' table lines. May hold keys: {@link #wipe()} after use.
   *
   * @return null if there is no such device
   */
  public @Nullable ByteBuffer table(long encodedDev) throws KernelException {
    return ask(
        "DM_TABLE_STATUS",
        DM_TABLE_STATUS,
        NOFLUSH | STATUS_TABLE | SECURE_DATA,
        encodedDev,
        0,
        STATUS_BYTES);
  }

  /**
   * As {@link #table}, for the table that was loaded and waits for a resume; target_count 0 where
   * there is none. May hold keys: {@link #wipe()} after use.
   *
   * @return null if there is no such device
   * @throws KernelException EINVAL on an interface older than 4.16
   */
  public @Nullable ByteBuffer inactiveTable(long encodedDev) throws KernelException {
    return ask(
        "DM_TABLE_STATUS (inactive)",
        DM_TABLE_STATUS,
        NOFLUSH | STATUS_TABLE | SECURE_DATA | QUERY_INACTIVE,
        encodedDev,
        MINOR_QUERY_INACTIVE,
        STATUS_BYTES);
  }

  /**
   * DM_TABLE_DEPS: {@code dm_target_deps}, the devices the live table uses.
   *
   * @return null if there is no such device
   */
  public @Nullable ByteBuffer deps(long encodedDev) throws KernelException {
    return ask("DM_TABLE_DEPS", DM_TABLE_DEPS, 0, encodedDev, 0, FIRST_BYTES);
  }

  /**
   * DM_DEV_STATUS: the header alone, with name, UUID, flags, event_nr and counts.
   *
   * @return null if there is no such device
   */
  public @Nullable ByteBuffer deviceStatus(long encodedDev) throws KernelException {
    return ask("DM_DEV_STATUS", DM_DEV_STATUS, 0, encodedDev, 0, FIRST_BYTES);
  }

  /** DM_LIST_VERSIONS: {@code dm_target_versions} records, one for each target type loaded. */
  public ByteBuffer targetVersions() throws KernelException {
    return plain("DM_LIST_VERSIONS", DM_LIST_VERSIONS, 0, FIRST_BYTES);
  }

  /**
   * Makes {@link #fd()} quiet until the next event. Arm before looking, never after.
   *
   * @throws KernelException ENOTTY before Linux 4.13
   */
  public void arm() throws KernelException {
    plain("DM_DEV_ARM_POLL", DM_DEV_ARM_POLL, 0, FIRST_BYTES);
    arms++;
  }

  /** How often {@link #arm} was called and answered. */
  public long arms() {
    return arms;
  }

  private ByteBuffer plain(String call, int command, int flags, int startBytes)
      throws KernelException {
    ByteBuffer reply = ask(call, command, flags, 0, 0, startBytes);
    if (reply == null) {
      throw failed(Errno.ENXIO, call);
    }
    return reply;
  }

  private @Nullable ByteBuffer ask(
      String call, int command, int flags, long encodedDev, int minor, int startBytes)
      throws KernelException {
    for (int sizeBytes = startBytes; ; sizeBytes *= 2) {
      reserve(sizeBytes);
      ByteBuffer b = block.bytes();
      // The kernel refuses a device number beside the name or UUID a reply left behind.
      wipe();
      b.clear();
      b.putInt(DmIoctl.VERSION, 4);
      b.putInt(DmIoctl.VERSION + 4, minor);
      b.putInt(DmIoctl.DATA_SIZE, sizeBytes);
      b.putInt(DmIoctl.DATA_START, DmIoctl.SIZE);
      b.putInt(DmIoctl.FLAGS, flags);
      b.putLong(DmIoctl.DEV, encodedDev);
      filledBytes = DmIoctl.SIZE;
      int rc;
      int errno;
      try {
        do {
          rc = libc.ioctl(fd, REQUEST | command, block.address());
          errno = rc < 0 ? Native.errno() : 0;
        } while (errno == Errno.EINTR);
      } finally {
        Reference.reachabilityFence(this);
      }
      if (rc < 0) {
        wipe();
        if (errno == Errno.ENXIO) {
          return null;
        }
        throw failed(errno, call);
      }
      long dataBytes = Integer.toUnsignedLong(b.getInt(DmIoctl.DATA_SIZE));
      int replyBytes = (int) Math.max(DmIoctl.DATA, Math.min(dataBytes, b.capacity()));
      filledBytes = Math.max(DmIoctl.SIZE, replyBytes);
      if ((b.getInt(DmIoctl.FLAGS) & BUFFER_FULL) == 0) {
        if (command == DM_LIST_DEVICES) {
          // Next time, start where it fitted.
          listBytes = sizeBytes;
        }
        b.limit(replyBytes);
        return b;
      }
      if (sizeBytes >= MOST_BYTES) {
        wipe();
        throw new KernelException(
            Errno.ENOMEM,
            "Cannot read the reply of " + call,
            "at most " + MOST_BYTES + " bytes",
            "The reply is larger than any that is known; please report it.");
      }
    }
  }

  private void reserve(int sizeBytes) {
    if (block.bytes().capacity() < sizeBytes) {
      wipe();
      block = Block.allocate(sizeBytes);
    }
  }

  /** Zeroes what the last reply filled; it is then gone. */
  public void wipe() {
    ByteBuffer b = block.bytes();
    b.clear();
    for (int i = 0; i < filledBytes; i += 8) {
      b.putLong(i, 0);
    }
    filledBytes = 0;
    b.limit(0);
  }

  private static KernelException failed(int errno, String call) {
    String toDo =
        switch (errno) {
          case Errno.EACCES, Errno.EPERM ->
              "Run as root, with CAP_SYS_ADMIN outside any container.";
          case Errno.ENOTTY, Errno.EINVAL ->
              "The kernel's device-mapper may be too old for it: use Linux 4.14 or newer.";
          case Errno.EBADF -> "The control device was closed: open it again.";
          case Errno.ENOMEM -> "The kernel is short of memory: try again.";
          default -> "See the kernel log.";
        };
    return new KernelException(errno, "Cannot ask " + CONTROL + " (" + call + ")", "a reply", toDo);
  }

  /** Wipes the buffer and closes the device; a second call does nothing. */
  @Override
  public void close() {
    wipe();
    Native.close(libc, fd);
    fd = -1;
  }
}
