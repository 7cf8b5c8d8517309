package dmrec.journal;

/**
 * When what was written is brought to the disk; until then a power failure takes it, while the
 * death of the process does not.
 *
 * @param records a sync begins at the latest behind so many records; 1 for each before its append
 *     returns; 0 for never
 * @param intervalNs and at the latest so long after the first record that is not synced
 */
public record SyncPolicy(int records, long intervalNs) {
  /** At most 100 ms or 1,000 events. */
  public static final SyncPolicy DEFAULT = new SyncPolicy(1000, 100_000_000L);

  /** Each event before it counts as written. */
  public static final SyncPolicy ALWAYS = new SyncPolicy(1, 0);

  /** When the system likes. */
  public static final SyncPolicy OS = new SyncPolicy(0, 0);

  /** What a power failure can take, in words for a person. */
  public String lossWindow() {
    if (records == 0) {
      return "what the system has not written yet, usually half a minute";
    }
    return records == 1
        ? "nothing"
        : intervalNs / 1_000_000 + " ms or " + records + " events, and what comes during a sync";
  }
}
