package dmrec.foreign;

/**
 * Keeps the journal from being cut into countless files: it begins one with each day and where the
 * time goes back, so times that jump about would each take a file.
 */
final class Days {
  /** Over five years of days. */
  private static final int MOST_FILES = 2_000;

  private static final long DAY_NS = 86_400 * TextTimes.SECOND_NS;
  private static final long STEP_BACK_NS = 1_000_000;

  private long newestNs = When.UNKNOWN;
  private int files;

  /** Whether an event of that time still has room. */
  boolean hold(long wallNs) {
    boolean next =
        newestNs == When.UNKNOWN
            || wallNs < newestNs - STEP_BACK_NS
            || Math.floorDiv(wallNs, DAY_NS) != Math.floorDiv(newestNs, DAY_NS);
    if (next && files >= MOST_FILES) {
      return false;
    }
    files += next ? 1 : 0;
    newestNs = next ? wallNs : Math.max(newestNs, wallNs);
    return true;
  }
}
