package dmrec.query;

import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.target.DevNo;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which records are about a device that a person named: by name, UUID, number ({@code 254:3}),
 * {@code dm-3}, or any of them behind {@code /dev/}.
 *
 * <p>A name means whatever bears it at the time, and from then on that device, whatever it is
 * called later, until it is removed or another boot is recorded: names and numbers are reused, and
 * a reader who follows {@code mpatha} through a rename wants the same device, not the next of that
 * name only. Disks are found by the events that name them. Sees each record once, in order.
 */
final class DeviceMatcher {
  private final String text;
  private final @Nullable DevNo number;
  private final int dmMinor;
  private final List<DeviceRef> followed = new ArrayList<>();

  DeviceMatcher(String device) {
    String stripped = device;
    for (String prefix : List.of("/dev/mapper/", "/dev/block/", "/dev/")) {
      if (device.startsWith(prefix) && device.length() > prefix.length()) {
        stripped = device.substring(prefix.length());
        break;
      }
    }
    text = stripped;
    number = DevNo.isDevNo(text) ? DevNo.parse(text) : null;
    dmMinor = text.matches("dm-[0-9]{1,7}") ? Integer.parseInt(text.substring(3)) : -1;
  }

  boolean matches(EventRecord record) {
    if (record.event() instanceof DmEvent.RecordingStarted started && !started.goesOn()) {
      followed.clear();
    }
    DeviceRef device = record.device();
    if (device.isNone()) {
      return namesDisk(record.event());
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
    return isName(device.name())
        || (!device.uuid().isEmpty() && isName(device.uuid()))
        || device.dev().equals(number)
        || device.dev().minor() == dmMinor;
  }

  /** The kernel's text, the text as we print it, or as dmsetup does. */
  private boolean isName(String name) {
    return name.equals(text)
        || (!name.isEmpty() && Names.quoted(name).equals(text))
        || (name.indexOf('\\') >= 0
            && RawText.of(text).equals(NameMangling.unmangle(RawText.of(name), "name").text()));
  }

  boolean isMeantByEvent(DmEvent event) {
    if (event instanceof DmEvent.DeviceRenamed e) {
      return isName(e.oldName()) || isName(e.newName());
    }
    return event instanceof DmEvent.UuidSet e && isName(e.uuid());
  }

  private boolean namesDisk(DmEvent event) {
    if (event instanceof DmEvent.PathFailed e) {
      return isDisk(e.path(), e.disk());
    } else if (event instanceof DmEvent.PathReinstated e) {
      return isDisk(e.path(), e.disk());
    } else if (event instanceof DmEvent.DiskAdded e) {
      return isDisk(e.dev(), e.name()) || text.equals(e.wwid()) || text.equals(e.serial());
    } else if (event instanceof DmEvent.DiskBaseline e) {
      return isDisk(e.dev(), e.name()) || text.equals(e.wwid()) || text.equals(e.serial());
    } else if (event instanceof DmEvent.DiskRemoved e) {
      return isDisk(e.dev(), e.name());
    } else if (event instanceof DmEvent.MirrorLogFailed e) {
      return e.log().equals(number);
    } else if (event instanceof DmEvent.MirrorLegFailed e) {
      return e.leg().equals(number);
    }
    return false;
  }

  boolean isDisk(DevNo dev, String name) {
    return dev.equals(number) || (!name.isEmpty() && name.equals(text));
  }

  private int indexOf(DeviceRef device) {
    for (int i = 0; i < followed.size(); i++) {
      DeviceRef known = followed.get(i);
      boolean sameLife =
          known.diskSeq() == device.diskSeq() || known.diskSeq() <= 0 || device.diskSeq() <= 0;
      if (known.dev().equals(device.dev()) && sameLife) {
        return i;
      }
    }
    return -1;
  }
}
