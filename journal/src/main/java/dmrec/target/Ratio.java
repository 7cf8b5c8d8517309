package dmrec.target;

/**
 * Two numbers the kernel prints as {@code part/whole}; the unit is the target's.
 *
 * @param part 0 and up; some targets report more than the whole for a moment
 * @param whole 0 and up
 */
public record Ratio(long part, long whole) {

  /** Whether nothing is missing. */
  public boolean isComplete() {
    return part >= whole;
  }

  @Override
  public String toString() {
    return part + "/" + whole;
  }
}
