package dmrec.report;

import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.KernelText;
import dmrec.event.Kind;
import dmrec.query.DeviceParts;
import dmrec.query.DeviceParts.DiskParts;
import dmrec.query.DeviceParts.GroupPart;
import dmrec.query.DeviceParts.LegPart;
import dmrec.query.DeviceParts.PathPart;
import dmrec.query.DeviceParts.TargetPart;
import dmrec.query.Health;
import dmrec.query.SubStack;
import dmrec.target.DevNo;
import dmrec.topology.Device;
import dmrec.topology.Disk;
import dmrec.topology.Topology;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How each device and disk was from which event on. An event costs what it changed, whatever the
 * size of the stack.
 */
final class StackRows {
  private final Topology stack;
  private final Pool pool;
  private final Slots slots;
  private final Lanes lanes;
  private final Map<DevNo, Changes> devices = new LinkedHashMap<>();
  private final Map<DevNo, Changes> disks = new LinkedHashMap<>();
  private final Map<DevNo, Device> known = new HashMap<>();
  private final Map<DevNo, Disk> knownDisks = new HashMap<>();

  /** The paths and legs that each device has at present. */
  private final Map<DevNo, Set<DevNo>> parts = new HashMap<>();

  /** Begins where {@code stack} is the state. */
  StackRows(Topology stack, Pool pool, Slots slots, Lanes lanes) {
    this.stack = stack;
    this.pool = pool;
    this.slots = slots;
    this.lanes = lanes;
    lookAtAll(0);
  }

  /** Moves on by one event, which is number {@code event} counted from 1. */
  void apply(EventRecord record, int event) {
    stack.apply(record);
    DevNo part = SubStack.part(record.event());
    if (record.kind() == Kind.RECORDING_STARTED || record.event() instanceof DmEvent.Gap) {
      lookAtAll(event);
    } else if (!record.device().isNone()) {
      look(event, record.device().dev());
    } else if (part != null) {
      look(event, part);
    }
  }

  private void lookAtAll(int event) {
    Set<DevNo> all = new HashSet<>(known.keySet());
    all.addAll(knownDisks.keySet());
    stack.devices().forEach(device -> all.add(device.dev()));
    stack.disks().forEach(disk -> all.add(disk.dev()));
    all.stream().sorted().forEach(dev -> look(event, dev));
    // What is named by what was looked at behind it.
    stack.devices().forEach(device -> describe(event, device));
  }

  /** Looks at what may have changed, and at those on it where they show that. */
  private void look(int event, DevNo dev) {
    boolean isShownAbove = false;
    Disk disk = stack.disk(dev);
    if (!Objects.equals(disk, knownDisks.get(dev))) {
      disks.computeIfAbsent(dev, d -> new Changes()).set(event, disk == null ? 0 : disk(disk));
      isShownAbove = true;
      if (disk == null) {
        knownDisks.remove(dev);
      } else {
        knownDisks.put(dev, disk);
      }
    }
    Device device = stack.device(dev);
    Device before = known.get(dev);
    if (!Objects.equals(device, before)) {
      if (device == null) {
        known.remove(dev);
        devices.computeIfAbsent(dev, d -> new Changes()).set(event, 0);
        lanes.device(event, dev, "", Lanes.State.ABSENT);
        leave(event, dev, Set.of());
      } else {
        known.put(dev, device);
        describe(event, device);
      }
      isShownAbove |= device == null || before == null || !device.name().equals(before.name());
    }
    if (isShownAbove) {
      stack.users(dev).forEach(user -> describe(event, user));
    }
  }

  private void describe(int event, Device device) {
    DeviceParts told = DeviceParts.of(device, stack);
    devices.computeIfAbsent(device.dev(), d -> new Changes()).set(event, device(device, told));
    lanes.device(
        event, device.dev(), KernelText.printable(device.name()), stateOf(device, told.health()));
    Set<DevNo> present = new HashSet<>();
    for (TargetPart target : told.targets()) {
      for (GroupPart group : target.groups()) {
        for (PathPart path : group.paths()) {
          present.add(path.dev());
          part(event, device, path.dev(), path.failed());
        }
      }
      for (LegPart leg : target.legs()) {
        present.add(leg.dev());
        part(event, device, leg.dev(), leg.failed());
      }
    }
    leave(event, device.dev(), present);
  }

