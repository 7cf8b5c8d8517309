package dmrec.topology;

import dmrec.event.Bytes;
import dmrec.event.Certainty;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.KernelText;
import dmrec.event.Mark;
import dmrec.event.Source;
import dmrec.target.DevNo;
import dmrec.target.Multipath;
import dmrec.target.Target;
import dmrec.target.TargetStatus;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the stack looks like after some event: the fold of all events up to it.
 *
 * <p>The recorder's live picture and the replayed past are this same code, so the past cannot drift
 * from what was seen. Devices are immutable values; one event costs the change of one device,
 * however many there are. Not thread-safe; {@link #copy} gives another thread its own.
 *
 * <p>A mapped device is found by its number, of which one life exists at a time; an event that
 * names another life of it (another {@code diskSeq}) than the one known begins a new device.
 */
public final class Topology {
  private final TreeMap<DevNo, Device> devices;
  private final TreeMap<DevNo, Disk> disks;
  private long seq;
  private long wallNs;
  private DmEvent.@Nullable RecordingStarted recording;
  private boolean stopped;
  private final Uncounted uncounted;
  private final Map<DevNo, Understood> understood = new HashMap<>();

  /** A status that was worked out here, and what it says. */
  private record Understood(String status, Multipath multipath) {}

  public Topology() {
    uncounted = new Uncounted();
    devices = new TreeMap<>();
    disks = new TreeMap<>();
  }

  private Topology(Topology other) {
    devices = new TreeMap<>(other.devices);
    disks = new TreeMap<>(other.disks);
    seq = other.seq;
    wallNs = other.wallNs;
    recording = other.recording;
    stopped = other.stopped;
    uncounted = new Uncounted(other.uncounted);
  }

  public Topology copy() {
    return new Topology(this);
  }

  /** The same stack where the last record applied bears another number, as in a copy of a part. */
  public Topology withSeq(long newSeq) {
    Topology other = copy();
    other.seq = newSeq;
    return other;
  }

  /** Number of the last record applied; 0 before the first. */
  public long seq() {
    return seq;
  }

  /** Wall clock of the last record applied, in nanoseconds since 1970. */
  public long wallNs() {
    return wallNs;
  }

  /** The recording that the last record applied belongs to; null before the first. */
  public DmEvent.@Nullable RecordingStarted recording() {
    return recording;
  }

  /** Whether that recording ended as it should. */
  public boolean isStopped() {
    return stopped;
  }

  /**
   * How many events of the device may be recorded that its event number does not count yet, at
   * most. None after a recording that ended as it should.
   */
  public long uncounted(DevNo dev) {
    return uncounted.of(dev);
  }

  /** The same of all devices that have any, by number. */
  public Map<DevNo, Long> uncounted() {
    Map<DevNo, Long> counts = new TreeMap<>();
    for (DevNo dev : devices.keySet()) {
      long count = uncounted.of(dev);
      if (count > 0) {
        counts.put(dev, count);
      }
    }
    return counts;
  }

  /** The mapped devices by number. */
  public Collection<Device> devices() {
    return Collections.unmodifiableCollection(devices.values());
  }

  /** The mapped devices in the order in which the kernel lists them: by the bytes of the name. */
  public List<Device> devicesByName() {
    List<Device> sorted = new ArrayList<>(devices.values());
    sorted.sort(
        Comparator.comparing((Device d) -> KernelText.encode(d.name()), Arrays::compareUnsigned)
            .thenComparing(Device::dev));
    return sorted;
  }

  public @Nullable Device device(DevNo dev) {
    return devices.get(dev);
  }

  public @Nullable Device deviceNamed(String name) {
    for (Device device : devices.values()) {
      if (device.name().equals(name)) {
        return device;
      }
    }
    return null;
  }

  /** The disks known, those removed since included. */
  public Collection<Disk> disks() {
    return Collections.unmodifiableCollection(disks.values());
  }

  public @Nullable Disk disk(DevNo dev) {
    return disks.get(dev);
  }

  /** The mapped devices whose live table uses {@code dev}. */
  public List<Device> users(DevNo dev) {
    List<Device> users = new ArrayList<>();
    for (Device device : devices.values()) {
      if (device.dependencies().contains(dev)) {
        users.add(device);
      }
    }
    return users;
  }

  /** A disk's or mapped device's own name; the number itself where none is known. */
  public String nameOf(DevNo dev) {
    Device device = devices.get(dev);
    if (device != null && !device.name().isEmpty()) {
      return device.name();
    }
    Disk disk = disks.get(dev);
    return disk != null && !disk.name().isEmpty() ? disk.name() : dev.toString();
  }

  /**
   * The records that rebuild this state when they are applied to an empty topology: the recording,
   * the disks, the devices, the recording's end. Each bears the number and the time of the last
   * record applied.
   */
  public List<EventRecord> records() {
    List<EventRecord> records = new ArrayList<>(1 + disks.size() + devices.size());
    if (recording != null) {
      records.add(record(DeviceRef.NONE, recording));
    }
    for (Disk disk : disks.values()) {
      records.add(
          record(
              DeviceRef.NONE,
              new DmEvent.DiskBaseline(
                  disk.dev(), disk.name(), disk.wwid(), disk.serial(), disk.sizeSectors())));
      if (!disk.present()) {
        records.add(record(DeviceRef.NONE, new DmEvent.DiskRemoved(disk.dev(), disk.name())));
      }
    }
    for (Device device : devices.values()) {
      records.add(record(device.ref(), device.baseline()));
    }
    if (stopped) {
      records.add(record(DeviceRef.NONE, new DmEvent.RecordingStopped("", 0, 0, 0)));
    }
    return records;
  }

  private EventRecord record(DeviceRef ref, DmEvent event) {
    return new EventRecord(
        seq,
        wallNs,
        0,
        0,
        0,
        Source.RECORDER,
        Certainty.REPORTED,
        0,
        null,
        ref,
        event,
        Bytes.NONE,
        Bytes.NONE);
  }

  /**
   * Applies one of {@link #records}.
   *
   * @param uncountedEvents {@link #uncounted} of its device at that time
   */
  public void restore(EventRecord record, long uncountedEvents) {
    apply(record);
    uncounted.restore(record.device().dev(), uncountedEvents);
  }

  /** Moves on by one event. What a process injected is kept as a record but changes nothing. */
  public void apply(EventRecord record) {
    seq = record.seq();
    wallNs = record.wallNs();
    uncounted.apply(record);
    if (Mark.INJECTED.isIn(record.marks())) {
      return;
    }
    DmEvent event = record.event();
    switch (record.kind()) {
      case RECORDING_STARTED -> begin((DmEvent.RecordingStarted) event);
      case RECORDING_STOPPED -> stopped = true;
      case GAP -> {
        if (((DmEvent.Gap) event).lost().equals(DmEvent.Gap.JOURNAL)) {
          // Events that nobody can read any more changed it; all of it is told again behind this.
          devices.clear();
          disks.clear();
        }
      }
      case DISK_ADDED -> {
        DmEvent.DiskAdded e = (DmEvent.DiskAdded) event;
        putDisk(e.dev(), e.name(), e.wwid(), e.serial(), e.sizeSectors());
      }
      case DISK_BASELINE -> {
        DmEvent.DiskBaseline e = (DmEvent.DiskBaseline) event;
        putDisk(e.dev(), e.name(), e.wwid(), e.serial(), e.sizeSectors());
      }
      case DISK_REMOVED -> {
        DevNo dev = ((DmEvent.DiskRemoved) event).dev();
        disks.computeIfPresent(
            dev,
            (d, old) ->
                new Disk(d, old.name(), old.wwid(), old.serial(), old.sizeSectors(), false));
      }
      case DEVICE_REMOVED -> {
        Device device = devices.get(record.device().dev());
        if (device != null && isSameLife(device.ref(), record.device())) {
          devices.remove(record.device().dev());
          understood.remove(record.device().dev());
        }
      }
      default -> {
        if (!record.device().isNone()) {
          applyToDevice(record);
        }
      }
    }
  }

  /**
   * Moves on by one event, to what another stack is that was equal to this one and has moved on by
   * that event already. Costs less than {@link #apply}: nothing is worked out again.
   */
  public void follow(Topology other, EventRecord applied) {
    seq = other.seq;
    wallNs = other.wallNs;
    recording = other.recording;
    stopped = other.stopped;
    uncounted.apply(applied);
    if (Mark.INJECTED.isIn(applied.marks())) {
      return;
    }
    switch (applied.kind()) {
      case RECORDING_STARTED -> {
        if (!((DmEvent.RecordingStarted) applied.event()).goesOn()) {
          uncounted.clear();
        }
        takeAll(other);
      }
      case GAP -> takeAll(other);
      case DISK_ADDED, DISK_BASELINE, DISK_REMOVED ->
          takeDisk(other, ((DmEvent.OfDisk) applied.event()).dev());
      default -> {
        DevNo dev = applied.device().dev();
        Device device = other.devices.get(dev);
        if (device == null) {
          devices.remove(dev);
        } else {
          devices.put(dev, device);
        }
      }
    }
  }

  private void takeAll(Topology other) {
    devices.clear();
    devices.putAll(other.devices);
    disks.clear();
    disks.putAll(other.disks);
  }

  private void takeDisk(Topology other, DevNo dev) {
    Disk disk = other.disks.get(dev);
    if (disk != null) {
      disks.put(dev, disk);
    }
  }

  /** The stack of another boot is gone; that of the same is as last known until it is seen. */
  private void begin(DmEvent.RecordingStarted started) {
    if (!started.goesOn()) {
      devices.clear();
      disks.clear();
      uncounted.clear();
      understood.clear();
    }
    recording = started;
    stopped = false;
  }

  private void putDisk(DevNo dev, String name, String wwid, String serial, long sizeSectors) {
    disks.put(dev, new Disk(dev, name, wwid, serial, sizeSectors, true));
  }

  private void applyToDevice(EventRecord record) {
    DeviceRef ref = record.device();
    Device known = devices.get(ref.dev());
    if (known != null && !isSameLife(known.ref(), ref)) {
      known = null;
    }
    Device after;
    if (record.event() instanceof DmEvent.DeviceCreated e) {
      after = Device.created(ref, e.suspended(), e.readOnly());
    } else if (record.event() instanceof DmEvent.Baseline e) {
      after = Device.of(ref, e);
    } else if (known != null) {
      after = changed(known.withRef(completed(known.ref(), ref)), record);
    } else {
      // A uevent or log line about a device of which no look has told yet.
      return;
    }
    devices.put(ref.dev(), after);
  }

  private static boolean isSameLife(DeviceRef known, DeviceRef told) {
    return known.diskSeq() == told.diskSeq() || known.diskSeq() <= 0 || told.diskSeq() <= 0;
  }

  /** What is known of an identity, with what was unknown filled in from a later event. */
  private static DeviceRef completed(DeviceRef known, DeviceRef told) {
    boolean learns =
        (known.diskSeq() <= 0 && told.diskSeq() > 0)
            || (known.name().isEmpty() && !told.name().isEmpty())
            || (known.uuid().isEmpty() && !told.uuid().isEmpty());
    return !learns
        ? known
        : new DeviceRef(
            known.dev(),
            told.diskSeq() > 0 ? told.diskSeq() : known.diskSeq(),
            known.name().isEmpty() ? told.name() : known.name(),
            known.uuid().isEmpty() ? told.uuid() : known.uuid());
  }

  private Device changed(Device device, EventRecord record) {
    DmEvent event = record.event();
    switch (event.kind()) {
      case TABLE_LIVE -> {
        DmEvent.TableLive e = (DmEvent.TableLive) event;
        return device
            .withLive(e.targets(), e.dependencies())
            .withInactive(null)
            .withReadOnly(e.readOnly());
      }
      case TABLE_CHANGED -> {
        return device.withLive(((DmEvent.TableChanged) event).targets(), device.dependencies());
      }
      case TABLE_LOADED -> {
        return device.withInactive(((DmEvent.TableLoaded) event).targets());
      }
      case TABLE_CLEARED -> {
        return device.withInactive(null);
      }
      case DEVICE_RENAMED -> {
        DeviceRef ref = device.ref();
        String name = ((DmEvent.DeviceRenamed) event).newName();
        return device.withRef(new DeviceRef(ref.dev(), ref.diskSeq(), name, ref.uuid()));
      }
      case UUID_SET -> {
        DeviceRef ref = device.ref();
        String uuid = ((DmEvent.UuidSet) event).uuid();
        return device.withRef(new DeviceRef(ref.dev(), ref.diskSeq(), ref.name(), uuid));
      }
      case DEVICE_SUSPENDED -> {
        return suspended(device, true, ((DmEvent.DeviceSuspended) event).internal());
      }
      case DEVICE_RESUMED -> {
        return suspended(device, false, ((DmEvent.DeviceResumed) event).internal());
      }
      case READ_ONLY_CHANGED -> {
        return device.withReadOnly(((DmEvent.ReadOnlyChanged) event).readOnly());
      }
      case REMOVE_DEFERRED -> {
        return device.withDeferredRemove(((DmEvent.RemoveDeferred) event).deferred());
      }
      case COUNTERS_CHANGED -> {
        return device.withCounters((DmEvent.CountersChanged) event);
      }
      case EVENTS_MISSED -> {
        return device.withEventNr(((DmEvent.EventsMissed) event).toNr());
      }
      case PATH_FAILED, PATH_REINSTATED -> {
        DmEvent.OfPath e = (DmEvent.OfPath) event;
        return withPath(device, e.path(), e.failed(), Mark.LATE.isIn(record.marks()));
      }
      case VERITY_CORRUPTED -> {
        return withCorruption(device, (DmEvent.VerityCorrupted) event);
      }
      default -> {
        return event instanceof DmEvent.OfTarget e && !e.status().isEmpty()
            ? device.withStatus(e.target(), e.status())
            : device;
      }
    }
  }

  private static Device suspended(Device device, boolean now, boolean internal) {
    return internal ? device.withInternalSuspend(now) : device.withSuspended(now);
  }

  /**
   * What the status will say after a path's uevent: the letter, and one more failure counted. The
   * next look corrects it where more happened meanwhile. A late one says no more how the path is.
   */
  private Device withPath(Device device, DevNo path, boolean failed, boolean late) {
    List<Target> targets = device.targets();
    for (int i = 0; i < targets.size(); i++) {
      Multipath multipath = multipath(device.dev(), targets.get(i));
      if (multipath != null && multipath.path(path) != null) {
        Multipath after =
            late ? multipath.withLate(path, failed) : multipath.withPath(path, failed);
        String status = after.text();
        understood.put(device.dev(), new Understood(status, after));
        return device.withStatus(i, status);
      }
    }
    return device;
  }

  /** Mostly a path event follows another of its device: then its status need not be read again. */
  @SuppressWarnings("ReferenceEquality") // Another text of the same words is only read again.
  private @Nullable Multipath multipath(DevNo dev, Target target) {
    Understood known = understood.get(dev);
    if (known != null && known.status() == target.status()) {
      return known.multipath();
    }
    return TargetStatus.parse(target.type(), target.status()) instanceof Multipath multipath
        ? multipath
        : null;
  }

  /** A verity target's status says C once it has found a corrupted block. */
  private static Device withCorruption(Device device, DmEvent.VerityCorrupted event) {
    return event.target() >= 0
            && event.target() < device.targets().size()
            && device.targets().get(event.target()).type().equals("verity")
        ? device.withStatus(event.target(), event.status().isEmpty() ? "C" : event.status())
        : device;
  }
}
