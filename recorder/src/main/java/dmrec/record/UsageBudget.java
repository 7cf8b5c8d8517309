package dmrec.record;

/**
 * How often a device's moving numbers are recorded: each time at first, then once in a while, so
 * that a busy device does not fill the journal with its load.
 */
final class UsageBudget {
  private static final int BURST = 60;
  private static final long REFILL_NS = 10_000_000_000L;

  private long tokens = BURST;
  private long refilledMonoNs = Long.MIN_VALUE;

  /** Takes one record's worth, if there is one at this moment. */
  boolean grants(long monoNs) {
    if (refilledMonoNs == Long.MIN_VALUE) {
      refilledMonoNs = monoNs;
    }
    long earned = Math.max(0, monoNs - refilledMonoNs) / REFILL_NS;
    tokens = Math.min(BURST, tokens + earned);
    refilledMonoNs += earned * REFILL_NS;
    if (tokens == 0) {
      return false;
    }
    tokens--;
    return true;
  }

  /** Whether two status texts have the same words but for whole numbers and ratios of them. */
  static boolean onlyNumbersMoved(String before, String after) {
    String[] was = before.split(" ", -1);
    String[] is = after.split(" ", -1);
    if (was.length != is.length) {
      return false;
    }
    for (int i = 0; i < is.length; i++) {
      if (!was[i].equals(is[i]) && !(isNumber(was[i]) && isNumber(is[i]))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isNumber(String word) {
    int slash = word.indexOf('/');
    return slash < 0
        ? isDigits(word)
        : isDigits(word.substring(0, slash)) && isDigits(word.substring(slash + 1));
  }

  private static boolean isDigits(String word) {
    return !word.isEmpty() && word.chars().allMatch(c -> c >= '0' && c <= '9');
  }
}
