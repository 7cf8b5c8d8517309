package dmrec.record;

/**
 * How the kernel's probes fare.
 *
 * @param hits that were read since they were placed
 * @param lost hits that were written and could not be read, as the buffers were full
 * @param missed hits that a probe had no room for and did not write
 * @param isBlind whether they see nothing, as somebody has switched them off
 * @param placed how many probes the kernel has taken
 * @param refused how many it has not
 */
public record ProbeCounts(
    long hits, long lost, long missed, boolean isBlind, int placed, int refused) {
  /** Of a recording without probes. */
  public static final ProbeCounts NONE = new ProbeCounts(0, 0, 0, false, 0, 0);
}
