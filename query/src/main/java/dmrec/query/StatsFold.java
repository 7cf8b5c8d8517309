package dmrec.query;

import dmrec.event.Actor;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.event.Mark;
import dmrec.journal.Damage;
import dmrec.query.JournalStats.Asker;
import dmrec.query.JournalStats.DeviceCount;
import dmrec.query.JournalStats.Outages;
import dmrec.query.JournalStats.PathFailures;
import dmrec.target.DevNo;
import dmrec.target.Multipath;
import dmrec.topology.Device;
import dmrec.topology.Disk;
import dmrec.topology.Topology;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Counts a journal in one pass. What it keeps grows with devices, disks, paths, commands and units,
 * and not with events.
 */
final class StatsFold {
  /** A device's events so far. */
  private static final class Counter {
    private final boolean isDisk;
    private DeviceRef ref;
    private long events;
    private long traces;

    private Counter(DeviceRef ref, boolean isDisk) {
      this.ref = ref;
      this.isDisk = isDisk;
    }

    private void count(Kind kind) {
      if (kind.isTrace()) {
        traces++;
      } else {
        events++;
      }
    }
  }

  private final Topology stack;
  private final long[] byCode = new long[Kind.CODES];
  private final TimeBuckets buckets = new TimeBuckets();
  private final Map<DevNo, Counter> devices = new HashMap<>();
  private final Map<DevNo, Counter> disks = new HashMap<>();
  private final Map<DevNo, MultipathTrack> tracks = new HashMap<>();
  private final List<DeviceCount> pastDevices = new ArrayList<>();
  private final List<PathFailures> paths = new ArrayList<>();
  private final List<Outages> outages = new ArrayList<>();

  /** For each name how many events were asked for, and how many of these were refused. */
  private final Map<String, long[]> commands = new HashMap<>();

  private final Map<String, long[]> units = new HashMap<>();
  private @Nullable EventRecord first;
  private @Nullable EventRecord last;

  /** How far the wall clock was set since the beginning: what is left shows no jump. */
  private long steppedNs;

  /**
   * A count that begins where {@code stack} is the state.
   *
   * @param fromNs wall clock of the beginning
   */
  StatsFold(Topology stack, long fromNs) {
    this.stack = stack;
    for (Device device : stack.devices()) {
      track(device.ref(), 0, fromNs);
    }
  }

  void take(EventRecord record) {
    first = first == null ? record : first;
    if (record.event() instanceof DmEvent.ClockStepped step) {
      steppedNs += step.byNs();
    }
    if (endsLives(record)) {
      EventRecord before = last == null ? record : last;
      endAll(before.wallNs(), before.wallNs() - steppedNs);
    }
    last = record;
    byCode[record.kind().code()]++;
    if (!record.kind().isTrace()) {
      buckets.count(record.wallNs());
      ask(record);
    }
    count(record);
    boolean injected = Mark.INJECTED.isIn(record.marks());
    DevNo dev = record.device().dev();
    MultipathTrack known = tracks.get(dev);
    if (known != null
        && (record.kind() == Kind.DEVICE_REMOVED || !known.ref().isSameLife(record.device()))
        && !record.device().isNone()
        && !injected
        && known.ref().isSameLife(record.device()) == (record.kind() == Kind.DEVICE_REMOVED)) {
      finish(known, record);
      tracks.remove(dev);
    }
    stack.apply(record);
    DeviceRef ref = record.device().isNone() ? null : stack.ref(dev);
    if (ref != null && !injected && mayChange(record.kind())) {
      track(ref, record.seq(), record.wallNs());
    }
    if (record.event() instanceof DmEvent.PathFailed failed
        && !record.device().isNone()
        && !injected) {
      tracks
          .computeIfAbsent(dev, d -> new MultipathTrack(record.device()))
          .failed(record, failed, record.wallNs() - steppedNs);
    }
  }

  private void ask(EventRecord record) {
    Actor actor = record.actor();
    if (actor == null || actor.relation() != Actor.Relation.ASKED) {
      return;
    }
    boolean isRefused = record.kind() == Kind.REQUEST_FAILED;
    count(commands, actor.command(), isRefused);
    if (!actor.unit().isEmpty()) {
      count(units, actor.unit(), isRefused);
    }
  }

  private static void count(Map<String, long[]> askers, String name, boolean isRefused) {
    long[] counts = askers.computeIfAbsent(name, n -> new long[2]);
    counts[0]++;
    counts[1] += isRefused ? 1 : 0;
  }

  private static List<Asker> mostFirst(Map<String, long[]> counts) {
    return counts.entrySet().stream()
        .map(each -> new Asker(each.getKey(), each.getValue()[0], each.getValue()[1]))
        .sorted(Comparator.comparingLong((Asker a) -> -a.events()).thenComparing(Asker::name))
        .toList();
  }

