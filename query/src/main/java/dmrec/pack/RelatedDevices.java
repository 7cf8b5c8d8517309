package dmrec.pack;

import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.query.DeviceMatcher;
import dmrec.query.SubStack;
import dmrec.target.DevNo;
import dmrec.topology.Topology;
import dmrec.topology.TopologyView;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All devices and disks that at any moment of a stretch had to do with one device: those under it,
 * and those over it with all that these stand on; and the records that are about it, of which logs
 * may tell a name and no number.
 */
final class RelatedDevices {
  private final String device;
  private final DeviceMatcher matcher;
  private final Topology stack;
  private final Set<DevNo> numbers = new HashSet<>();

  /** Names of devices without a number. */
  private final Set<String> names = new HashSet<>();

  private boolean isFound;

  /**
   * Begins with a stack.
   *
   * @param device as {@code --device} takes it
   */
  RelatedDevices(String device, TopologyView stack) {
    this.device = device;
    this.stack = stack.copy();
    matcher = new DeviceMatcher(device);
    stack.records().forEach(this::match);
    look();
  }

  /** Goes on by one event. */
  void see(EventRecord record) {
    stack.apply(record);
    match(record);
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

  private void match(EventRecord record) {
    if (!matcher.matches(record)) {
      return;
    }
    isFound = true;
    DeviceRef about = record.device();
    DevNo disk = disk(record.event());
    if (disk != null) {
      numbers.add(disk);
    } else if (!about.isNone()) {
      numbers.add(about.dev());
    } else if (!about.name().isEmpty()) {
      names.add(about.name());
    }
  }

  private void look() {
    numbers.addAll(SubStack.numbers(stack, device));
  }

  boolean isEmpty() {
    return !isFound && numbers.isEmpty();
  }

  /** Whether an event is about any of them, or about the recording itself. */
  boolean has(EventRecord record) {
    DevNo disk = disk(record.event());
    DeviceRef about = record.device();
    if (disk != null) {
      return numbers.contains(disk);
    }
    return about.isNone()
        ? about.name().isEmpty() || names.contains(about.name())
        : numbers.contains(about.dev());
  }

  private static @Nullable DevNo disk(DmEvent event) {
    return event instanceof DmEvent.OfDisk e ? e.dev() : null;
  }

  /** The part of a stack that they are. */
  Topology of(TopologyView whole) {
    Topology part = new Topology();
    for (EventRecord record : whole.records()) {
      if (has(record)) {
        part.restore(record, whole.uncounted(record.device().dev()));
      }
    }
    return part.withSeq(whole.seq());
  }
}
