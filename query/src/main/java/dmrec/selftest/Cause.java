package dmrec.selftest;

import dmrec.event.Kind;
import dmrec.target.DevNo;
import java.util.List;

/**
 * Something that was done, or made to happen, and what a recorder must tell of it.
 *
 * @param title what it is, for people
 * @param changes in the order in which they must come
 * @param name the device's name
 * @param dev its number
 * @param pid the process that asked for it; 0 where it happens by itself, as by I/O
 * @param command what was run
 * @param beforeNs wall clock before
 * @param afterNs wall clock after
 */
record Cause(
    String title,
    List<Change> changes,
    String name,
    DevNo dev,
    long pid,
    String command,
    long beforeNs,
    long afterNs) {

  /**
   * One change.
   *
   * @param brief whether it is over, or leaves no trace, before a poll can show it: only probes
   *     tell it
   */
  record Change(Kind kind, boolean brief) {
    static Change lasting(Kind kind) {
      return new Change(kind, false);
    }

    static Change brief(Kind kind) {
      return new Change(kind, true);
    }
  }

  Cause {
    changes = List.copyOf(changes);
  }
}
