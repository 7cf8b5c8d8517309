package dmrec.record;

import dmrec.decode.DecodeException;
import dmrec.decode.DepsReply;
import dmrec.decode.DmHeader;
import dmrec.decode.StatusReply;
import dmrec.event.DeviceRef;
import dmrec.event.DeviceState;
import dmrec.event.DmEvent;
import dmrec.event.KernelText;
import dmrec.target.DevNo;
import dmrec.target.Target;
import dmrec.topology.Device;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One snapshot of a device, decoded: what the replies together say it is. */
record DeviceSnapshot(DeviceRef ref, DeviceState state) {

  /** Decodes the replies and holds them against each other. */
  static DeviceSnapshot of(Observation.Polled snapshot) throws DecodeException {
    StatusReply status = StatusReply.decode(snapshot.status().buffer());
    StatusReply table = StatusReply.decode(snapshot.table().buffer());
    DmHeader head = status.header();
    expectDevice(snapshot.dev(), head);
    expectDevice(snapshot.dev(), table.header());
    DeviceState state =
        DeviceState.created(head.suspended(), head.readOnly())
            .withFlags(
                head.suspended(), head.readOnly(), head.deferredRemove(), head.internalSuspend())
            .withCounters(head.eventNr(), head.openCount(), snapshot.readAheadKib())
            .withTables(
                head.activePresent() ? merged(table.targets(), status.targets()) : null,
                snapshot.inactive() == null
                    ? null
                    : merged(StatusReply.decode(snapshot.inactive().buffer()).targets(), List.of()),
                DepsReply.decode(snapshot.deps().buffer()).devices());
    return new DeviceSnapshot(
        new DeviceRef(snapshot.dev(), snapshot.diskSeq(), head.name(), head.uuid()), state);
  }

  /** What sysfs shows, with all it cannot show as it was. */
  static DeviceSnapshot of(Observation.SysfsPolled snapshot, @Nullable Device known) {
    DeviceState before = known == null ? DeviceState.created(false, false) : known.state();
    DeviceState state =
        before
            .withFlags(
                snapshot.suspended(),
                snapshot.readOnly(),
                before.deferredRemove(),
                before.internalSuspend())
            .withCounters(before.eventNr(), before.openCount(), snapshot.readAheadKib())
            .withTables(before.liveTable(), before.inactiveTable(), snapshot.slaves());
    return new DeviceSnapshot(
        new DeviceRef(
            snapshot.dev(),
            snapshot.diskSeq(),
            KernelText.decode(snapshot.name().buffer()),
            KernelText.decode(snapshot.uuid().buffer())),
        state);
  }

  private static void expectDevice(DevNo dev, DmHeader head) throws DecodeException {
    if (!head.dev().equals(dev) || dev.equals(DevNo.NONE)) {
      throw new DecodeException("dm table status", 40, "device " + dev, head.dev().toString());
    }
  }

  /** A table's lines with the status of each, where both replies show the same targets. */
  private static List<Target> merged(
      List<StatusReply.Entry> table, List<StatusReply.Entry> status) {
    List<Target> targets = new ArrayList<>(table.size());
    for (int i = 0; i < table.size(); i++) {
      StatusReply.Entry line = table.get(i);
      boolean same =
          i < status.size()
              && status.get(i).startSector() == line.startSector()
              && status.get(i).type().equals(line.type());
      targets.add(
          new Target(
              line.startSector(),
              line.lengthSectors(),
              line.type(),
              line.text(),
              same ? status.get(i).text() : ""));
    }
    return List.copyOf(targets);
  }

  @Nullable List<Target> live() {
    return state.liveTable();
  }

  @Nullable List<Target> inactive() {
    return state.inactiveTable();
  }

  List<Target> targets() {
    return state.live();
  }

  DmEvent.CountersChanged counters() {
    return new DmEvent.CountersChanged(state.eventNr(), state.openCount(), state.readAheadKib());
  }

  DmEvent.Baseline baseline() {
    return new DmEvent.Baseline(state);
  }

  /** Whether {@code device} is as this snapshot shows it. */
  boolean shows(Device device) {
    return device.state().equals(state)
        && device.name().equals(ref.name())
        && device.uuid().equals(ref.uuid());
  }

  /** Whether both tables map the same; null is no table. */
  static boolean sameMapping(@Nullable List<Target> one, @Nullable List<Target> other) {
    if (one == null || other == null) {
      return one == other;
    }
    if (one.size() != other.size()) {
      return false;
    }
    for (int i = 0; i < one.size(); i++) {
      if (!one.get(i).sameMapping(other.get(i))) {
        return false;
      }
    }
    return true;
  }

  /** Whether both tables have the same targets at the same places, whatever their parameters. */
  static boolean sameShape(List<Target> one, List<Target> other) {
    if (one.size() != other.size()) {
      return false;
    }
    for (int i = 0; i < one.size(); i++) {
      Target a = one.get(i);
      Target b = other.get(i);
      if (a.startSector() != b.startSector()
          || a.lengthSectors() != b.lengthSectors()
          || !a.type().equals(b.type())) {
        return false;
      }
    }
    return true;
  }
}
