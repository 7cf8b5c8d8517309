package dmrec.target;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A multipath table line ({@code dm-mpath.c:multipath_status}): what a status does not say.
 *
 * @param features {@code queue_if_no_path}, {@code pg_init_retries N}, {@code queue_mode bio}, ...
 * @param hardwareHandler the handler's name and arguments; empty for none
 * @param initialGroup the group I/O goes to next, counted from 1; 0 where there is none
 */
public record MultipathTable(
    List<String> features, List<String> hardwareHandler, int initialGroup, List<Group> groups) {

  public MultipathTable {
    features = List.copyOf(features);
    hardwareHandler = List.copyOf(hardwareHandler);
    groups = List.copyOf(groups);
  }

  /** A priority group and the path selector that serves it. */
  public record Group(String selector, List<String> selectorArgs, List<Path> paths) {
    public Group {
      selectorArgs = List.copyOf(selectorArgs);
      paths = List.copyOf(paths);
    }
  }

  /** A path and what the path selector was told of it. */
  public record Path(DevNo device, List<String> selectorArgs) {
    public Path {
      selectorArgs = List.copyOf(selectorArgs);
    }
  }

  /** Whether I/O waits while no path works. */
  public boolean queuesIfNoPath() {
    return features.contains("queue_if_no_path");
  }

  /** Reads the line's text behind {@code multipath}; null where it is of another form. */
  public static @Nullable MultipathTable parse(String params) {
    try {
      return read(new Words(params));
    } catch (Words.NotThisForm e) {
      return null;
    }
  }

  static MultipathTable read(Words words) {
    List<String> features = words.list(words.count());
    List<String> hardwareHandler = words.list(words.count());
    int groupCount = words.count();
    int initialGroup = words.count();
    List<Group> groups = new ArrayList<>();
    for (int i = 0; i < groupCount; i++) {
      String selector = words.next();
      List<String> selectorArgs = words.list(words.count());
      int pathCount = words.count();
      int argCount = words.count();
      List<Path> paths = new ArrayList<>();
      for (int k = 0; k < pathCount; k++) {
        paths.add(new Path(words.device(), words.list(argCount)));
      }
      groups.add(new Group(selector, selectorArgs, paths));
    }
    return new MultipathTable(features, hardwareHandler, initialGroup, groups);
  }
}
