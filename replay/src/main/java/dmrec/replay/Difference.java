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
  private static final int BEFORE_CHARS = 80;

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
    int begin = same < most ? shownFrom(first.head().get(same), second.head().get(same)) : 0;
    return new Difference(
        where + (same > 0 ? ", line " + (same + 1) + " of its output" : ""),
        event,
        from(first, same, begin),
        from(second, same, begin));
  }

  static Difference ofLines(String where, String first, String second) {
    int from = shownFrom(first, second);
    return new Difference(where, "", List.of(cut(first, from)), List.of(cut(second, from)));
  }

  /** Where to begin, so that what differs is seen. */
  private static int shownFrom(String first, String second) {
    int most = Math.min(first.length(), second.length());
    int same = 0;
    while (same < most && first.charAt(same) == second.charAt(same)) {
      same++;
    }
    return same < SHOWN_CHARS - BEFORE_CHARS ? 0 : same - BEFORE_CHARS;
  }

  private static List<String> from(EventOutput output, int same, int begin) {
    List<String> shown = new ArrayList<>();
    for (String line : output.head().stream().skip(same).limit(SHOWN_LINES).toList()) {
      shown.add(cut(line, shown.isEmpty() ? begin : 0));
    }
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

  private static String cut(String line, int from) {
    int end = Math.min(line.length(), from + SHOWN_CHARS);
    return (from > 0 ? "..." : "") + line.substring(from, end) + (end < line.length() ? "..." : "");
  }
}
