package dmrec.journal;

/**
 * How often what was written is sealed.
 *
 * @param records at the latest behind so many documents; 0 for never
 * @param intervalNs at the latest so long after the first document that is not sealed; 0 where only
 *     the count matters, as for events that are copied
 */
public record SealPolicy(int records, long intervalNs) {
  /** What a recorder does: every 1,000 records, every 10 seconds. */
  public static final SealPolicy DEFAULT = new SealPolicy(1000, 10_000_000_000L);

  /** No seals. */
  public static final SealPolicy NEVER = new SealPolicy(0, 0);
}
