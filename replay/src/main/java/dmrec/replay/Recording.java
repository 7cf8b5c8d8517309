package dmrec.replay;

import dmrec.handler.JournalIdentity;
import dmrec.journal.Damage;
import dmrec.journal.JournalException;
import dmrec.topology.Topology;

/** A stretch of recorded events that can be replayed, as often as one likes. */
public interface Recording {
  JournalIdentity identity();

  /** The stack before the first event; a new copy each time. */
  Topology topology();

  /** What is damaged before the first event, so that the stack may have been another. */
  default Damage damage() {
    return Damage.NONE;
  }

  /**
   * The events, from the first.
   *
   * @param whole also those that are not to be fed, so that the stack can be followed
   */
  EventStream open(boolean whole) throws JournalException;
}
