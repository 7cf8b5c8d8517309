package dmrec.replay;

import java.util.ArrayDeque;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Lines of two programs that print when they like: the n-th of one is compared with the n-th of the
 * other. What waits for its counterpart is bounded; who is further ahead than that differs.
 *
 * <p>Thread contract: any thread.
 */
final class LineMatch {
  private static final int MOST_WAITING_CHARS = 16 << 20;
  private static final Pattern SEQ = Pattern.compile("\"seq\":(\\d{1,19})");

  private final Tally tally;
  private final String firstName;
  private final String secondName;
  private final ArrayDeque<String> first = new ArrayDeque<>();
  private final ArrayDeque<String> second = new ArrayDeque<>();
  private long waitingChars;
  private long line;
  private boolean gaveUp;

  LineMatch(Tally tally, String firstName, String secondName) {
    this.tally = tally;
    this.firstName = firstName;
    this.secondName = secondName;
  }

  synchronized void first(String text) {
    add(text, first, second, true);
  }

  synchronized void second(String text) {
    add(text, second, first, false);
  }

  private void add(
      String text, ArrayDeque<String> own, ArrayDeque<String> others, boolean isFirst) {
    if (gaveUp) {
      return;
    }
    String other = others.poll();
    if (other != null) {
      waitingChars -= other.length();
      compare(isFirst ? text : other, isFirst ? other : text);
      return;
    }
    own.add(text);
    waitingChars += text.length();
    if (waitingChars + 64L * own.size() > MOST_WAITING_CHARS) {
      String name = isFirst ? firstName : secondName;
      String ahead =
          "(" + own.size() + " lines more than the other: nothing compared from here on)";
      String behind = "(nothing)";
      tally.differs(
          Difference.ofLines(
              where(own.getFirst()) + ", where " + name + " ran ahead",
              isFirst ? ahead : behind,
              isFirst ? behind : ahead));
      gaveUp = true;
      own.clear();
    }
  }

  private void compare(String one, String other) {
    if (one.equals(other)) {
      line++;
      tally.same();
    } else {
      tally.differs(Difference.ofLines(where(one + other), one, other));
      line++;
    }
  }

  private String where(String text) {
    Matcher seq = SEQ.matcher(text);
    return "line " + (line + 1) + (seq.find() ? " (#" + seq.group(1) + ")" : "");
  }

  /** A line that has no counterpart. */
  synchronized void alone(boolean isFirst, String text) {
    String none = "(nothing more)";
    tally.differs(Difference.ofLines(where(text), isFirst ? text : none, isFirst ? none : text));
    line++;
  }

  /** Nothing more comes: what waits has no counterpart. */
  synchronized void end() {
    while (!first.isEmpty()) {
      alone(true, first.remove());
    }
    while (!second.isEmpty()) {
      alone(false, second.remove());
    }
  }
}
