package dmrec.record;

import dmrec.decode.DecodeException;
import dmrec.decode.DeviceList;
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
import org.jspecify.annotations.Nullable;

/**
 * Reads devices through the control device. One that shows the same bytes as the last time costs
 * two requests and a comparison, and nothing is made of it.
 *
 * <p>Keys are masked in the buffer the kernel wrote to, before anything is copied from it. One
 * thread.
 */
final class DeviceReader {
  private static final int DM_INACTIVE_PRESENT = 1 << 6;

  /** DM_READONLY, DM_SUSPEND, DM_ACTIVE_PRESENT and DM_INACTIVE_PRESENT. */
  private static final int DM_STATE = 1 | 1 << 1 | 1 << 5 | DM_INACTIVE_PRESENT;

  private static final int FLAGS_AT = 28;
  private static final int ATTEMPTS = 3;

  private final DmControl control;
  private final Sysfs sysfs;
  private final Clocks clocks;
  private final Map<DevNo, Observation.Polled> seen = new HashMap<>();
  private Bytes lastList = Bytes.NONE;
  private List<DevNo> devices = List.of();

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

  /**
   * Reads one device.
   *
   * @param always whether to return one that is as it was
   * @return null where nothing changed and {@code always} is off
   */
  @Nullable Observation read(DevNo dev, boolean always) throws KernelException {
    long number = dev.encoded();
    Observation.Polled before = seen.get(dev);
    for (int attempt = 1; ; attempt++) {
      Stamp began = stamp();
      Sysfs.BlockDevice block = always || before == null ? sysfs.blockDevice(number) : null;
      ByteBuffer reply = control.status(number);
      if (reply == null) {
        seen.remove(dev);
        return new Observation.Vanished(stamp(), began, dev);
      }
      int flags = reply.getInt(FLAGS_AT);
      Bytes status =
          before != null && reply.equals(before.status().buffer())
              ? before.status()
              : Bytes.of(reply);
      Bytes table = table(control.table(number), before == null ? null : before.table());
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
      seen.put(dev, snapshot);
      return snapshot;
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
    Bytes table = before != null && reply.equals(before.buffer()) ? before : Bytes.of(reply);
    control.wipe();
    return table;
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
