package dmrec.journal.seal;

import dmrec.journal.Finding.Kind;
import dmrec.journal.SealPolicy;

/** Whether there are as many seals as the recorder was told to write. One thread. */
final class SealDuty {
  /** What a writer may add to an interval beyond what its policy says. */
  private static final int SLACK_EVENTS = 64;

  private static final long SLACK_NS = 30_000_000_000L;

  private final Interval unsealed;
  private final Findings findings;
  private SealPolicy policy = SealPolicy.NEVER;

  /**
   * A judge of intervals.
   *
   * @param unsealed the documents since the last seal
   */
  SealDuty(Interval unsealed, Findings findings) {
    this.unsealed = unsealed;
    this.findings = findings;
  }

  /** What the file's header says of it. */
  void under(SealPolicy told) {
    policy = told;
  }

  /** Says that seals are gone, where nothing else was said of the documents. */
  void tooMany(boolean isTold) {
    if (!isTold
        && policy.records() > 0
        && unsealed.events() > (long) policy.records() + SLACK_EVENTS) {
      findings.tell(
          Kind.SEAL_ABSENT,
          unsealed.offset(0),
          0,
          0,
          unsealed.wallNs(0),
          unsealed.events()
              + " events without a seal, where one is due every "
              + policy.records()
              + ": seals were removed");
    }
  }

  /** Says that the end of a file was sealed by whoever began the next one. */
  void sealedLater(long from, long to, long wallNs) {
    if (policy.records() > 0 && unsealed.events() > 0) {
      findings.tell(
          Kind.SEALED_LATER,
          -1,
          from,
          to,
          wallNs,
          "a recorder was killed here: what it had not sealed was sealed only when the next"
              + " file began");
    }
  }

  /** Says what is not sealed at the end of the journal. */
  void atEnd(long from, long to, long wallNs) {
    if (policy.records() == 0) {
      return;
    }
    if (policy.intervalNs() > 0 && unsealed.spanNs() > policy.intervalNs() + SLACK_NS) {
      findings.tell(
          Kind.SEAL_ABSENT,
          unsealed.offset(0),
          from,
          to,
          wallNs,
          "events of "
              + unsealed.spanNs() / 1_000_000_000L
              + " s without a seal, where one is due every "
              + policy.intervalNs() / 1_000_000_000L
              + " s");
    } else if (unsealed.events() > 0) {
      findings.tell(
          Kind.UNFINISHED_TAIL,
          -1,
          from,
          to,
          wallNs,
          "not sealed yet, or the recorder was killed here");
    }
  }
}
