package dmrec.target;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Status of a multipath target ({@code dm-mpath.c:multipath_status}).
 *
 * @param features queue_io (0 or 1) and pg_init_count; older kernels may print fewer
 * @param hardwareHandler always empty in a status; the table names the handler
 * @param currentGroup the group I/O goes to next, counted from 1; 0 where there is none. The kernel
 *     moves it when a switch is asked for, before any I/O has moved
 * @param groups priority groups, the first is number 1
 * @param rest text behind the last known word, verbatim; the kernel prints one blank
 */
public record Multipath(
    List<String> features,
    List<String> hardwareHandler,
    int currentGroup,
    List<Group> groups,
    String rest)
    implements TargetStatus {

  public Multipath {
    features = List.copyOf(features);
    hardwareHandler = List.copyOf(hardwareHandler);
    groups = List.copyOf(groups);
  }

  /** State of a priority group; bypassed wins over active. */
  public enum GroupState {
    BYPASSED('D'),
    ACTIVE('A'),
    ENABLED('E');

    private final char letter;

    GroupState(char letter) {
      this.letter = letter;
    }

    /** The kernel's letter. */
    public char letter() {
      return letter;
    }

    static GroupState of(String word) {
      return switch (word) {
        case "D" -> BYPASSED;
        case "A" -> ACTIVE;
        case "E" -> ENABLED;
        default -> throw Words.notThisForm();
      };
    }
  }

  /**
   * A priority group.
   *
   * @param selectorArgs what the path selector says of the group; most say nothing
   * @param pathArgCount how many words the path selector adds to each path
   */
  public record Group(
      GroupState state, List<String> selectorArgs, int pathArgCount, List<Path> paths) {
    public Group {
      selectorArgs = List.copyOf(selectorArgs);
      paths = List.copyOf(paths);
    }

    Group with(GroupState other) {
      return new Group(other, selectorArgs, pathArgCount, paths);
    }

    public int validPaths() {
      int valid = 0;
      for (Path path : paths) {
        valid += path.failed() ? 0 : 1;
      }
      return valid;
    }
  }

  /**
   * A path.
   *
   * @param failCount how often it failed since the table was loaded
   * @param selectorArgs what the path selector says of the path: in flight, queue length, ...
   */
  public record Path(DevNo device, boolean failed, long failCount, List<String> selectorArgs) {
    public Path {
      selectorArgs = List.copyOf(selectorArgs);
    }
  }

  /** Whether I/O is queued inside the target at this moment. */
  public boolean queueIo() {
    return !features.isEmpty() && !features.get(0).equals("0");
  }

  /** The path over {@code device}, or null where the target has none. */
  public @Nullable Path path(DevNo device) {
    for (Group group : groups) {
      for (Path path : group.paths()) {
        if (path.device().equals(device)) {
          return path;
        }
      }
    }
    return null;
  }

  /** Paths that are not failed, over all groups: what a path uevent calls DM_NR_VALID_PATHS. */
  public int validPaths() {
    int valid = 0;
    for (Group group : groups) {
      valid += group.validPaths();
    }
    return valid;
  }

  /**
   * After the message {@code disable_group} or {@code enable_group}: no group is current until the
   * next I/O ({@code dm-mpath.c:bypass_pg}).
   *
   * @param number the group's, from 1
   */
  public Multipath withBypassed(int number, boolean bypassed) {
    boolean hasCurrent = groups.stream().anyMatch(each -> each.state() == GroupState.ACTIVE);
    List<Group> after = new ArrayList<>(groups.size());
    for (Group group : groups) {
      boolean isDisabled =
          after.size() + 1 == number ? bypassed : group.state() == GroupState.BYPASSED;
      after.add(group.with(isDisabled ? GroupState.BYPASSED : GroupState.ENABLED));
    }
    return new Multipath(features, hardwareHandler, hasCurrent ? 1 : currentGroup, after, rest);
  }

  /**
   * After the message {@code switch_group}: no group is bypassed any more, and none is current
   * until the next I/O ({@code dm-mpath.c:switch_pg_num}).
   *
   * @param number the group's, from 1
   */
  public Multipath switchedTo(int number) {
    List<Group> after = new ArrayList<>(groups.size());
    groups.forEach(group -> after.add(group.with(GroupState.ENABLED)));
    return new Multipath(features, hardwareHandler, number, after, rest);
  }

  /**
   * After I/O has moved to a group ({@code dm-mpath.c:__switch_pg}).
   *
   * @param number the group's, from 1
   * @param waits whether the array is told first: until then I/O is queued
   */
  public Multipath movedTo(int number, boolean waits) {
    List<Group> after = new ArrayList<>(groups.size());
    for (Group group : groups) {
      GroupState state = after.size() + 1 == number ? GroupState.ACTIVE : GroupState.ENABLED;
      after.add(group.state() == GroupState.BYPASSED ? group : group.with(state));
    }
    List<String> flags = new ArrayList<>(features);
    if (flags.size() == 2) {
      flags.set(0, waits ? "1" : "0");
      flags.set(1, "0");
    }
    return new Multipath(flags, hardwareHandler, number, after, rest);
  }

  @Override
  public String text() {
    Line line = new Line();
    line.counted(features).counted(hardwareHandler).word(groups.size()).word(currentGroup);
    for (Group group : groups) {
      line.word(group.state().letter()).counted(group.selectorArgs());
      line.word(group.paths().size()).word(group.pathArgCount());
      for (Path path : group.paths()) {
        line.word(path.device()).word(path.failed() ? "F" : "A").word(path.failCount());
        line.words(path.selectorArgs());
      }
    }
    return line.end(rest);
  }

  static Multipath read(Words words) {
    List<String> features = words.list(words.count());
    if (features.size() > 1) {
      Words.numberOf(features.get(1));
    }
    List<String> hardwareHandler = words.list(words.count());
    int groupCount = words.count();
    int currentGroup = words.count();
    List<Group> groups = new ArrayList<>();
    for (int i = 0; i < groupCount; i++) {
      GroupState state = GroupState.of(words.next());
      List<String> selectorArgs = words.list(words.count());
      int pathCount = words.count();
      int pathArgCount = words.count();
      List<Path> paths = new ArrayList<>();
      for (int k = 0; k < pathCount; k++) {
        paths.add(readPath(words, pathArgCount));
      }
      groups.add(new Group(state, selectorArgs, pathArgCount, paths));
    }
    return new Multipath(features, hardwareHandler, currentGroup, groups, words.rest());
  }

  private static Path readPath(Words words, int argCount) {
    DevNo device = words.device();
    boolean failed =
        switch (words.next()) {
          case "A" -> false;
          case "F" -> true;
          default -> throw Words.notThisForm();
        };
    long failCount = words.number();
    return new Path(device, failed, failCount, words.list(argCount));
  }
}
