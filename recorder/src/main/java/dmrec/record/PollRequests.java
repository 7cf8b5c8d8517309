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

  /** Devices that are polled in the next turn, as something happens to them now. */
  private final Set<DevNo> again = new LinkedHashSet<>();

  private boolean list;

  void again(DevNo dev) {
    again.add(dev);
  }

  /** A turn begins: those are polled now. Returns whether there are any, or the list is due. */
  boolean takeAgain() {
    devices.addAll(again);
    boolean isAny = !again.isEmpty() || list;
    again.clear();
    return isAny;
  }

  /** The list of devices, though it may be as it was. */
  void list() {
    list = true;
  }

  /** Whether the list was asked for; resets it. */
  boolean takeList() {
    boolean was = list;
    list = false;
    return was;
  }

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
    again.remove(dev);
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
    list = false;
    again.clear();
    devices.clear();
    disks.clear();
  }
}
