package dmrec.topology;

import dmrec.event.DeviceRef;
import dmrec.event.DeviceState;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.JournalEntry;
import dmrec.event.KernelText;
import dmrec.event.PathEvent;
import dmrec.target.DevNo;
import dmrec.target.Multipath;
import java.util.AbstractCollection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the stack looks like after some event: the fold of all events up to it.
 *
 * <p>The recorder's live picture and the replayed past are this same code, so the past cannot drift
 * from what was seen. Devices are immutable values; one event costs the change of one device,
 * however many there are, and a path event no object at all: what path events change becomes part
 * of a device when it is read. Not thread-safe, not even for reading; {@link #copy} gives another
 * thread its own.
 *
 * <p>A mapped device is found by its number, of which one life exists at a time; an event that
 * names another life of it (another {@code diskSeq}) than the one known begins a new device.
 */
public final class Topology implements TopologyView {
  private final TreeMap<DevNo, FoldedDevice> devices;
  private final TreeMap<DevNo, Disk> disks;
  private long seq;
  private long wallNs;
  private DmEvent.@Nullable RecordingStarted recording;
  private boolean stopped;
  private final Uncounted uncounted;

  public Topology() {
    uncounted = new Uncounted();
    devices = new TreeMap<>();
    disks = new TreeMap<>();
  }

  private Topology(Topology other) {
    devices = new TreeMap<>();
    other.devices.forEach((dev, each) -> devices.put(dev, new FoldedDevice(each.settled())));
    disks = new TreeMap<>(other.disks);
    seq = other.seq;
    wallNs = other.wallNs;
    recording = other.recording;
    stopped = other.stopped;
    uncounted = new Uncounted(other.uncounted);
  }

  @Override
  public Topology copy() {
    return new Topology(this);
  }

  /** The same stack where the last record applied bears another number, as in a copy of a part. */
  public Topology withSeq(long newSeq) {
    Topology other = copy();
    other.seq = newSeq;
    return other;
  }

  @Override
  public long seq() {
    return seq;
  }

  @Override
  public long wallNs() {
    return wallNs;
  }

  @Override
  public DmEvent.@Nullable RecordingStarted recording() {
    return recording;
  }

  @Override
  public boolean isStopped() {
    return stopped;
  }

  @Override
  public long uncounted(DevNo dev) {
    return uncounted.of(dev);
  }

  @Override
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

  @Override
  public Collection<Device> devices() {
    return new AbstractCollection<>() {
      @Override
      public Iterator<Device> iterator() {
        Iterator<FoldedDevice> each = devices.values().iterator();
        return new Iterator<>() {
          @Override
          public boolean hasNext() {
            return each.hasNext();
          }

          @Override
          public Device next() {
            return each.next().settled();
          }
        };
      }

      @Override
      public int size() {
        return devices.size();
      }
    };
  }

  @Override
  public List<Device> devicesByName() {
    List<Device> sorted = new ArrayList<>(devices());
    sorted.sort(
        Comparator.comparing((Device d) -> KernelText.encode(d.name()), Arrays::compareUnsigned)
            .thenComparing(Device::dev));
    return sorted;
  }

  @Override
  public @Nullable Device device(DevNo dev) {
    FoldedDevice device = devices.get(dev);
    return device == null ? null : device.settled();
  }

  @Override
  public @Nullable DeviceRef ref(DevNo dev) {
    FoldedDevice device = devices.get(dev);
    return device == null ? null : device.unsettled().ref();
  }

  /**
   * What the last multipath target of a device's live table says, as the status text would; null
   * where it has none. It is the same object as long as nothing changes it.
   */
  public @Nullable Multipath multipath(DevNo dev) {
    FoldedDevice device = devices.get(dev);
    return device == null ? null : device.multipath();
  }

  @Override
  public @Nullable Device deviceNamed(String name) {
    for (Device device : devices()) {
      if (device.name().equals(name)) {
        return device;
      }
    }
    return null;
  }

  @Override
  public Collection<Disk> disks() {
    return Collections.unmodifiableCollection(disks.values());
  }

  @Override
  public @Nullable Disk disk(DevNo dev) {
    return disks.get(dev);
  }

  @Override
  public List<Device> users(DevNo dev) {
    List<Device> users = new ArrayList<>();
    for (Device device : devices()) {
      if (device.dependencies().contains(dev)) {
        users.add(device);
      }
    }
    return users;
  }

  @Override
  public String nameOf(DevNo dev) {
    FoldedDevice device = devices.get(dev);
    if (device != null && !device.unsettled().name().isEmpty()) {
      return device.unsettled().name();
    }
    Disk disk = disks.get(dev);
    return disk != null && !disk.name().isEmpty() ? disk.name() : dev.toString();
  }

  @Override
  public List<EventRecord> records() {
    List<EventRecord> records = new ArrayList<>(1 + disks.size() + devices.size());
    if (recording != null) {
      records.add(record(DeviceRef.NONE, recording));
    }
    for (Disk disk : disks.values()) {
      records.add(record(DeviceRef.NONE, disk.baseline()));
      if (!disk.present()) {
        records.add(record(DeviceRef.NONE, new DmEvent.DiskRemoved(disk.dev(), disk.name())));
      }
    }
    for (Device device : devices()) {
      records.add(record(device.ref(), device.baseline()));
    }
    if (stopped) {
      records.add(record(DeviceRef.NONE, new DmEvent.RecordingStopped("", 0, 0, 0)));
    }
    return records;
  }

  private EventRecord record(DeviceRef ref, DmEvent event) {
    return EventRecord.of(event).seq(seq).at(wallNs, 0).device(ref).build();
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

  /** Moves on without an event, where an empty stack stands behind some all the same. */
  public void moveTo(long newSeq, long newWallNs) {
    seq = newSeq;
    wallNs = newWallNs;
  }

  /** As {@link #apply(JournalEntry, long)} with the record's own number. */
  public void apply(EventRecord record) {
    apply(record, record.seq());
  }

  /**
   * Moves on by one event. What a process injected or only claimed changes nothing.
   *
   * @param number the entry's number in the journal
   */
  public void apply(JournalEntry entry, long number) {
    seq = number;
    wallNs = entry.wallNs();
    uncounted.apply(entry);
    if (!entry.changesState()) {
      return;
    }
    if (entry instanceof PathEvent event) {
      FoldedDevice device = known(event.device());
      if (device != null) {
        device.path(event.path(), event.failed(), !event.tellsState());
      }
    } else {
      change(entry.asRecord());
    }
  }

  private void change(EventRecord record) {
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
      case DISK_ADDED -> put(Disk.of((DmEvent.DiskAdded) event));
      case DISK_BASELINE -> put(Disk.of((DmEvent.DiskBaseline) event));
      case DISK_REMOVED ->
          disks.computeIfPresent(((DmEvent.DiskRemoved) event).dev(), (dev, old) -> old.removed());
      case DEVICE_REMOVED -> {
        FoldedDevice device = devices.get(record.device().dev());
        if (device != null && device.unsettled().ref().isSameLife(record.device())) {
          devices.remove(record.device().dev());
        }
      }
      default -> {
        if (!record.device().isNone()) {
          applyToDevice(record);
        }
      }
    }
  }

  /** The stack of another boot is gone; that of the same is as last known until it is seen. */
  private void begin(DmEvent.RecordingStarted started) {
    if (!started.goesOn()) {
      devices.clear();
      disks.clear();
      uncounted.clear();
    }
    recording = started;
    stopped = false;
  }

  private void put(Disk disk) {
    disks.put(disk.dev(), disk);
  }

  private void applyToDevice(EventRecord record) {
    DeviceRef ref = record.device();
    if (record.event() instanceof DmEvent.DeviceCreated e) {
      put(new Device(ref, DeviceState.created(e.suspended(), e.readOnly())));
      return;
    } else if (record.event() instanceof DmEvent.Baseline e) {
      put(new Device(ref, e.state().consistent()));
      return;
    }
    FoldedDevice device = known(ref);
    if (device != null) {
      device.apply(record);
    }
  }

  /**
   * The device that an event is about, which may learn its identity from it; null for a uevent or
   * log line about one of which no snapshot has told yet.
   */
  private @Nullable FoldedDevice known(DeviceRef ref) {
    FoldedDevice known = devices.get(ref.dev());
    if (known == null || !known.unsettled().ref().isSameLife(ref)) {
      return null;
    }
    DeviceRef completed = completed(known.unsettled().ref(), ref);
    if (!completed.equals(known.unsettled().ref())) {
      known.set(completed);
    }
    return known;
  }

  private void put(Device device) {
    devices.put(device.dev(), new FoldedDevice(device));
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
}
