package dmrec.query;

import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.query.DeviceHistory.Hole;
import dmrec.query.DeviceHistory.Interval;
import dmrec.query.DeviceHistory.Life;
import dmrec.query.DeviceHistory.Row;
import dmrec.target.Multipath;
import dmrec.target.Target;
import dmrec.target.TargetStatus;
import dmrec.topology.Device;
import dmrec.topology.Disk;
import dmrec.topology.Topology;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One life as its events are read: a new stretch begins where its state is another. */
final class LifeFold {
  /** What of a state is told; two that are equal are one stretch. */
  private record State(String name, Health health, String words, String key) {}

  private final boolean isDisk;
  private final Topology stack = new Topology();
  private final List<Row> rows = new ArrayList<>();
  private final Map<String, Boolean> pathOf = new TreeMap<>();
  private final ToldPaths told = new ToldPaths();
  private DeviceRef ref;
  private @Nullable State state;
  private long fromNs;
  private List<EventRecord> began = new ArrayList<>();
  private @Nullable EventRecord ended;
  private boolean over;

  LifeFold(boolean isDisk, DeviceRef ref) {
    this.isDisk = isDisk;
    this.ref = ref;
  }

  boolean isDisk() {
    return isDisk;
  }

  boolean isOver() {
    return over;
  }

  DeviceRef ref() {
    return ref;
  }

  /** Takes an event of this life. */
  void take(EventRecord record) {
    stack.apply(record);
    told.take(record);
    if (ref.isNone() && !record.device().isNone()) {
      ref = record.device();
    }
    State now = isDisk ? disk(record) : device();
    if (now == null) {
      return;
    }
    State before = state;
    if (before != null && before.equals(now)) {
      return;
    }
    if (before != null && record.wallNs() == fromNs) {
      state = now;
      began.add(record);
      return;
    }
    close(record.wallNs(), record);
    open(now, record);
  }

  private void open(State now, EventRecord record) {
    state = now;
    fromNs = record.wallNs();
    began = new ArrayList<>(List.of(record));
  }

  private void close(long toNs, @Nullable EventRecord by) {
    State before = state;
    if (before != null) {
      rows.add(
          new Interval(fromNs, toNs, before.name(), before.health(), before.words(), began, by));
    }
  }

  /** It was removed. */
  void end(EventRecord record) {
    close(record.wallNs(), record);
    state = null;
    ended = record;
    over = true;
  }

  /** Nothing was recorded for a time; then a recording of the same boot, or another, began. */
  void hole(long holeFromNs, EventRecord started, String words, boolean sameBoot) {
    State before = state;
    close(Math.max(fromNs, holeFromNs), null);
    rows.add(new Hole(holeFromNs, started.wallNs(), words, true, started));
    state = null;
    if (!sameBoot) {
      over = true;
    } else if (before != null) {
      open(before, started);
    }
  }

  /** Something was lost, which may have been about this device. */
  void gap(EventRecord record, DmEvent.Gap gap) {
    rows.add(new Hole(gap.fromNs(), gap.toNs(), EventText.phrase(gap), false, record));
  }

  Life life(long endNs) {
    List<Row> all = new ArrayList<>(rows);
    State last = state;
    if (last != null) {
      all.add(
          new Interval(
              fromNs,
              Math.max(fromNs, endNs),
              last.name(),
              last.health(),
              last.words(),
              began,
              null));
    }
    return new Life(isDisk, ref, all, ended, over);
  }

  private @Nullable State device() {
    Device device = stack.device(ref.dev());
    if (device == null) {
      return told.isEmpty()
          ? null
          : new State(ref.name(), told.health(), told.words(), told.words());
    }
    ref = device.ref();
    List<String> words = new ArrayList<>();
    StringBuilder key = new StringBuilder();
    Health health = Health.OK;
    for (Trouble trouble : Troubles.of(device, stack)) {
      health = health.or(trouble.health());
      words.add(coarse(trouble.words()));
      trouble.parts().forEach(part -> key.append(part.path()).append(' '));
    }
    for (Target target : device.targets()) {
      key.append('\n')
          .append(target.startSector())
          .append(' ')
          .append(target.lengthSectors())
          .append(' ')
          .append(target.type())
          .append(' ')
          .append(target.params());
      TargetStatus status = TargetStatus.parse(target.type(), target.status());
      if (words.isEmpty() && status instanceof Multipath multipath) {
        words.add("all " + multipath.validPaths() + " paths valid");
      }
    }
    String told = words.isEmpty() ? Health.OK.words() : String.join("; ", words);
    return new State(device.name(), health, told, key + "\n" + device.uuid());
  }

  /** Without figures that move all the time. */
  private static String coarse(String words) {
    return words
        .replaceFirst("[0-9.]+% in sync", "not in sync")
        .replaceFirst("^[0-9]+ integrity", "integrity")
        .replaceFirst("writecache: error .*", "writecache: error");
  }

  private State disk(EventRecord record) {
    String user = Names.of(record.device());
    if (!record.tellsState()) {
      pathOf.putIfAbsent(user, record.event() instanceof DmEvent.PathReinstated);
    } else if (record.event() instanceof DmEvent.OfPath e) {
      pathOf.put(user, e.failed());
    }
    Disk disk = stack.disk(ref.dev());
    if (disk != null) {
      ref = new DeviceRef(ref.dev(), 0, disk.name(), disk.wwid());
    }
    List<String> words = new ArrayList<>();
    boolean isFailed = false;
    for (Map.Entry<String, Boolean> path : pathOf.entrySet()) {
      isFailed |= path.getValue();
      words.add((path.getValue() ? "FAILED path of " : "valid path of ") + path.getKey());
    }
    String told = words.isEmpty() ? "present" : String.join("; ", words);
    return new State(ref.name(), isFailed ? Health.DEGRADED : Health.OK, told, ref.uuid());
  }
}
