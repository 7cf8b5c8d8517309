package dmrec.query;

import dmrec.event.KernelText;
import dmrec.query.StackTree.Node;
import dmrec.query.StackTree.Span;
import dmrec.query.StackTree.Style;
import dmrec.target.DevNo;
import dmrec.target.Multipath;
import dmrec.target.Target;
import dmrec.target.TargetStatus;
import dmrec.topology.Device;
import dmrec.topology.Disk;
import dmrec.topology.TopologyView;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What {@link StackTree} draws. A device that several use is told once and then only named. */
final class StackNodes {
  private final TopologyView topology;
  private final Set<DevNo> told = new HashSet<>();

  StackNodes(TopologyView topology) {
    this.topology = topology;
  }

  /** The devices that no other uses, by name, each with what is underneath. */
  List<Node> tops() {
    Set<DevNo> used = new HashSet<>();
    for (Device device : topology.devices()) {
      used.addAll(device.dependencies());
    }
    List<Node> tops = new ArrayList<>();
    for (Device device : topology.devicesByName()) {
      if (!used.contains(device.dev())) {
        tops.add(mapped(device, List.of()));
      }
    }
    // What was recorded in the middle of a change may use itself in a ring; nothing is left out.
    for (Device device : topology.devicesByName()) {
      if (!told.contains(device.dev())) {
        tops.add(mapped(device, List.of()));
      }
    }
    return tops;
  }

  private Node mapped(Device device, List<Span> state) {
    List<Span> line = new ArrayList<>();
    line.add(new Span(name(device), Style.NAME));
    line.add(new Span(" " + device.dev(), Style.DETAIL));
    line.addAll(state);
    if (!told.add(device.dev())) {
      line.add(new Span(" (see above)", Style.DETAIL));
      return new Node(line, List.of());
    }
    line.addAll(own(device));
    return new Node(line, children(device));
  }

  static String name(Device device) {
    return device.name().isEmpty() ? "(no name)" : KernelText.printable(device.name());
  }

  /** What is told of a device once, behind its number. */
  static List<Span> own(Device device) {
    List<Span> own = new ArrayList<>();
    if (device.live() != null) {
      own.add(new Span(" " + Sizes.ofSectors(device.sizeSectors()), Style.PLAIN));
    }
    if (!device.uuid().isEmpty()) {
      own.add(new Span(" " + KernelText.printable(device.uuid()), Style.DETAIL));
    }
    own.addAll(flags(device));
    return own;
  }

  private static List<Span> flags(Device device) {
    List<Span> flags = new ArrayList<>();
    if (device.suspended()) {
      flags.add(new Span(" SUSPENDED", Style.WARN));
    }
    if (device.internalSuspend()) {
      flags.add(new Span(" SUSPENDED INTERNALLY", Style.WARN));
    }
    if (device.readOnly()) {
      flags.add(new Span(" READ-ONLY", Style.WARN));
    }
    if (device.deferredRemove()) {
      flags.add(new Span(" DEFERRED REMOVE", Style.WARN));
    }
    if (device.live() == null) {
      flags.add(new Span(" NO LIVE TABLE", Style.WARN));
    }
    return flags;
  }

  private List<Node> children(Device device) {
    List<Node> children = new ArrayList<>();
    Set<DevNo> underneath = new LinkedHashSet<>(device.dependencies());
    for (Target target : device.targets()) {
      TargetStatus status = TargetStatus.parse(target.type(), target.status());
      List<Node> parts = new ArrayList<>();
      if (status instanceof Multipath multipath) {
        for (int i = 0; i < multipath.groups().size(); i++) {
          parts.add(group(multipath, i, underneath));
        }
      }
      children.add(new Node(TargetSummary.line(target, status, topology), parts));
    }
    if (device.inactive() != null) {
      children.add(inactive(device.inactive()));
    }
    for (DevNo dev : underneath) {
      children.add(device(dev, List.of()));
    }
    return children;
  }

