package dmrec.record;

import dmrec.decode.DecodeException;
import dmrec.decode.Fault;
import dmrec.decode.KernelLogLine;
import dmrec.event.Certainty;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.kernel.DmProbes;
import dmrec.target.DevNo;
import dmrec.target.MirrorTable;
import dmrec.target.Target;
import dmrec.topology.Device;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the kernel's probes prove, at the kernel's own moment.
 *
 * <p>An event is told once: what a probe told changes the stack at once, so that the uevent and the
 * snapshot behind it find nothing new. A snapshot that was taken while something happened to its
 * device shows a part of it, so it is dropped and taken again.
 */
final class ProbeRules {
  private final EventWriter events;
  private final DeviceTracker tracker;
  private final PathEventDeduplicator paths;
  private final PollRequests requests;
  private final SnapshotReasons reasons;
  private final ToldFaults faults = new ToldFaults();
  private final ProbeRequests threads = new ProbeRequests(this::find);

  /** Names and UUIDs that the stack does not know yet, as what tells of them is held. */
  private final Map<String, DevNo> heldNames = new HashMap<>();

  /** When the last hit of each device was. */
  private final Map<DevNo, Long> hitNs = new HashMap<>();

  /** When the list of devices changed last. */
  private long listHitNs = Long.MIN_VALUE;

  ProbeRules(
      EventWriter events,
      DeviceTracker tracker,
      PathEventDeduplicator paths,
      PollRequests requests,
      SnapshotReasons reasons) {
    this.events = events;
    this.tracker = tracker;
    this.paths = paths;
    this.requests = requests;
    this.reasons = reasons;
  }

  /** A recording begins. */
  void clear() {
    threads.clear();
    faults.clear();
    hitNs.clear();
    heldNames.clear();
    listHitNs = Long.MIN_VALUE;
  }

  /** Hits were lost: the returns of requests may be among them. */
  void lose() {
    threads.clear();
    faults.clear();
  }

  /** Whether a probe will tell the device's removal, for which somebody has asked. */
  boolean isRemoving(DevNo dev) {
    return threads.isRemoving(dev, events.monoNs());
  }

  /** Whether a probe told the fault of which a uevent or a line of the log tells now. */
  boolean hasTold(DevNo dev, DmEvent fault) {
    return faults.heard(dev, fault);
  }

  private DevNo find(String name) {
    DevNo held = heldNames.get(name);
    if (held != null) {
      return held;
    }
    for (Device device : events.topology().devices()) {
      if (device.name().equals(name) || device.uuid().equals(name)) {
        return device.dev();
      }
    }
    return DevNo.NONE;
  }

  /** What a hit proves; null where it is only a part of something. */
  @Nullable Happening hit(Observation.ProbeSeen seen) throws DecodeException {
    DecodedHit hit = DecodedHit.of(seen);
    if (hit.name().equals(DmProbes.LOG)) {
      return written(hit);
    }
    Happening happening = threads.hit(hit);
    if (happening == null) {
      if (!threads.raised().equals(DevNo.NONE)) {
        requests.again(threads.raised());
      }
      return null;
    }
    DevNo dev = happening.device().dev();
    long monoNs = seen.happened().monoNs();
    switch (happening.event().kind()) {
      case DEVICE_CREATED, DEVICE_REMOVED, DEVICE_RENAMED, UUID_SET -> listHitNs = monoNs;
      default -> {}
    }
    hold(happening);
    if (!dev.equals(DevNo.NONE)) {
      hitNs.put(dev, monoNs);
      requests.again(dev); // In the next turn: a storm must not keep this one from ending.
    }
    return happening;
  }

  private void hold(Happening happening) {
    DeviceRef device = happening.device();
    if (happening.event() instanceof DmEvent.DeviceCreated) {
      heldNames.put(device.name(), device.dev());
      heldNames.put(device.uuid(), device.dev());
    } else if (happening.event() instanceof DmEvent.DeviceRenamed e) {
      heldNames.put(e.newName(), device.dev());
    } else if (happening.event() instanceof DmEvent.UuidSet e) {
      heldNames.put(e.uuid(), device.dev());
    }
  }

