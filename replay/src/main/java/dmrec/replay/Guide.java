package dmrec.replay;

import dmrec.event.EventRecord;
import dmrec.journal.JournalException;

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

  /** What lies behind the last event is damaged; the replay goes on behind that. */
  default void damaged(JournalException e) {}

  /** Called every now and then while the replay runs, by the thread that runs it. */
  default void turn() {}
}
