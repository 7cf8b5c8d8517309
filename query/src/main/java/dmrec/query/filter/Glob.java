package dmrec.query.filter;

/**
 * A pattern as the shell has it: {@code *} any text, {@code ?} one character, {@code [a-c]} or
 * {@code [!a-c]} one of some, and a backslash before one of these for itself.
 *
 * <p>Goes back to the last star only, so that its work is bounded by the lengths of text and
 * pattern multiplied, whatever they are.
 */
final class Glob {
  private final String glob;

  Glob(String glob) {
    this.glob = glob;
  }

  boolean matches(String text) {
    int g = 0;
    int t = 0;
    int starG = -1;
    int starT = 0;
    while (t < text.length()) {
      int length = Character.charCount(text.codePointAt(t));
      if (g < glob.length() && glob.charAt(g) == '*') {
        starG = ++g;
        starT = t;
        continue;
      }
      int next = g < glob.length() ? one(g, text.codePointAt(t)) : -1;
      if (next >= 0) {
        g = next;
        t += length;
      } else if (starG >= 0) {
        g = starG;
        starT += Character.charCount(text.codePointAt(starT));
        t = starT;
      } else {
        return false;
      }
    }
    while (g < glob.length() && glob.charAt(g) == '*') {
      g++;
    }
    return g == glob.length();
  }

  /** Where the glob goes on behind the one element at {@code at}; -1 where that does not match. */
  private int one(int at, int point) {
    int c = glob.codePointAt(at);
    int behind = at + Character.charCount(c);
    if (c == '?') {
      return behind;
    }
    if (c == '\\' && behind < glob.length() && "*?[]\\".indexOf(glob.charAt(behind)) >= 0) {
      return glob.charAt(behind) == point ? behind + 1 : -1;
    }
    int close = c == '[' ? closing(at) : -1;
    if (close < 0) {
      return c == point ? behind : -1;
    }
    boolean negated = glob.charAt(at + 1) == '!' || glob.charAt(at + 1) == '^';
    return isInClass(at + (negated ? 2 : 1), close, point) != negated ? close + 1 : -1;
  }

  /** A bracket that is never closed stands for itself; one right at the beginning does too. */
  private int closing(int open) {
    int first = open + 1;
    if (first < glob.length() && (glob.charAt(first) == '!' || glob.charAt(first) == '^')) {
      first++;
    }
    return first >= glob.length() ? -1 : glob.indexOf(']', first + 1);
  }

  private boolean isInClass(int from, int to, int point) {
    int i = from;
    while (i < to) {
      int low = glob.codePointAt(i);
      int next = i + Character.charCount(low);
      int high = low;
      if (next + 1 < to && glob.charAt(next) == '-') {
        high = glob.codePointAt(next + 1);
        next += 1 + Character.charCount(high);
      }
      if (point >= low && point <= high) {
        return true;
      }
      i = next;
    }
    return false;
  }
}