  /** All that was held has been told. */
  void released() {
    heldNames.clear();
  }

  /** A line of the log is written: which device it is about, it does not say. */
  private @Nullable Happening written(DecodedHit hit) {
    KernelLogLine line = new KernelLogLine(0, 0, 0, 0, '-', hit.text("msg"), List.of());
    if (line.fault() == Fault.INTEGRITY_ERROR) {
      List<DevNo> all = having("integrity");
      DevNo dev = all.size() == 1 ? all.get(0) : DevNo.NONE;
      DmEvent fault = new DmEvent.IntegrityFault("error", line.sector(), line.text());
      return hit.happening(DecodedHit.refOf(dev), fault, -1);
    } else if (reasons.written(line, hit)) {
      having("snapshot").forEach(requests::again); // A status tells which it is.
    }
    return null;
  }

  /** The devices with a target whose type begins so. */
  private List<DevNo> having(String type) {
    List<DevNo> found = new ArrayList<>();
    for (Device device : events.topology().devices()) {
      if (device.targets().stream().anyMatch(target -> target.type().startsWith(type))) {
        found.add(device.dev());
      }
    }
    return found;
  }

  /**
   * Whether something happened while the answer was read that it may show or not: then it is asked
   * for again.
   */
  boolean isTorn(Observation.Answer answer) {
    DevNo dev =
        answer instanceof Observation.Polled o
            ? o.dev()
            : answer instanceof Observation.Vanished o ? o.dev() : null;
    if (dev == null && !(answer instanceof Observation.Listed)) {
      return false;
    }
    long lastNs = dev == null ? listHitNs : hitNs.getOrDefault(dev, Long.MIN_VALUE);
    if (lastNs < answer.began().monoNs() && !threads.isBusy(dev, answer.at().monoNs())) {
      return false;
    }
    if (dev == null) {
      requests.list();
    } else {
      requests.again(dev);
    }
    return true;
  }

  /** Tells what happened. */
  void tell(Happening happening, HeldObservations.Tables tables) throws IOException {
    DevNo dev = happening.device().dev();
    Device known = events.topology().device(dev);
    DmEvent event = happening.event();
    switch (event.kind()) {
      case DEVICE_CREATED -> created(happening, known);
      case DEVICE_REMOVED -> {
        if (known != null) {
          emit(happening, known.ref(), event);
          tracker.ended(known.ref());
          tracker.forget(dev);
        }
      }
      case TABLE_LOADED, TABLE_LIVE, TABLE_CHANGED -> table(happening, known, tables.find());
      case TABLE_CLEARED -> {
        if (known == null || known.inactive() != null) {
          emit(happening, event);
        }
      }
      case DEVICE_SUSPENDED, DEVICE_RESUMED -> {
        boolean now = event instanceof DmEvent.DeviceSuspended;
        boolean internal =
            event instanceof DmEvent.DeviceSuspended s
                ? s.internal()
                : ((DmEvent.DeviceResumed) event).internal();
        if (known == null || now != (internal ? known.internalSuspend() : known.suspended())) {
          emit(happening, event);
        }
      }
      case DEVICE_RENAMED -> {
        String name = ((DmEvent.DeviceRenamed) event).newName();
        if (known != null && !known.name().equals(name)) {
          DeviceRef ref = new DeviceRef(dev, known.ref().diskSeq(), name, known.uuid());
          emit(happening, ref, new DmEvent.DeviceRenamed(known.name(), name));
        }
      }
      case UUID_SET -> {
        String uuid = ((DmEvent.UuidSet) event).uuid();
        if (known != null && !known.uuid().equals(uuid)) {
          emit(happening, new DeviceRef(dev, known.ref().diskSeq(), known.name(), uuid), event);
        }
      }
      case REMOVE_DEFERRED -> {
        if (known != null && !known.deferredRemove()) {
          emit(happening, event);
        }
      }
      case PATH_FAILED, PATH_REINSTATED -> path(happening, (DmEvent.OfPath) event);
      case GROUP_BYPASSED,
          GROUP_ENABLED,
          GROUP_SWITCHED,
          MIRROR_IN_SYNC,
          MIRROR_LEG_FAILED,
          MIRROR_LOG_FAILED,
          SNAPSHOT_INVALIDATED,
          POOL_MODE_CHANGED,
          RAID_LEG_FAILED,
          CACHE_MODE_CHANGED,
          POOL_LOW_SPACE,
          RAID_IN_SYNC,
          VERITY_CORRUPTED ->
          target(happening, known, tables);
      case TARGET_MESSAGE -> message(happening, (DmEvent.TargetMessage) event, known);
      default -> emit(happening, event);
    }
  }

