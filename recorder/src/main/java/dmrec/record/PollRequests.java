package dmrec.record;

import dmrec.target.DevNo;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What should be polled soon. The rules ask the kernel nothing themselves: they leave their wishes
 * here, for whoever polls to take.
 */
final class PollRequests {
  final Set<DevNo> devices = new LinkedHashSet<>();
  final Set<DevNo> disks = new LinkedHashSet<>();

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
