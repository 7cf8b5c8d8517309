package dmrec.pack;

import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.query.SubStack;
import dmrec.target.DevNo;
import dmrec.topology.Device;
import dmrec.topology.Disk;
import dmrec.topology.Topology;
import java.util.HashSet;
import java.util.Set;

/**
 * The numbers of all devices and disks that at any moment of a stretch had to do with one device:
 * those under it, and those over it with all that these stand on.
 */
final class RelatedDevices {
  private final String device;
  private final Topology stack;
  private final Set<DevNo> numbers = new HashSet<>();

  /**
   * Begins with a stack.
   *
   * @param device as {@code --device} takes it
   */
  RelatedDevices(String device, Topology stack) {
    this.device = device;
    this.stack = stack.copy();
    look();
  }

  /** Goes on by one event. */
  void see(EventRecord record) {
    stack.apply(record);
    switch (record.kind()) {
      case DEVICE_CREATED,
          DEVICE_RENAMED,
          UUID_SET,
          BASELINE,
          TABLE_LIVE,
          TABLE_CHANGED,
          DISK_ADDED,
          DISK_BASELINE ->
          look();
      default -> {}
    }
  }

  private void look() {
    Topology part = SubStack.of(stack, device);
    for (Device each : part.devices()) {
      numbers.add(each.dev());
    }
    for (Disk each : part.disks()) {
      numbers.add(each.dev());
    }
  }

  boolean isEmpty() {
    return numbers.isEmpty();
  }

  /** Whether an event is about any of them, or about the recording itself. */
  boolean has(EventRecord record) {
    DmEvent event = record.event();
    if (event instanceof DmEvent.DiskAdded e) {
      return numbers.contains(e.dev());
    } else if (event instanceof DmEvent.DiskBaseline e) {
      return numbers.contains(e.dev());
    } else if (event instanceof DmEvent.DiskRemoved e) {
      return numbers.contains(e.dev());
    }
    return record.device().isNone() || numbers.contains(record.device().dev());
  }

  /** The part of a stack that they are. */
  Topology of(Topology whole) {
    Topology part = new Topology();
    for (EventRecord record : whole.records()) {
      if (has(record)) {
        part.restore(record, whole.uncounted(record.device().dev()));
      }
    }
    return part.withSeq(whole.seq());
  }
}
