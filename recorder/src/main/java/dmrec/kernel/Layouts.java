package dmrec.kernel;

/**
 * The kernel's structs, laid out by the rules of C for LP64 (x86_64 and aarch64 agree).
 *
 * <p>Source: include/uapi/linux/{dm-ioctl,netlink,socket,uio,un}.h, include/linux/socket.h. Offsets
 * are computed, then {@link #check()} compares the sizes with those a C compiler gives.
 */
final class Layouts {
  private Layouts() {}

  /** Adds fields up as a C compiler does. */
  private static final class Struct {
    private int end;
    private int alignment = 1;

    int field(int sizeBytes, int alignmentBytes) {
      return array(1, sizeBytes, alignmentBytes);
    }

    int u32() {
      return field(4, 4);
    }

    int u64() {
      return field(8, 8);
    }

    int array(int count, int sizeBytes, int alignmentBytes) {
      int offset = align(end, alignmentBytes);
      end = offset + count * sizeBytes;
      alignment = Math.max(alignment, alignmentBytes);
      return offset;
    }

    int size() {
      return align(end, alignment);
    }
  }

  static int align(int offset, int alignment) {
    return (offset + alignment - 1) & -alignment;
  }

  /** {@code struct dm_ioctl}. */
  static final class DmIoctl {
    private static final Struct S = new Struct();
    static final int VERSION = S.array(3, 4, 4);
    static final int DATA_SIZE = S.u32();
    static final int DATA_START = S.u32();
    static final int TARGET_COUNT = S.u32();
    static final int OPEN_COUNT = S.u32();
    static final int FLAGS = S.u32();
    static final int EVENT_NR = S.u32();
    static final int PADDING = S.u32();
    static final int DEV = S.u64();
    static final int NAME = S.array(128, 1, 1);
    static final int UUID = S.array(129, 1, 1);
    static final int DATA = S.array(7, 1, 1);
    static final int SIZE = S.size();

    private DmIoctl() {}
  }

  /** {@code struct dm_target_spec}. */
  static final class DmTargetSpec {
    private static final Struct S = new Struct();
    static final int SECTOR_START = S.u64();
    static final int LENGTH = S.u64();
    static final int STATUS = S.u32();
    static final int NEXT = S.u32();
    static final int TARGET_TYPE = S.array(16, 1, 1);
    static final int SIZE = S.size();

    private DmTargetSpec() {}
  }

  /** {@code struct dm_name_list}, whose name starts before its padded end. */
  static final class DmNameList {
    private static final Struct S = new Struct();
    static final int DEV = S.u64();
    static final int NEXT = S.u32();
    static final int NAME = S.array(0, 1, 1);

    private DmNameList() {}
  }

  /** {@code struct sockaddr_nl}. */
  static final class SockaddrNl {
    private static final Struct S = new Struct();
    static final int FAMILY = S.field(2, 2);
    static final int PAD = S.field(2, 2);
    static final int PORT = S.u32();
    static final int GROUPS = S.u32();
    static final int SIZE = S.size();

    private SockaddrNl() {}
  }

  /** {@code struct sockaddr_un}. */
  static final class SockaddrUn {
    private static final Struct S = new Struct();
    static final int FAMILY = S.field(2, 2);
    static final int PATH = S.array(108, 1, 1);
    static final int SIZE = S.size();

    private SockaddrUn() {}
  }

  /** {@code struct iovec}. */
  static final class Iovec {
    private static final Struct S = new Struct();
    static final int BASE = S.u64();
    static final int LENGTH = S.u64();
    static final int SIZE = S.size();

    private Iovec() {}
  }

  /** {@code struct msghdr}. */
  static final class Msghdr {
    private static final Struct S = new Struct();
    static final int NAME = S.u64();
    static final int NAME_LENGTH = S.u32();
    static final int IOV = S.u64();
    static final int IOV_COUNT = S.u64();
    static final int CONTROL = S.u64();
    static final int CONTROL_LENGTH = S.u64();
    static final int FLAGS = S.u32();
    static final int SIZE = S.size();

    private Msghdr() {}
  }

  /** {@code struct cmsghdr}; its data follows at {@link #SIZE}. */
  static final class Cmsghdr {
    private static final Struct S = new Struct();
    static final int LENGTH = S.u64();
    static final int LEVEL = S.u32();
    static final int TYPE = S.u32();
    static final int SIZE = S.size();

    private Cmsghdr() {}
  }

  /** {@code struct ucred}. */
  static final class Ucred {
    private static final Struct S = new Struct();
    static final int PID = S.u32();
    static final int UID = S.u32();
    static final int GID = S.u32();
    static final int SIZE = S.size();

    private Ucred() {}
  }

  /** {@code struct pollfd}. */
  static final class Pollfd {
    private static final Struct S = new Struct();
    static final int FD = S.u32();
    static final int EVENTS = S.field(2, 2);
    static final int REVENTS = S.field(2, 2);
    static final int SIZE = S.size();

    private Pollfd() {}
  }

  /** {@code struct timespec}. */
  static final class Timespec {
    private static final Struct S = new Struct();
    static final int SECONDS = S.u64();
    static final int NANOSECONDS = S.u64();
    static final int SIZE = S.size();

    private Timespec() {}
  }

  /** {@code struct timex}. */
  static final class Timex {
    private static final Struct S = new Struct();
    static final int MODES = S.u32();
    static final int OFFSET = S.u64();
    static final int FREQUENCY = S.u64();

    /** In microseconds, whatever the unit of the offset. */
    static final int MAX_ERROR = S.u64();

    /** What the caller does not ask for, up to the end. */
    static final int REST = S.array(22, 8, 8);

    static final int SIZE = S.size();

    private Timex() {}
  }

  /** Run once before the first native call: a wrong layout must never reach the kernel. */
  static void check() {
    same("dm_ioctl", 312, DmIoctl.SIZE);
    same("dm_ioctl.dev", 40, DmIoctl.DEV);
    same("dm_ioctl.data", 305, DmIoctl.DATA);
    same("dm_target_spec", 40, DmTargetSpec.SIZE);
    same("dm_name_list.name", 12, DmNameList.NAME);
    same("sockaddr_nl", 12, SockaddrNl.SIZE);
    same("sockaddr_un", 110, SockaddrUn.SIZE);
    same("iovec", 16, Iovec.SIZE);
    same("msghdr", 56, Msghdr.SIZE);
    same("cmsghdr", 16, Cmsghdr.SIZE);
    same("ucred", 12, Ucred.SIZE);
    same("pollfd", 8, Pollfd.SIZE);
    same("timespec", 16, Timespec.SIZE);
    same("timex", 208, Timex.SIZE);
    same("timex.maxerror", 24, Timex.MAX_ERROR);
  }

  private static void same(String what, int expectedBytes, int foundBytes) {
    if (expectedBytes != foundBytes) {
      throw new IllegalStateException(
          "Layout of " + what + ": expected " + expectedBytes + ", found " + foundBytes);
    }
  }
}
