package dmrec.selftest;

import dmrec.event.Certainty;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.event.Source;
import org.jspecify.annotations.Nullable;

/**
 * How one change was told.
 *
 * @param record the event; null where there is none
 * @param wrong what is wrong with it, in words; empty where all is well
 */
record Finding(Cause cause, Kind kind, How how, @Nullable EventRecord record, String wrong) {

  /** How an event is known. */
  enum How {
    EXACT("exact"),
    UEVENT("by uevent"),
    POLL("by polling"),
    INFERRED("correlated"),
    /** It was over before the next poll, and there are no probes. */
    TOO_BRIEF("not told, too brief for polling"),
    NOT_TOLD("NOT TOLD");

    private final String words;

    How(String words) {
      this.words = words;
    }

    String words() {
      return words;
    }

    static How of(EventRecord record) {
      if (record.certainty() == Certainty.REPORTED) {
        return record.source() == Source.PROBE ? EXACT : UEVENT;
      }
      return record.certainty() == Certainty.DERIVED ? POLL : INFERRED;
    }

    /** Whether the event's time is later than the change. */
    boolean isLate() {
      return this == UEVENT || this == POLL || this == INFERRED;
    }
  }

  static Finding of(Cause cause, Kind kind, EventRecord record, String wrong) {
    return new Finding(cause, kind, How.of(record), record, wrong);
  }

  boolean isWrong() {
    return !wrong.isEmpty() || how == How.NOT_TOLD;
  }

  /** Within how long before the event's time the change was, in nanoseconds. */
  long withinNs() {
    return record == null || !how.isLate()
        ? 0
        : record.wallNs() - Math.max(record.notBeforeNs(), cause.beforeNs());
  }
}
