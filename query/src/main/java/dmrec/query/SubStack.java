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

  /** The numbers of the devices and disks that {@link #of} cuts out. */
  public static Set<DevNo> numbers(TopologyView whole, String device) {
    DeviceMatcher matcher = new DeviceMatcher(device);
    Set<DevNo> part = new TreeSet<>();
    for (Device candidate : whole.devices()) {
      if (matcher.isMeant(candidate.ref())) {
        addBelow(whole, candidate.dev(), part);
        addAbove(whole, candidate.dev(), part, new TreeSet<>());
      }
    }
    for (Disk disk : whole.disks()) {
      if (matcher.isDisk(disk.dev(), disk.name())) {
        part.add(disk.dev());
        addAbove(whole, disk.dev(), part, new TreeSet<>());
      }
    }
    return part;
  }

  /** A device or disk and all it stands on, from the top down. */
  static Set<DevNo> below(TopologyView whole, DevNo dev) {
    Set<DevNo> part = new LinkedHashSet<>();
    addBelow(whole, dev, part);
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
}
