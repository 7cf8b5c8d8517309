package dmrec.journal;

/**
 * Which files of a journal go when. Whole files only, the oldest first, never the one being
 * written.
 *
 * @param keepNs a file goes when its newest event is older; 0 for no such limit
 * @param maxBytes the oldest go before the journal takes more on the disk; 0 for no such limit
 */
public record RetentionPolicy(long keepNs, long maxBytes) {
  public static final RetentionPolicy KEEP_ALL = new RetentionPolicy(0, 0);

  /** The least that {@link #maxBytes} can be: less would keep nothing of use. */
  public static final long LEAST_BYTES = 8L << 20;
}
