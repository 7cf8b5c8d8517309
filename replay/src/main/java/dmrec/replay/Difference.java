package dmrec.replay;

import java.util.ArrayList;
import java.util.List;

/**
 * Two outputs that are not the same.
 *
 * @param where which event, or which line
 * @param event the event, for people; empty where none is known
 * @param first what the first said, at most a few lines from the first differing one on
 * @param second the other
 */
record Difference(String where, String event, List<String> first, List<String> second) {
  private static final int SHOWN_LINES = 8;
  private static final int SHOWN_CHARS = 240;

  Difference {
    first = List.copyOf(first);
    second = List.copyOf(second);
  }

  static Difference of(String where, String event, EventOutput first, EventOutput second) {
    int same = 0;
    int most = Math.min(first.head().size(), second.head().size());
    while (same < most && first.head().get(same).equals(second.head().get(same))) {
      same++;
    }
    return new Difference(
        where + (same > 0 ? ", line " + (same + 1) + " of its output" : ""),
        event,
        from(first, same),
        from(second, same));
  }

  static Difference ofLines(String where, String first, String second) {
    return new Difference(where, "", List.of(cut(first)), List.of(cut(second)));
  }

  private static List<String> from(EventOutput output, int same) {
    List<String> shown =
        new ArrayList<>(
            output.head().stream().skip(same).limit(SHOWN_LINES).map(Difference::cut).toList());
    long more = output.lines() - same - shown.size();
    if (shown.isEmpty()) {
      shown.add(more > 0 ? "(" + more + " lines)" : "(nothing more)");
      if (same == 0 && more == 0) {
        shown.set(0, "(nothing)");
      }
    } else if (more > 0) {
      shown.add("(" + more + (more == 1 ? " more line)" : " more lines)"));
    }
    return shown;
  }

  private static String cut(String line) {
    return line.length() > SHOWN_CHARS ? line.substring(0, SHOWN_CHARS) + "..." : line;
  }
}