  /** A path group; the devices of its paths are told here and not again underneath. */
  private Node group(Multipath multipath, int index, Set<DevNo> underneath) {
    Multipath.Group group = multipath.groups().get(index);
    List<Node> paths = new ArrayList<>();
    for (Multipath.Path path : group.paths()) {
      underneath.remove(path.device());
      paths.add(device(path.device(), pathState(path)));
    }
    return new Node(groupLine(multipath, index), paths);
  }

  static List<Span> pathState(Multipath.Path path) {
    List<Span> state = new ArrayList<>();
    state.add(path.failed() ? new Span(" FAILED", Style.BAD) : new Span(" active", Style.GOOD));
    if (path.failCount() > 0) {
      state.add(new Span(", failed " + times(path.failCount()), Style.WARN));
    }
    return state;
  }

  static List<Span> groupLine(Multipath multipath, int index) {
    Multipath.Group group = multipath.groups().get(index);
    List<Span> line = new ArrayList<>();
    line.add(new Span("group " + (index + 1), Style.PLAIN));
    line.add(
        switch (group.state()) {
          case ACTIVE -> new Span(" active", Style.GOOD);
          case ENABLED -> new Span(" enabled", Style.PLAIN);
          case BYPASSED -> new Span(" BYPASSED", Style.WARN);
        });
    if (multipath.currentGroup() == index + 1) {
      line.add(new Span(", next I/O goes here", Style.PLAIN));
    }
    return line;
  }

  private static String times(long count) {
    return count == 1 ? "once" : count + " times";
  }

  private static Node inactive(List<Target> targets) {
    List<List<Span>> lines = inactiveLines(targets);
    return new Node(
        lines.get(0),
        lines.subList(1, lines.size()).stream().map(line -> new Node(line, List.of())).toList());
  }

  /** The heading, then a line for each target. */
  static List<List<Span>> inactiveLines(List<Target> targets) {
    List<List<Span>> lines = new ArrayList<>();
    lines.add(
        List.of(
            new Span("INACTIVE TABLE", Style.WARN), new Span(" loaded, not in use", Style.PLAIN)));
    for (Target target : targets) {
      lines.add(
          List.of(
              new Span(KernelText.printable(target.type()), Style.PLAIN),
              new Span(
                  " " + Sizes.ofSectors(target.lengthSectors()) + " at " + target.startSector(),
                  Style.DETAIL)));
    }
    return lines;
  }

  private Node device(DevNo dev, List<Span> state) {
    Device device = topology.device(dev);
    if (device != null) {
      return mapped(device, state);
    }
    List<Span> line = new ArrayList<>();
    Disk disk = topology.disk(dev);
    if (disk == null || disk.name().isEmpty()) {
      line.add(new Span(dev.toString(), Style.NAME));
    } else {
      line.add(new Span(KernelText.printable(disk.name()), Style.NAME));
      line.add(new Span(" " + dev, Style.DETAIL));
    }
    line.addAll(state);
    boolean isNew = told.add(dev);
    line.addAll(diskState(disk));
    if (disk != null && isNew) {
      line.addAll(diskOwn(disk));
    }
    return new Node(line, List.of());
  }

  /** What is told of a disk behind its number each time. */
  static List<Span> diskState(@Nullable Disk disk) {
    if (disk == null) {
      return List.of(new Span(" (not known)", Style.DETAIL));
    }
    return disk.present() ? List.of() : List.of(new Span(" REMOVED", Style.BAD));
  }

  /** What is told of a disk once, behind that. */
  static List<Span> diskOwn(Disk disk) {
    List<Span> own = new ArrayList<>();
    if (disk.sizeSectors() >= 0) {
      own.add(new Span(" " + Sizes.ofSectors(disk.sizeSectors()), Style.PLAIN));
    }
    if (!disk.wwid().isEmpty()) {
      own.add(new Span(" " + KernelText.printable(disk.wwid()), Style.DETAIL));
    } else if (!disk.serial().isEmpty()) {
      own.add(new Span(" " + KernelText.printable(disk.serial()), Style.DETAIL));
    }
    return own;
  }
}