  /** Whether all that is known of devices ends: another boot, or events that nobody can read. */
  private static boolean endsLives(EventRecord record) {
    return (record.event() instanceof DmEvent.RecordingStarted started && !started.goesOn())
        || (record.event() instanceof DmEvent.Gap gap && gap.lost().equals(DmEvent.Gap.JOURNAL));
  }

  private static boolean mayChange(Kind kind) {
    return kind != Kind.UEVENT
        && kind != Kind.COUNTERS_CHANGED
        && kind != Kind.KERNEL_MESSAGE
        && kind != Kind.DAEMON_MESSAGE
        && kind != Kind.REQUEST_FAILED
        && kind != Kind.TARGET_MESSAGE;
  }

  private void finish(MultipathTrack track, EventRecord record) {
    // Where the device is gone its outage ended, and not before.
    track.state(track.ref(), null, record.seq(), record.wallNs(), record.wallNs() - steppedNs);
    add(track.finish(record.wallNs(), record.wallNs() - steppedNs));
  }

  private void endAll(long wallNs, long clockNs) {
    tracks.values().forEach(track -> add(track.finish(wallNs, clockNs)));
    tracks.clear();
    devices.values().forEach(counter -> pastDevices.add(counted(counter)));
    devices.clear();
    disks.values().forEach(counter -> pastDevices.add(counted(counter)));
    disks.clear();
  }

  private void add(MultipathTrack.Finished finished) {
    paths.addAll(finished.paths());
    if (finished.outages().leastValid() >= 0) {
      outages.add(finished.outages());
    }
  }

  private void track(DeviceRef ref, long seq, long wallNs) {
    Multipath multipath = stack.multipath(ref.dev());
    MultipathTrack track = tracks.get(ref.dev());
    if (track == null && multipath != null) {
      track = new MultipathTrack(ref);
      tracks.put(ref.dev(), track);
    }
    if (track != null) {
      track.state(ref, multipath, seq, wallNs, wallNs - steppedNs);
    }
  }

  /** What a look merely found did not happen to the device. */
  private void count(EventRecord record) {
    if (record.kind() == Kind.BASELINE || record.kind() == Kind.DISK_BASELINE) {
      return;
    }
    DmEvent event = record.event();
    DeviceRef ref = record.device();
    if (!ref.isNone()) {
      Counter counter = devices.get(ref.dev());
      if (counter != null && !counter.ref.isSameLife(ref)) {
        pastDevices.add(counted(counter));
        counter = null;
      }
      if (counter == null) {
        counter = new Counter(ref, false);
        devices.put(ref.dev(), counter);
      }
      counter.ref =
          event instanceof DmEvent.DeviceRenamed renamed
              ? new DeviceRef(ref.dev(), ref.diskSeq(), renamed.newName(), ref.uuid())
              : ref;
      counter.count(record.kind());
    } else if (event instanceof DmEvent.OfDisk e && record.kind() != Kind.DISK_BASELINE) {
      disk(e.dev(), e.name(), record.kind());
    }
  }

  private void disk(DevNo dev, String name, Kind kind) {
    Disk known = stack.disk(dev);
    String called = name.isEmpty() && known != null ? known.name() : name;
    Counter counter =
        disks.computeIfAbsent(dev, d -> new Counter(new DeviceRef(d, 0, called, ""), true));
    counter.count(kind);
  }

  private static DeviceCount counted(Counter counter) {
    return new DeviceCount(counter.ref, counter.isDisk, counter.events, counter.traces);
  }

  /**
   * The result; nothing can be taken afterwards.
   *
   * @param damage what could not be read
   */
  JournalStats finish(Damage damage) {
    Map<Kind, Long> kinds = new EnumMap<>(Kind.class);
    for (Kind kind : Kind.values()) {
      if (byCode[kind.code()] > 0) {
        kinds.put(kind, byCode[kind.code()]);
      }
    }
    EventRecord end = last;
    long endNs = end == null ? 0 : end.wallNs();
    endAll(endNs, endNs - steppedNs);
    pastDevices.sort(
        Comparator.comparingLong((DeviceCount d) -> -d.events())
            .thenComparingLong(d -> -d.traces())
            .thenComparing(d -> d.device().dev())
            .thenComparingLong(d -> d.device().diskSeq()));
    paths.sort(
        Comparator.comparingLong((PathFailures p) -> -p.failures())
            .thenComparingLong(p -> -p.downNs())
            .thenComparing(p -> p.device().dev())
            .thenComparing(PathFailures::path));
    outages.sort(
        Comparator.comparingLong((Outages o) -> o.longest() == null ? 1 : -o.longest().durationNs())
            .thenComparing(Outages::leastValid)
            .thenComparing(o -> o.device().dev())
            .thenComparingLong(o -> o.device().diskSeq()));
    return new JournalStats(
        first,
        end,
        kinds,
        pastDevices,
        buckets.lengthNs(),
        buckets.counts(),
        paths,
        outages,
        mostFirst(commands),
        mostFirst(units),
        damage);
  }
}
