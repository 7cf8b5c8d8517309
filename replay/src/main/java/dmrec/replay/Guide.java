package dmrec.replay;

import dmrec.event.EventRecord;
import dmrec.journal.Damage;

/**
 * Whoever leads through a replay. Called by the thread that calls the handler, but for {@link
 * #turn} and for a finding of {@link Finding.How#HANGS}.
 */
public interface Guide {
  /** Before the handler gets an event; may wait, and may stop the replay. */
  default void before(EventRecord record) {}

  /**
   * The handler failed.
   *
   * @return whether to go on with the next event; asked in vain where there is none
   */
  boolean failed(Finding finding);

  /**
   * Something is damaged: what lies behind the last event, so that events may be missing, or what
   * lies before the first, so that the stack may be another. The replay goes on.
   */
  default void damaged(Damage damage) {}

  /** Called every now and then while the replay runs, by the thread that runs it. */
  default void turn() {}
}