  private void message(Happening happening, DmEvent.TargetMessage e, @Nullable Device known)
      throws IOException {
    List<Target> targets = known == null ? List.of() : known.targets();
    int index = targets.size() - 1;
    while (index > 0 && targets.get(index).startSector() > happening.startSector()) {
      index--;
    }
    String type = index < 0 ? "" : targets.get(index).type();
    emit(happening, new DmEvent.TargetMessage(Math.max(0, index), type, e.message()));
  }

  private void created(Happening happening, @Nullable Device known) throws IOException {
    DeviceRef ref = happening.device();
    if (known != null) {
      if (known.ref().diskSeq() > 0 && known.ref().diskSeq() == ref.diskSeq()) {
        return;
      }
      events.derived(
          known.ref(),
          tracker.lastSeen(ref.dev()),
          new DmEvent.DeviceRemoved(),
          happening.hit().record());
      tracker.forget(ref.dev());
    }
    emit(happening, tracker.identified(ref), happening.event());
  }

  private void table(
      Happening happening, @Nullable Device known, HeldObservations.@Nullable Table table)
      throws IOException {
    DevNo dev = happening.device().dev();
    List<Target> targets = table == null ? List.of() : table.targets();
    switch (happening.event().kind()) {
      case TABLE_LOADED -> emit(happening, new DmEvent.TableLoaded(targets));
      case TABLE_LIVE -> {
        if (table == null
            && known != null
            && known.inactive() != null
            && !known.inactive().isEmpty()) {
          targets = known.inactive();
        }
        if (table != null && known != null) {
          boolean counted = table.eventNr() != known.eventNr();
          targets = StatusDiff.atStart(known.targets(), targets, counted);
        }
        boolean readOnly = table == null ? known != null && known.readOnly() : table.readOnly();
        DmEvent live =
            new DmEvent.TableLive(
                targets, table == null ? List.of() : table.dependencies(), readOnly);
        emit(happening, ref(happening), live);
        if (known != null && known.live() != null && known.readOnly() != readOnly) {
          emit(happening, new DmEvent.ReadOnlyChanged(readOnly));
        }
        tracker.memory(dev).startOver();
        paths.startOver(dev, tracker.memory(dev));
      }
      default -> {
        if (known != null
            && table != null
            && !DeviceSnapshot.sameMapping(known.live(), table.targets())) {
          emit(happening, ref(happening), new DmEvent.TableChanged(table.targets()));
        }
      }
    }
  }

  private void path(Happening happening, DmEvent.OfPath e) throws IOException {
    DevNo dev = happening.device().dev();
    String disk = events.diskName(e.path());
    tracker.raised(dev, happening.hit().happened().monoNs());
    paths.told(dev, e);
    emit(happening, DmEvent.OfPath.of(e.failed(), e.path(), disk, e.validPaths(), e.dmSeqnum()));
  }

