package dmrec.record;

import dmrec.event.Bytes;
import dmrec.kernel.Sysfs;
import dmrec.target.DevNo;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Polls the devices through sysfs, which shows a part, where the control device may not be asked.
 */
final class SysfsPoller implements DevicePoller {
  private final Sysfs sysfs;
  private final Set<DevNo> requested = new LinkedHashSet<>();
  private Map<DevNo, List<Object>> shown = new HashMap<>();

  SysfsPoller(Sysfs sysfs) {
    this.sysfs = sysfs;
  }

  @Override
  public boolean pollAll(Intake to, boolean always) throws IOException {
    to.recorder().takeRequests(requested);
    poll(to, always);
    requested.clear();
    return true;
  }

  /** {@inheritDoc} All of it: sysfs tells nothing of what a device does. */
  @Override
  public Stamp pollPart(Intake to) throws IOException {
    Stamp began = to.stamp();
    pollAll(to, false);
    return began;
  }

  /** What sysfs does not show is not there. */
  @Override
  public boolean isFailing() {
    return false;
  }

  @Override
  public void pollChanged(Intake to) throws IOException {
    to.recorder().takeRequests(requested);
    if (!requested.isEmpty()) {
      poll(to, false);
    }
    requested.clear();
  }

  private void poll(Intake to, boolean always) throws IOException {
    Map<DevNo, List<Object>> present = new HashMap<>();
    for (long number : sysfs.mappedDevices()) {
      Stamp began = to.stamp();
      Sysfs.BlockDevice block = sysfs.blockDevice(number);
      if (block != null && block.dmName() != null) {
        Observation.SysfsPolled seen = snapshot(to, DevNo.decode(number), block, began);
        List<Object> now =
            List.of(
                seen.diskSeq(),
                seen.readAheadKib(),
                seen.name(),
                seen.uuid(),
                seen.suspended(),
                seen.readOnly(),
                seen.slaves());
        present.put(seen.dev(), now);
        boolean isDue = requested.remove(seen.dev()) || always;
        if (isDue || !now.equals(shown.get(seen.dev()))) {
          to.accept(seen);
        }
      }
    }
    for (DevNo gone : shown.keySet()) {
      if (!present.containsKey(gone)) {
        Stamp at = to.stamp();
        to.accept(new Observation.Vanished(at, at, gone));
      }
    }
    shown = present;
  }

  private static Observation.SysfsPolled snapshot(
      Intake to, DevNo dev, Sysfs.BlockDevice block, Stamp began) {
    byte[] name = block.dmName();
    byte[] uuid = block.dmUuid();
    return new Observation.SysfsPolled(
        to.stamp(),
        began,
        dev,
        block.diskseq(),
        (int) Math.min(Integer.MAX_VALUE, block.readAheadKib()),
        Bytes.of(name == null ? new byte[0] : name),
        Bytes.of(uuid == null ? new byte[0] : uuid),
        block.dmSuspended(),
        block.readOnly(),
        block.slaves().stream().map(DevNo::decode).toList());
  }
}
