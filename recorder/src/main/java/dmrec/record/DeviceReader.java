package dmrec.record;

import dmrec.decode.DecodeException;
import dmrec.decode.DeviceList;
import dmrec.decode.StatusReply;
import dmrec.decode.TableKeys;
import dmrec.event.Bytes;
import dmrec.kernel.Clocks;
import dmrec.kernel.DmControl;
import dmrec.kernel.KernelException;
import dmrec.kernel.Sysfs;
import dmrec.target.DevNo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads devices through the control device. One that shows the same bytes as the last time costs
 * two requests and a comparison, a steady one costs one, and nothing is made of it.
 *
 * <p>Keys are masked in the buffer the kernel wrote to, before anything is copied from it. One
 * thread.
 */
final class DeviceReader {
  private static final int DM_SUSPEND = 1 << 1;
  private static final int DM_INACTIVE_PRESENT = 1 << 6;

  /** DM_READONLY, DM_SUSPEND, DM_ACTIVE_PRESENT and DM_INACTIVE_PRESENT. */
  private static final int DM_STATE = 1 | DM_SUSPEND | 1 << 5 | DM_INACTIVE_PRESENT;

  private static final int FLAGS_AT = 28;
  private static final int ATTEMPTS = 3;

  /**
   * Types whose status and table are the same until another table is resumed, which sends a uevent
   * ({@code dm-ioctl.c:do_resume}). Others count, or take messages that change them.
   */
  private static final Set<String> STEADY =
      Set.of("crypt", "error", "linear", "snapshot-origin", "striped", "unstriped", "zero");

  private final DmControl control;
  private final Sysfs sysfs;
  private final Clocks clocks;
  private final Map<DevNo, Seen> seen = new HashMap<>();
  private Bytes lastList = Bytes.NONE;
  private List<DevNo> devices = List.of();

  /** How many times in a row the table of a steady device is taken to be as it was. */
  private static final int UNREAD_TABLES = 15;

  /** A device as it was when it last changed. */
  private static final class Seen {
    private final Observation.Polled snapshot;

    /** Whether its targets are all {@link #STEADY}. */
    private final boolean isSteady;

    private int unreadTables;

    private Seen(Observation.Polled snapshot, boolean isSteady) {
      this.snapshot = snapshot;
      this.isSteady = isSteady;
      // So that not all of them have their turn at once.
      this.unreadTables = snapshot.dev().minor() % (UNREAD_TABLES + 1);
    }

    private boolean takesTableAsRead(int flags) {
      // A table is swapped while the device is suspended.
      if (!isSteady || (flags & DM_SUSPEND) != 0 || unreadTables == UNREAD_TABLES) {
        unreadTables = 0;
        return false;
      }
      unreadTables++;
      return true;
    }
  }

  DeviceReader(DmControl control, Sysfs sysfs, Clocks clocks) {
    this.control = control;
    this.sysfs = sysfs;
    this.clocks = clocks;
  }

  /** The devices of the last list. */
  List<DevNo> devices() {
    return devices;
  }

  /** The list of devices; null where it is byte for byte the last one and {@code always} is off. */
  Observation.@Nullable Listed list(boolean always) throws KernelException {
    Stamp began = stamp();
    ByteBuffer reply = control.list();
    if (!always && reply.equals(lastList.buffer())) {
      return null;
    }
    lastList = Bytes.of(reply);
    Observation.Listed listed = new Observation.Listed(stamp(), began, lastList);
    try {
      devices = DeviceList.decode(lastList.buffer()).devices().stream().map(d -> d.dev()).toList();
      seen.keySet().retainAll(new HashSet<>(devices));
    } catch (DecodeException e) {
      // The recorder says so in the journal; the devices of the list before are still watched.
    }
    return listed;
  }

  /** Whether only flags and counts of the device change without a uevent. */
  boolean isSteady(DevNo dev) {
    Seen last = seen.get(dev);
    return last != null && last.isSteady;
  }

  /** How one is read that is as it was. */
  enum Depth {
    /** It is returned all the same. */
    ALWAYS,
    /** Null is returned. */
    CHANGED,
    /** Null is returned; the table of a steady device is read now and then only. */
    STATUS
  }