  /** An event of a target, where its status does not say so already. */
  private void target(Happening happening, @Nullable Device known, HeldObservations.Tables tables)
      throws IOException {
    DmEvent told = happening.event();
    List<Target> targets = known == null ? List.of() : known.targets();
    List<String> types = StatusFold.types(told);
    int index = 0;
    while (index < targets.size()
        && (!types.contains(targets.get(index).type())
            || (happening.startSector() >= 0
                && targets.get(index).startSector() != happening.startSector()))) {
      index++;
    }
    if (told instanceof DmEvent.MirrorInSync && known != null && isOfInactive(known, index)) {
      return;
    }
    if (index == targets.size()) {
      switch (told.kind()) {
        case POOL_LOW_SPACE,
            POOL_MODE_CHANGED,
            CACHE_MODE_CHANGED,
            RAID_IN_SYNC,
            RAID_LEG_FAILED -> {
          // Of a table that is made.
        }
        default -> emit(happening, told);
      }
      return;
    }
    DevNo dev = happening.device().dev();
    if (told instanceof DmEvent.MirrorInSync) {
      // One that is made in sync raises its event all the same.
      MirrorTable table = MirrorTable.parse(targets.get(index).params());
      DeviceTracker.Memory memory = tracker.memory(dev);
      if (memory.inSyncTold || (table != null && table.startsInSync())) {
        return;
      }
      memory.inSyncTold = true;
    }
    for (DmEvent.OfTarget event : folded(happening, targets.get(index), index, tables)) {
      emit(
          happening,
          event instanceof DmEvent.MirrorLogFailed failed
              ? StatusFold.log(failed, seen(tables, failed.target()))
              : event);
    }
  }

  private List<DmEvent.OfTarget> folded(
      Happening happening, Target target, int index, HeldObservations.Tables tables) {
    DmEvent told = happening.event();
    DeviceTracker.Memory memory = tracker.memory(happening.device().dev());
    if (told instanceof DmEvent.GroupSwitched e) {
      int from = memory.groupLeft;
      memory.groupLeft = 0;
      return happening.probe().equals(DmProbes.SWITCHED)
          ? StatusFold.moved(from, e.to(), target, index)
          : StatusFold.of(new DmEvent.GroupSwitched(0, from, e.to(), ""), target, index);
    } else if (StatusFold.needsSnapshot(told)) {
      return StatusFold.seen(told, target, seen(tables, index), index);
    }
    int current = StatusFold.activeGroup(target);
    List<DmEvent.OfTarget> events = StatusFold.of(told, target, index);
    if (current > 0 && !events.isEmpty()) {
      memory.groupLeft = current; // The status names the first group until I/O has found one.
    }
    return events;
  }

  private static @Nullable Target seen(HeldObservations.Tables tables, int index) {
    HeldObservations.Table table = tables.find();
    return table == null || index >= table.targets().size() ? null : table.targets().get(index);
  }

  /**
   * Whether a mirror's event may be of a table that is not live: making one begins its work, which
   * raises the event at once where it is made in sync ({@code dm-raid1.c:mirror_ctr}).
   *
   * @param index of the live mirror
   */
  private static boolean isOfInactive(Device known, int index) {
    List<Target> inactive = known.inactive();
    return index == known.targets().size()
        || (inactive != null && inactive.stream().anyMatch(t -> t.type().equals("mirror")));
  }

  private DeviceRef ref(Happening happening) {
    DeviceRef device = happening.device();
    return device.isNone() ? device : tracker.refOf(device.dev(), device.diskSeq());
  }

  private void emit(Happening happening, DmEvent event) throws IOException {
    emit(happening, ref(happening), event);
  }

  private void emit(Happening happening, DeviceRef ref, DmEvent event) throws IOException {
    faults.told(ref.dev(), event);
    events.fromProbe(happening.hit(), Certainty.REPORTED, happening.actor(), ref, event);
  }
}
