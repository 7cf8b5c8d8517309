package dmrec.query;

import dmrec.event.EventRecord;
import dmrec.journal.EventCursor;
import dmrec.journal.EventQuery;
import dmrec.journal.Journal;
import dmrec.journal.JournalException;
import dmrec.journal.Position;
import dmrec.journal.Snapshot;
import org.jspecify.annotations.Nullable;

/**
 * The numbers of the events between two positions.
 *
 * @param fromSeq of the first event, from 1
 * @param toSeq of the last event; {@link Long#MAX_VALUE} where the journal's end is meant
 */
public record SeqRange(long fromSeq, long toSeq) {
  /**
   * What lies between two positions, both included.
   *
   * @param since null for the journal's beginning
   * @param until null for its end
   */
  public static SeqRange of(Journal journal, @Nullable Position since, @Nullable Position until)
      throws JournalException {
    long before =
        since instanceof Position.AtTime time
            ? journal.seqAt(Position.atTime(time.wallNs() - 1))
            : since instanceof Position.AtSeq number ? number.seq() - 1 : 0;
    long to =
        until instanceof Position.AtTime time
            ? lastUntil(journal, time)
            : until instanceof Position.AtSeq number ? number.seq() : Long.MAX_VALUE;
    return new SeqRange(Math.max(before, journal.seqAt(Position.atSeq(before))) + 1, to);
  }

  /** Up to the first event that is later: what is damaged before that may belong to the time. */
  private static long lastUntil(Journal journal, Position.AtTime time) throws JournalException {
    try (EventCursor later = journal.events(EventQuery.ALL.from(journal.seqAt(time) + 1))) {
      EventRecord first = later.next();
      return first == null ? Long.MAX_VALUE - 1 : first.seq() - 1;
    }
  }

  /** Whether there is no number in it; one that is not may yet have no event. */
  public boolean isEmpty() {
    return fromSeq > toSeq;
  }

  /** The number of the last event there is at present. */
  public long lastSeq(Journal journal) throws JournalException {
    return Math.min(toSeq, journal.seqAt(Position.END));
  }

  /** The stack before the first of the events. */
  public Snapshot before(Journal journal) throws JournalException {
    return journal.at(Position.atSeq(fromSeq - 1));
  }
}
