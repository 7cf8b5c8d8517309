package dmrec.record;

import dmrec.kernel.Sysfs;
import dmrec.target.DevNo;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Set;

/** Reads from sysfs the disks and partitions that are asked for. One thread. */
final class DiskPoller {
  private final Sysfs sysfs;
  private final Set<DevNo> requested = new LinkedHashSet<>();

  DiskPoller(Sysfs sysfs) {
    this.sysfs = sysfs;
  }

  void poll(Intake to) throws IOException {
    to.recorder().takeDiskRequests(requested);
    for (DevNo dev : requested) {
      Stamp began = to.stamp();
      Sysfs.BlockDevice block = sysfs.blockDevice(dev.encoded());
      if (block == null) {
        to.accept(new Observation.Vanished(to.stamp(), began, dev));
      } else if (!block.isMapped()) {
        to.accept(
            new Observation.DiskPolled(
                to.stamp(),
                began,
                dev,
                block.name(),
                block.wwid(),
                block.serial(),
                block.sizeSectors(),
                block.port()));
      }
    }
    requested.clear();
  }
}
