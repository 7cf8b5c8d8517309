package dmrec.report;

import dmrec.event.DeviceRef;
import dmrec.event.EventRecord;
import dmrec.query.SubStack;
import dmrec.target.DevNo;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The lanes of the timeline: one for the recorder, one for disks, one for each mapped device's
 * number and under it one for each path or leg it ever had.
 */
final class Lanes {
  /** Some names are enough to recognise a number that many devices had. */
  private static final int NAMES_MAX = 3;

  static final int RECORDER = 0;
  static final int DISKS = 1;

  /** What a lane is about. */
  private enum Sort {
    RECORDER,
    DISKS,
    DEVICE,
    PART
  }

  /** How something is; the page draws each in its own way. */
  enum State {
    ABSENT,
    GOOD,
    NOTED,
    DEGRADED,
    WAITING,
    FAILED,
    SUSPENDED,
    /** A device that has no table yet. */
    EMPTY,
    /** The disk of a path is not there. */
    GONE
  }

  private record PartOf(DevNo device, DevNo part) {}

  private static final class Lane {
    private final Sort sort;
    private final int slot;
    private final int parent;
    private final Set<String> names = new LinkedHashSet<>();
    private final Changes states = new Changes();
    private int moreNames;

    private Lane(Sort sort, int slot, int parent) {
      this.sort = sort;
      this.slot = slot;
      this.parent = parent;
    }

    private void named(String name) {
      if (name.isEmpty() || names.contains(name)) {
        return;
      }
      if (names.size() < NAMES_MAX) {
        names.add(name);
      } else {
        moreNames = 1;
      }
    }
  }

  private final Pool pool;
  private final Slots slots;
  private final List<Lane> lanes = new ArrayList<>();
  private final Map<DevNo, Integer> devices = new HashMap<>();
  private final Map<PartOf, Integer> parts = new HashMap<>();

  Lanes(Pool pool, Slots slots) {
    this.pool = pool;
    this.slots = slots;
    lanes.add(new Lane(Sort.RECORDER, 0, RECORDER));
    lanes.add(new Lane(Sort.DISKS, 0, DISKS));
  }

  /** The lane that an event is drawn in. */
  int of(EventRecord record) {
    DeviceRef device = record.device();
    DevNo part = SubStack.part(record.event());
    if (device.isNone()) {
      return part == null ? RECORDER : DISKS;
    }
    int lane = device(device.dev());
    return part == null ? lane : parts.getOrDefault(new PartOf(device.dev(), part), lane);
  }

  private int device(DevNo dev) {
    return devices.computeIfAbsent(
        dev,
        d -> {
          lanes.add(new Lane(Sort.DEVICE, slots.of(d), lanes.size()));
          return lanes.size() - 1;
        });
  }

  /** How a device is from an event on. */
  void device(int event, DevNo dev, String name, State state) {
    Lane lane = lanes.get(device(dev));
    lane.named(name);
    lane.states.set(event, state == State.ABSENT ? 0 : pool.word(state));
  }

  /** How a path or leg of a device is from an event on. */
  void part(int event, DevNo device, DevNo dev, @Nullable String name, State state) {
    int parent = device(device);
    Integer known =
        parts.computeIfAbsent(
            new PartOf(device, dev),
            p -> {
              lanes.add(new Lane(Sort.PART, slots.of(dev), parent));
              return lanes.size() - 1;
            });
    Lane lane = lanes.get(known);
    lane.named(name == null ? "" : name);
    lane.states.set(event, state == State.ABSENT ? 0 : pool.word(state));
  }

  void writeTo(Packed out) {
    out.number(lanes.size());
    for (Lane lane : lanes) {
      out.number(pool.word(lane.sort));
      out.number(lane.slot);
      out.number(lane.parent);
      out.number(pool.text(String.join(", ", lane.names) + (lane.moreNames > 0 ? ", …" : "")));
      lane.states.writeTo(out);
    }
  }
}
