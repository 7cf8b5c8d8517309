package dmrec.query;

import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.target.DevNo;
import dmrec.topology.Device;
import dmrec.topology.Disk;
import dmrec.topology.Topology;
import dmrec.topology.TopologyView;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The part of a stack that has to do with one device: all it stands on, all that stands on it. */
public final class SubStack {
  private SubStack() {}

  /**
   * Cuts out what has to do with a device or disk.
   *
   * @param device as {@code --device} takes it; a name means the device that bears it here
   * @return that part; empty where nothing here is meant
   */
  public static Topology of(TopologyView whole, String device) {
    return cut(whole, numbers(whole, device));
  }

  private static Set<DevNo> numbers(TopologyView whole, String device) {
    DeviceMatcher matcher = new DeviceMatcher(device);
    Set<DevNo> part = new TreeSet<>();
    for (Device candidate : whole.devices()) {
      if (matcher.isMeant(candidate.ref())) {
        part.addAll(numbers(whole, candidate.dev(), true));
      }
    }
    for (Disk disk : whole.disks()) {
      if (matcher.isDisk(disk.dev(), disk.name())) {
        part.addAll(numbers(whole, disk.dev(), true));
      }
    }
    return part;
  }

  /** A device or disk, all it stands on, and if asked for what stands on it, in that order. */
  static Set<DevNo> numbers(TopologyView whole, DevNo dev, boolean over) {
    Set<DevNo> part = new LinkedHashSet<>();
    addBelow(whole, dev, part);
    if (over) {
      addAbove(whole, dev, part, new TreeSet<>());
    }
    return part;
  }

  private static void addBelow(TopologyView whole, DevNo dev, Set<DevNo> part) {
    Device device = whole.device(dev);
    if (part.add(dev) && device != null) {
      for (DevNo below : device.dependencies()) {
        addBelow(whole, below, part);
      }
    }
  }

  /** What stands on a device is of interest with all its legs, or it would look degraded. */
  private static void addAbove(TopologyView whole, DevNo dev, Set<DevNo> part, Set<DevNo> seen) {
    if (seen.add(dev)) {
      for (Device user : whole.users(dev)) {
        addBelow(whole, user.dev(), part);
        addAbove(whole, user.dev(), part, seen);
      }
    }
  }

  private static Topology cut(TopologyView whole, Set<DevNo> part) {
    Topology topology = new Topology();
    for (EventRecord record : whole.records()) {
      if (record.kind() != Kind.RECORDING_STARTED && part.contains(about(record))) {
        topology.apply(record);
      }
    }
    return topology;
  }

  /** The number of the device or disk that an event is about. */
  static DevNo about(EventRecord record) {
    return record.event() instanceof DmEvent.OfDisk disk ? disk.dev() : record.device().dev();
  }

  /** The path, leg, log or disk that an event names; null where it names none. */
  public static @Nullable DevNo part(DmEvent event) {
    if (event instanceof DmEvent.OfPath e) {
      return e.path();
    } else if (event instanceof DmEvent.MirrorLogFailed e) {
      return e.log();
    } else if (event instanceof DmEvent.MirrorLegFailed e) {
      return e.leg();
    }
    return event instanceof DmEvent.OfDisk e ? e.dev() : null;
  }

  /** Its disk's name; empty where the event tells none. */
  public static String partName(DmEvent event) {
    if (event instanceof DmEvent.OfPath e) {
      return e.disk();
    }
    return event instanceof DmEvent.OfDisk e ? e.name() : "";
  }
}
