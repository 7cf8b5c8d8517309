package dmrec.query;

import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.target.DevNo;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How the paths of a device are whose table nobody has recorded, as in a journal that was made of
 * other programs' logs: only those that were told of are known.
 */
final class ToldPaths {
  /** Whether each failed, and what it is called. */
  private record Path(String disk, boolean failed) {}

  private final Map<DevNo, Path> paths = new TreeMap<>();
  private int valid = -1;

  void take(EventRecord record) {
    if (!record.tellsState()) {
      return;
    }
    if (record.event() instanceof DmEvent.OfPath e) {
      paths.put(e.path(), new Path(e.disk(), e.failed()));
      valid = e.validPaths();
    }
  }

  boolean isEmpty() {
    return paths.isEmpty();
  }

  Health health() {
    boolean failed = paths.values().stream().anyMatch(Path::failed);
    return valid == 0 ? Health.WAITING : failed ? Health.DEGRADED : Health.OK;
  }

  String words() {
    List<String> failed = new ArrayList<>();
    List<String> works = new ArrayList<>();
    paths.forEach(
        (dev, path) ->
            (path.failed() ? failed : works)
                .add(path.disk().isEmpty() ? dev.toString() : Names.quoted(path.disk())));
    List<String> words = new ArrayList<>();
    if (!failed.isEmpty()) {
      words.add("FAILED " + String.join(", ", failed));
    }
    if (!works.isEmpty()) {
      words.add("works again " + String.join(", ", works));
    }
    words.add(
        valid < 0 ? "the rest not recorded" : valid + (valid == 1 ? " path" : " paths") + " valid");
    return String.join("; ", words);
  }
}
