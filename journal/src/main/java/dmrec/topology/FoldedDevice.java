package dmrec.topology;

import dmrec.event.DeviceRef;
import dmrec.event.DeviceState;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Mark;
import dmrec.target.DevNo;
import dmrec.target.Multipath;
import dmrec.target.Target;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A device as the fold keeps it: the last value, and what path events changed since, which becomes
 * part of the value when it is read.
 */
final class FoldedDevice {
  private static final FoldedPaths[] NONE = {};

  private Device device;

  /** For each target of {@link #pathsOf} its paths, if it is a multipath one. */
  private @Nullable FoldedPaths[] paths = NONE;

  private @Nullable List<Target> pathsOf;

  FoldedDevice(Device device) {
    this.device = device;
  }

  /** The value, which another event may change: all of it but the path events' part. */
  Device unsettled() {
    return device;
  }

  /** The device as it is. */
  Device settled() {
    if (isChanged()) {
      List<Target> targets = new ArrayList<>(paths.length);
      for (int i = 0; i < paths.length; i++) {
        FoldedPaths each = paths[i];
        targets.add(each == null ? device.targets().get(i) : each.settle());
      }
      List<Target> live = List.copyOf(targets);
      device =
          device.withState(
              device
                  .state()
                  .withTables(live, device.state().inactiveTable(), device.dependencies()));
      pathsOf = live;
    }
    return device;
  }

  /** What its last multipath target says now, without writing that down; null where it has none. */
  @Nullable Multipath multipath() {
    understand();
    Multipath last = null;
    for (FoldedPaths each : paths) {
      last = each == null ? last : each.now();
    }
    return last;
  }

  private boolean isChanged() {
    for (FoldedPaths each : paths) {
      if (each != null && each.isChanged()) {
        return true;
      }
    }
    return false;
  }

  /** Another identity or name of the same device. */
  void set(DeviceRef ref) {
    device = new Device(ref, device.state());
  }

  /**
   * Another state: made from {@link #settled}, or from {@link #unsettled} with the same live table.
   */
  private void set(DeviceState state) {
    device = device.withState(state);
  }

  /** Another live table: what path events said of the one before is gone with it. */
  private void setTable(DeviceState state) {
    set(state);
    paths = NONE;
    pathsOf = null;
  }

  /** A path's event; a late one says no more how the path is. Allocates nothing in the long run. */
  void path(DevNo path, boolean failed, boolean late) {
    understand();
    for (FoldedPaths each : paths) {
      if (each != null && each.has(path)) {
        if (!late) {
          each.set(path, failed);
        } else if (failed) {
          each.countLate(path);
        }
        return;
      }
    }
  }

  /** Reads the live table's statuses, but those that are as they were. */
  @SuppressWarnings("ReferenceEquality") // Another list of the same words is only read again.
  private void understand() {
    if (pathsOf == device.state().live()) {
      return;
    }
    List<Target> targets = device.targets();
    @Nullable FoldedPaths[] now = new FoldedPaths[targets.size()];
    for (int i = 0; i < now.length; i++) {
      FoldedPaths known = i < paths.length ? paths[i] : null;
      now[i] = known != null && known.isOf(targets.get(i)) ? known : FoldedPaths.of(targets.get(i));
    }
    paths = now;
    pathsOf = device.state().live();
  }

  // What events change.

  /** Moves on by an event of this life of the device, other than its beginning and its end. */
  void apply(EventRecord record) {
    DmEvent event = record.event();
    DeviceRef ref = device.ref();
    DeviceState state = device.state();
    switch (event.kind()) {
      case TABLE_LIVE -> {
        DmEvent.TableLive e = (DmEvent.TableLive) event;
        setTable(state.withTables(e.targets(), null, e.dependencies()).withReadOnly(e.readOnly()));
      }
      case TABLE_CHANGED ->
          setTable(
              state.withTables(
                  ((DmEvent.TableChanged) event).targets(),
                  state.inactiveTable(),
                  state.dependencies()));
      case TABLE_LOADED -> set(inactive(state, ((DmEvent.TableLoaded) event).targets()));
      case TABLE_CLEARED -> set(inactive(state, null));
      case DEVICE_RENAMED -> {
        String name = ((DmEvent.DeviceRenamed) event).newName();
        set(new DeviceRef(ref.dev(), ref.diskSeq(), name, ref.uuid()));
      }
      case UUID_SET -> {
        String uuid = ((DmEvent.UuidSet) event).uuid();
        set(new DeviceRef(ref.dev(), ref.diskSeq(), ref.name(), uuid));
      }
      case DEVICE_SUSPENDED ->
          set(suspended(state, true, ((DmEvent.DeviceSuspended) event).internal()));
      case DEVICE_RESUMED ->
          set(suspended(state, false, ((DmEvent.DeviceResumed) event).internal()));
      case READ_ONLY_CHANGED ->
          set(state.withReadOnly(((DmEvent.ReadOnlyChanged) event).readOnly()));
      case REMOVE_DEFERRED ->
          set(
              state.withFlags(
                  state.suspended(),
                  state.readOnly(),
                  ((DmEvent.RemoveDeferred) event).deferred(),
                  state.internalSuspend()));
      case COUNTERS_CHANGED -> {
        DmEvent.CountersChanged e = (DmEvent.CountersChanged) event;
        set(state.withCounters(e.eventNr(), e.openCount(), e.readAheadKib()));
      }
      case EVENTS_MISSED ->
          set(
              state.withCounters(
                  ((DmEvent.EventsMissed) event).toNr(), state.openCount(), state.readAheadKib()));
      case PATH_FAILED, PATH_REINSTATED -> {
        DmEvent.OfPath e = (DmEvent.OfPath) event;
        path(e.path(), e.failed(), Mark.LATE.isIn(record.marks()));
      }
      case VERITY_CORRUPTED -> corrupt((DmEvent.VerityCorrupted) event);
      default -> {
        if (event instanceof DmEvent.OfTarget e && !e.status().isEmpty()) {
          set(settled().state().withStatus(e.target(), e.status()));
        }
      }
    }
  }

  private static DeviceState inactive(DeviceState state, @Nullable List<Target> targets) {
    return state.withTables(state.liveTable(), targets, state.dependencies());
  }

  private static DeviceState suspended(DeviceState state, boolean now, boolean internal) {
    return state.withFlags(
        internal ? state.suspended() : now,
        state.readOnly(),
        state.deferredRemove(),
        internal ? now : state.internalSuspend());
  }

  /** A verity target's status says C once it has found a corrupted block. */
  private void corrupt(DmEvent.VerityCorrupted event) {
    Device known = settled();
    if (event.target() >= 0
        && event.target() < known.targets().size()
        && known.targets().get(event.target()).type().equals("verity")) {
      String status = event.status().isEmpty() ? "C" : event.status();
      set(known.state().withStatus(event.target(), status));
    }
  }
}
