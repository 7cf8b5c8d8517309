package dmrec.record;

import dmrec.target.DevNo;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What should be polled soon. The rules ask the kernel nothing themselves: they leave their wishes
 * here, for whoever polls to take.
 */
final class PollRequests {
  private final Set<DevNo> devices = new LinkedHashSet<>();
  private final Set<DevNo> disks = new LinkedHashSet<>();

  void device(DevNo dev) {
    devices.add(dev);
  }

  void devices(Collection<DevNo> devs) {
    devices.addAll(devs);
  }

  void disk(DevNo dev) {
    disks.add(dev);
  }

  void disks(Collection<DevNo> devs) {
    disks.addAll(devs);
  }

  /** The device is gone. */
  void forget(DevNo dev) {
    devices.remove(dev);
  }

  /** Moves the devices that should be polled soon into {@code to}. */
  void takeDevices(Set<DevNo> to) {
    to.addAll(devices);
    devices.clear();
  }

  /** Moves the disks that should be polled soon into {@code to}. */
  void takeDisks(Set<DevNo> to) {
    to.addAll(disks);
    disks.clear();
  }

  void clear() {
    devices.clear();
    disks.clear();
  }
}