  private void part(int event, Device device, DevNo dev, boolean failed) {
    Disk disk = stack.disk(dev);
    boolean isGone = disk != null && !disk.present() && stack.device(dev) == null;
    lanes.part(
        event,
        device.dev(),
        dev,
        nameOf(dev, disk),
        failed ? Lanes.State.FAILED : isGone ? Lanes.State.GONE : Lanes.State.GOOD);
  }

  private @Nullable String nameOf(DevNo dev, @Nullable Disk disk) {
    Device device = stack.device(dev);
    if (device != null) {
      return KernelText.printable(device.name());
    }
    return disk == null ? null : KernelText.printable(disk.name());
  }

  /** Which parts a device has now; those it had and has no more are absent. */
  private void leave(int event, DevNo dev, Set<DevNo> present) {
    Set<DevNo> before = present.isEmpty() ? parts.remove(dev) : parts.put(dev, present);
    if (before != null) {
      before.stream()
          .filter(part -> !present.contains(part))
          .sorted()
          .forEach(part -> lanes.part(event, dev, part, null, Lanes.State.ABSENT));
    }
  }

  private static Lanes.State stateOf(Device device, Health health) {
    if (device.live() == null) {
      // Nothing failed: each device begins so.
      return Lanes.State.EMPTY;
    }
    if (device.suspended() || device.internalSuspend()) {
      return Lanes.State.SUSPENDED;
    }
    return switch (health) {
      case OK -> Lanes.State.GOOD;
      case NOTED -> Lanes.State.NOTED;
      case DEGRADED -> Lanes.State.DEGRADED;
      case WAITING -> Lanes.State.WAITING;
      case FAILED -> Lanes.State.FAILED;
    };
  }

  private int device(Device device, DeviceParts told) {
    Pool.Items targets = new Pool.Items();
    for (TargetPart target : told.targets()) {
      targets.add(target(target));
    }
    Pool.Items inactive = new Pool.Items();
    told.inactive().forEach(line -> inactive.add(pool.spans(line)));
    Pool.Items troubles = new Pool.Items();
    told.troubles().forEach(words -> troubles.add(pool.text(words)));
    return pool.list(
        new Pool.Items()
            .add(pool.text(told.name()))
            .add(pool.spans(told.own()))
            .add(pool.word(told.health()))
            .add(device.suspended() || device.internalSuspend())
            .add(pool.list(targets))
            .add(pool.list(inactive))
            .add(devs(told.dependencies()))
            .add(pool.list(troubles)));
  }

  private int target(TargetPart target) {
    Pool.Items groups = new Pool.Items();
    for (GroupPart group : target.groups()) {
      Pool.Items paths = new Pool.Items();
      for (PathPart path : group.paths()) {
        paths.add(
            pool.list(
                new Pool.Items()
                    .add(slots.of(path.dev()))
                    .add(path.failed())
                    .add(pool.spans(path.state()))));
      }
      groups.add(
          pool.list(
              new Pool.Items()
                  .add(pool.spans(group.line()))
                  .add(pool.word(group.state()))
                  .add(group.isNext())
                  .add(pool.list(paths))));
    }
    Pool.Items failedLegs = new Pool.Items();
    for (LegPart leg : target.legs()) {
      if (leg.failed()) {
        failedLegs.add(slots.of(leg.dev()));
      }
    }
    return pool.list(
        new Pool.Items()
            .add(pool.spans(target.line()))
            .add(pool.list(groups))
            .add(devs(target.uses()))
            .add(pool.list(failedLegs)));
  }

  private int disk(Disk disk) {
    DiskParts told = DiskParts.of(disk);
    return pool.list(
        new Pool.Items()
            .add(pool.text(told.name()))
            .add(pool.spans(told.state()))
            .add(pool.spans(told.own()))
            .add(told.isThere()));
  }

  private int devs(List<DevNo> devs) {
    Pool.Items items = new Pool.Items();
    devs.forEach(dev -> items.add(slots.of(dev)));
    return pool.list(items);
  }

  /** For each number that occurs: how the device is, then how the disk is. */
  void writeTo(Packed out) {
    Changes none = new Changes();
    out.number(slots.all().size());
    for (DevNo dev : slots.all()) {
      out.number(pool.text(dev.toString()));
      devices.getOrDefault(dev, none).writeTo(out);
      disks.getOrDefault(dev, none).writeTo(out);
    }
  }

  /** Numbers every device that was ever looked at. */
  void numberAll() {
    devices.keySet().forEach(slots::of);
    disks.keySet().forEach(slots::of);
  }
}