  /**
   * Reads one device.
   *
   * @return null where nothing changed and {@code depth} is not ALWAYS
   */
  @Nullable Observation read(DevNo dev, Depth depth) throws KernelException {
    long number = dev.encoded();
    boolean always = depth == Depth.ALWAYS;
    Seen last = seen.get(dev);
    Observation.Polled before = last == null ? null : last.snapshot;
    for (int attempt = 1; ; attempt++) {
      Stamp began = stamp();
      Sysfs.BlockDevice block = always || before == null ? sysfs.blockDevice(number) : null;
      ByteBuffer reply = control.status(number);
      if (reply == null) {
        seen.remove(dev);
        return new Observation.Vanished(stamp(), began, dev);
      }
      int flags = reply.getInt(FLAGS_AT);
      Bytes status = kept(reply, before == null ? null : before.status());
      Bytes table =
          depth == Depth.STATUS
                  && last != null
                  && status.equals(last.snapshot.status())
                  && last.takesTableAsRead(flags)
              ? last.snapshot.table()
              : table(control.table(number), before == null ? null : before.table());
      boolean hasInactive = (flags & DM_INACTIVE_PRESENT) != 0;
      Bytes inactive =
          hasInactive
              ? table(control.inactiveTable(number), before == null ? null : before.inactive())
              : null;
      if (table == null || (hasInactive && inactive == null)) {
        continue; // It went away in between: the next request says so.
      }
      boolean same =
          before != null
              && status.equals(before.status())
              && table.equals(before.table())
              && Objects.equals(inactive, before.inactive());
      if (same && !always) {
        return null;
      }
      if (block == null) {
        block = sysfs.blockDevice(number);
      }
      ByteBuffer deps = control.deps(number);
      if (deps == null) {
        continue;
      }
      Bytes uses = Bytes.of(deps);
      Sysfs.BlockDevice after = sysfs.blockDevice(number);
      boolean torn =
          diskSeq(block) != diskSeq(after) || !isOneState(flags, table) || !isOneState(flags, uses);
      if (torn && attempt < ATTEMPTS) {
        continue;
      }
      Observation.Polled snapshot =
          new Observation.Polled(
              stamp(),
              began,
              dev,
              diskSeq(after),
              after == null ? -1 : (int) Math.min(Integer.MAX_VALUE, after.readAheadKib()),
              status,
              table,
              inactive,
              uses);
      seen.put(dev, new Seen(snapshot, isSteady(table)));
      return snapshot;
    }
  }

  private static boolean isSteady(Bytes table) {
    try {
      List<StatusReply.Entry> targets = StatusReply.decode(table.buffer()).targets();
      return targets.stream().allMatch(target -> STEADY.contains(target.type()));
    } catch (DecodeException e) {
      return false; // Whoever interprets it says so.
    }
  }

  private static long diskSeq(Sysfs.@Nullable BlockDevice block) {
    return block == null ? 0 : block.diskseq();
  }

  /** Whether a later reply shows the device in the state of the first: no resume came between. */
  private static boolean isOneState(int flags, Bytes reply) {
    ByteBuffer bytes = reply.buffer().order(ByteOrder.nativeOrder());
    return bytes.remaining() < FLAGS_AT + 4 || ((bytes.getInt(FLAGS_AT) ^ flags) & DM_STATE) == 0;
  }

  private @Nullable Bytes table(@Nullable ByteBuffer reply, @Nullable Bytes before) {
    if (reply == null) {
      return null;
    }
    TableKeys.mask(reply);
    Bytes table = kept(reply, before);
    control.wipe();
    return table;
  }

  /** The reply as bytes: those of the one before where they are the same. */
  private static Bytes kept(ByteBuffer reply, @Nullable Bytes before) {
    return before != null && reply.equals(before.buffer()) ? before : Bytes.of(reply);
  }

  /** Forgets what was read, so that every device is returned again. */
  void forget() {
    seen.clear();
    lastList = Bytes.NONE;
  }

  private Stamp stamp() {
    return new Stamp(clocks.wallNs(), clocks.monotonicNs());
  }
}
