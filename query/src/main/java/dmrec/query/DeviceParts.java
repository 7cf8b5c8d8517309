package dmrec.query;

import dmrec.event.KernelText;
import dmrec.query.StackTree.Span;
import dmrec.target.DevNo;
import dmrec.target.Mirror;
import dmrec.target.Multipath;
import dmrec.target.Raid;
import dmrec.target.TableReferences;
import dmrec.target.Target;
import dmrec.target.TargetStatus;
import dmrec.topology.Device;
import dmrec.topology.Disk;
import dmrec.topology.TopologyView;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A mapped device as {@link StackTree} words it, in parts: for those who put the stack together
 * themselves. All texts are safe for a terminal.
 *
 * @param name what its line begins with
 * @param own what follows behind its number: size, UUID, what is odd about it
 * @param targets its live table
 * @param inactive what its inactive table holds, a line each with the heading first; empty where
 *     there is none
 * @param dependencies what the live table uses
 * @param health the worst of its troubles
 * @param troubles what is not as it should be, in the words of {@code why}
 */
public record DeviceParts(
    String name,
    List<Span> own,
    List<TargetPart> targets,
    List<List<Span>> inactive,
    List<DevNo> dependencies,
    Health health,
    List<String> troubles) {

  /**
   * A target.
   *
   * @param line what it is and how it does
   * @param uses the devices in its table line
   * @param groups its path groups
   * @param legs its legs, where it mirrors
   */
  public record TargetPart(
      String type, List<Span> line, List<DevNo> uses, List<GroupPart> groups, List<LegPart> legs) {
    public TargetPart {
      line = List.copyOf(line);
      uses = List.copyOf(uses);
      groups = List.copyOf(groups);
      legs = List.copyOf(legs);
    }
  }

  /**
   * A path group.
   *
   * @param isNext whether the next I/O goes there
   */
  public record GroupPart(
      List<Span> line, Multipath.GroupState state, boolean isNext, List<PathPart> paths) {
    public GroupPart {
      line = List.copyOf(line);
      paths = List.copyOf(paths);
    }
  }

  /** A path; {@code state} follows behind the name and number of its device. */
  public record PathPart(DevNo dev, boolean failed, List<Span> state) {
    public PathPart {
      state = List.copyOf(state);
    }
  }

  /** A device that a mirror or raid keeps its data on. */
  public record LegPart(DevNo dev, boolean failed) {}

  /**
   * A disk as {@link StackTree} words it.
   *
   * @param name empty where it has none and its number stands for it
   * @param state what follows behind its number, and behind the state of its path
   * @param own what follows behind that where it is told for the first time
   */
  public record DiskParts(String name, List<Span> state, List<Span> own, boolean isThere) {
    public DiskParts {
      state = List.copyOf(state);
      own = List.copyOf(own);
    }

    /** Of what the stack knows of it; null is nothing. */
    public static DiskParts of(@Nullable Disk disk) {
      return new DiskParts(
          disk == null ? "" : KernelText.printable(disk.name()),
          StackNodes.diskState(disk),
          disk == null ? List.of() : StackNodes.diskOwn(disk),
          disk != null && disk.present());
    }
  }

  public DeviceParts {
    own = List.copyOf(own);
    targets = List.copyOf(targets);
    inactive = List.copyOf(inactive);
    dependencies = List.copyOf(dependencies);
    troubles = List.copyOf(troubles);
  }

  /** Of a device in its stack, which tells the names of what it stands on. */
  public static DeviceParts of(Device device, TopologyView stack) {
    List<TargetPart> targets = new ArrayList<>();
    for (Target target : device.targets()) {
      targets.add(target(target, stack));
    }
    Health health = Health.OK;
    List<String> words = new ArrayList<>();
    for (Trouble trouble : Troubles.of(device, stack)) {
      health = health.or(trouble.health());
      DevNo path = trouble.path();
      words.add((path == null ? "" : Names.quoted(stack.nameOf(path)) + ": ") + trouble.words());
    }
    return new DeviceParts(
        StackNodes.name(device),
        StackNodes.own(device),
        targets,
        device.inactive() == null ? List.of() : StackNodes.inactiveLines(device.inactive()),
        device.dependencies(),
        health,
        words);
  }

  private static TargetPart target(Target target, TopologyView stack) {
    TargetStatus status = TargetStatus.parse(target.type(), target.status());
    List<GroupPart> groups = new ArrayList<>();
    List<LegPart> legs = new ArrayList<>();
    if (status instanceof Multipath multipath) {
      for (int i = 0; i < multipath.groups().size(); i++) {
        Multipath.Group group = multipath.groups().get(i);
        List<PathPart> paths = new ArrayList<>();
        for (Multipath.Path path : group.paths()) {
          paths.add(new PathPart(path.device(), path.failed(), StackNodes.pathState(path)));
        }
        groups.add(
            new GroupPart(
                StackNodes.groupLine(multipath, i),
                group.state(),
                multipath.currentGroup() == i + 1,
                paths));
      }
    } else if (status instanceof Mirror mirror) {
      for (int i = 0; i < mirror.legs().size(); i++) {
        Mirror.LegHealth health = mirror.legHealth(i);
        legs.add(
            new LegPart(
                mirror.legs().get(i),
                health != Mirror.LegHealth.ALIVE && health != Mirror.LegHealth.UNKNOWN));
      }
    } else if (status instanceof Raid raid) {
      List<List<DevNo>> devices = RaidLegs.of(target.params());
      for (int i = 0; i < Math.min(devices.size(), raid.health().length()); i++) {
        List<DevNo> leg = devices.get(i);
        if (!leg.isEmpty()) {
          legs.add(
              new LegPart(leg.get(leg.size() - 1), raid.deviceHealth(i) == Raid.DeviceHealth.DEAD));
        }
      }
    }
    return new TargetPart(
        KernelText.printable(target.type()),
        TargetSummary.line(target, status, stack),
        TableReferences.devices(target),
        groups,
        legs);
  }
}
