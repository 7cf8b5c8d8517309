package dmrec.journal;

import dmrec.topology.Topology;

/**
 * The stack at a position, and how far that can be trusted.
 *
 * @param topology the fold of all events up to it; whoever asked owns it
 * @param damage what lies between the state that was begun with and the position: with any, the
 *     stack may have been another
 * @param isBeforeJournal whether the position lies before everything that is known; the stack is
 *     empty then
 */
public record Snapshot(Topology topology, Damage damage, boolean isBeforeJournal) {
  /**
   * Where no recording ran at the position, wall clock of the end of the last one before it; else
   * 0.
   */
  public long stoppedNs() {
    return topology.isStopped() ? topology.wallNs() : 0;
  }
}
