package dmrec.query.filter;

import dmrec.event.DeviceRef;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.query.DeviceText;
import dmrec.target.DevNo;
import dmrec.topology.Device;
import dmrec.topology.Disk;
import dmrec.topology.Topology;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Follows the stack through the records and answers by what it is at the last of them: after the
 * event, or before it where the event took the device away.
 *
 * <p>Only kinds that change who stands on whom, or what it is called, are applied; what follows
 * from the stack is worked out when somebody asks, and again only when it has changed. One thread
 * at a time.
 */
public final class StackRelations implements Relations {
  private static final Set<Kind> STRUCTURAL =
      Collections.unmodifiableSet(
          EnumSet.of(
              Kind.RECORDING_STARTED,
              Kind.GAP,
              Kind.BASELINE,
              Kind.DISK_BASELINE,
              Kind.DISK_ADDED,
              Kind.DISK_REMOVED,
              Kind.DEVICE_CREATED,
              Kind.DEVICE_REMOVED,
              Kind.DEVICE_RENAMED,
              Kind.UUID_SET,
              Kind.TABLE_LIVE));

  /** What follows from the stack for one device. */
  private record Reach(Set<DevNo> meant, Set<DevNo> below, Set<DevNo> above) {}

  private final Topology topology;
  private final Map<DeviceText, Reach> reaches = new HashMap<>();
  private @Nullable EventRecord removal;

  /**
   * Begins with a stack, which it changes.
   *
   * @param topology what it is before the first record seen
   */
  public StackRelations(Topology topology) {
    this.topology = topology;
  }

  /** The kinds of events that have to be seen. */
  public static Set<Kind> structuralKinds() {
    return STRUCTURAL;
  }

  /** Goes on to the next record, which is what {@link #holds} is asked about. */
  public void see(EventRecord record) {
    if (removal != null) {
      apply(removal);
      removal = null;
    }
    if (record.kind() == Kind.DEVICE_REMOVED) {
      removal = record;
    } else if (STRUCTURAL.contains(record.kind())) {
      apply(record);
    }
  }

  private void apply(EventRecord record) {
    topology.apply(record);
    reaches.clear();
  }

  @Override
  public boolean holds(EventRecord record, Relation relation, DeviceText device) {
    Reach reach = reaches.computeIfAbsent(device, this::reach);
    DeviceRef ref = record.device();
    if (!ref.isNone() && holds(ref.dev(), relation, reach)) {
      return true;
    }
    FilterField.Disk disk = FilterFields.disk(record);
    return disk != null && !disk.dev().equals(DevNo.NONE) && holds(disk.dev(), relation, reach);
  }

  private boolean holds(DevNo dev, Relation relation, Reach reach) {
    return switch (relation) {
      case UNDER -> reach.below().contains(dev);
      case OVER -> reach.above().contains(dev);
      case USES -> {
        Device device = topology.device(dev);
        yield device != null && device.dependencies().stream().anyMatch(reach.meant()::contains);
      }
    };
  }

  private Reach reach(DeviceText text) {
    Set<DevNo> meant = new HashSet<>();
    if (text.number() != null) {
      meant.add(text.number());
    }
    for (Device device : topology.devices()) {
      if (text.means(device.ref())) {
        meant.add(device.dev());
      }
    }
    for (Disk disk : topology.disks()) {
      if (text.meansDisk(disk.dev(), disk.name())) {
        meant.add(disk.dev());
      }
    }
    Set<DevNo> below = new HashSet<>();
    Set<DevNo> above = new HashSet<>();
    if (!meant.isEmpty()) {
      Map<DevNo, List<DevNo>> users = new HashMap<>();
      Map<DevNo, List<DevNo>> used = new HashMap<>();
      for (Device device : topology.devices()) {
        used.put(device.dev(), device.dependencies());
        for (DevNo dev : device.dependencies()) {
          users.computeIfAbsent(dev, d -> new ArrayList<>()).add(device.dev());
        }
      }
      collect(meant, used, below);
      collect(meant, users, above);
    }
    return new Reach(meant, below, above);
  }

  /** Everything that can be reached; not the beginning itself, unless a ring leads back. */
  private static void collect(Set<DevNo> from, Map<DevNo, List<DevNo>> edges, Set<DevNo> found) {
    Deque<DevNo> open = new ArrayDeque<>(from);
    while (!open.isEmpty()) {
      for (DevNo next : edges.getOrDefault(open.pop(), List.of())) {
        if (found.add(next)) {
          open.push(next);
        }
      }
    }
  }
}
