package dmrec.query;

import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.target.DevNo;
import java.util.ArrayList;
import java.util.List;

/**
 * Which records are about a device that a person named: by name, UUID, number ({@code 254:3}),
 * {@code dm-3}, or any of them behind {@code /dev/}.
 *
 * <p>A name means whatever bears it at the time, and from then on that device, whatever it is
 * called later, until it is removed or another boot is recorded: names and numbers are reused, and
 * a reader who follows {@code mpatha} through a rename wants the same device, not the next of that
 * name only. Disks are found by the events that name them. Sees each record once, in order.
 */
public final class DeviceMatcher {
  private final DeviceText meant;
  private final List<DeviceRef> followed = new ArrayList<>();

  public DeviceMatcher(String device) {
    meant = DeviceText.of(device);
  }

  /** Whether the next record is about it. */
  public boolean matches(EventRecord record) {
    if (record.event() instanceof DmEvent.RecordingStarted started && !started.goesOn()) {
      followed.clear();
    }
    DeviceRef device = record.device();
    if (device.isNone()) {
      return isMeantByName(device) || namesDisk(record.event());
    }
    boolean named = isMeant(device) || isMeantByEvent(record.event());
    int at = indexOf(device);
    if (record.kind() == Kind.DEVICE_REMOVED) {
      if (at >= 0) {
        followed.remove(at);
      }
    } else if (named && at < 0) {
      followed.add(device);
    }
    return named || at >= 0 || namesDisk(record.event());
  }

  /** Whether a device is meant by what it is called now. */
  boolean isMeant(DeviceRef device) {
    return meant.means(device);
  }

  /** Whether a device is meant of which a log told the name and not the number. */
  boolean isMeantByName(DeviceRef device) {
    return device.isNone() && !device.name().isEmpty() && meant.isName(device.name());
  }

  boolean isMeantByEvent(DmEvent event) {
    if (event instanceof DmEvent.DeviceRenamed e) {
      return meant.isName(e.oldName()) || meant.isName(e.newName());
    }
    return event instanceof DmEvent.UuidSet e && meant.isName(e.uuid());
  }

  private boolean namesDisk(DmEvent event) {
    DevNo part = SubStack.part(event);
    return (part != null && isDisk(part, SubStack.partName(event)))
        || (event instanceof DmEvent.DiskAdded e && isNumbered(e.wwid(), e.serial()))
        || (event instanceof DmEvent.DiskBaseline b && isNumbered(b.wwid(), b.serial()));
  }

  boolean isDisk(DevNo dev, String name) {
    return meant.meansDisk(dev, name);
  }

  private boolean isNumbered(String wwid, String serial) {
    return meant.text().equals(wwid) || meant.text().equals(serial);
  }

  private int indexOf(DeviceRef device) {
    for (int i = 0; i < followed.size(); i++) {
      if (followed.get(i).isSameLife(device)) {
        return i;
      }
    }
    return -1;
  }
}
