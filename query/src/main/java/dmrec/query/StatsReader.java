package dmrec.query;

import dmrec.event.Certainty;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.event.Mark;
import dmrec.event.Source;
import dmrec.journal.EventCursor;
import dmrec.journal.EventHead;
import dmrec.journal.EventQuery;
import dmrec.journal.Journal;
import dmrec.journal.JournalException;
import dmrec.journal.Position;
import dmrec.journal.Snapshot;
import dmrec.target.DevNo;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * Reads the {@link JournalStats} of a part of a journal, in one pass. Of a path's event no more is
 * read than its head, unless a process may be behind it; one is counted too that was written in a
 * way that nobody understands.
 */
public final class StatsReader {
  private StatsReader() {}

  /**
   * Reads it.
   *
   * @param since null for the beginning
   * @param until null for the end
   */
  public static JournalStats read(
      Journal journal, @Nullable Position since, @Nullable Position until) throws JournalException {
    Snapshot beginning = SeqRange.of(journal, since, null).before(journal);
    long beganNs =
        since instanceof Position.AtTime time ? time.wallNs() : beginning.topology().wallNs();
    StatsFold fold =
        new StatsFold(beginning.topology(), Math.max(beganNs, journal.extent().firstWallNs()));
    EventQuery query = new EventSelection(Set.of(), null, since, until, true).query();
    try (EventCursor events = journal.heads(query)) {
      for (EventHead head = events.nextHead(); head != null; head = events.nextHead()) {
        if (Thread.interrupted()) {
          throw new CancellationException("interrupted");
        }
        EventRecord told = ofHead(head);
        EventRecord record = told == null || mayHaveActor(head) ? events.read() : told;
        record = record == null ? told : record;
        if (record != null) {
          fold.take(record);
        }
      }
      return fold.finish(beginning.damage().and(events.damage()));
    }
  }

  private static boolean mayHaveActor(EventHead head) {
    return head.source() == Source.PROBE || Mark.INJECTED.isIn(head.marks());
  }

  /** What counts of a path's event, which its head tells; null of others. */
  private static @Nullable EventRecord ofHead(EventHead head) {
    boolean isFailed = head.kind() == Kind.PATH_FAILED;
    Source source = head.source();
    Certainty certainty = head.certainty();
    if ((!isFailed && head.kind() != Kind.PATH_REINSTATED) || source == null || certainty == null) {
      return null;
    }
    DevNo path = head.path().dev();
    String disk = head.path().name();
    return EventRecord.of(DmEvent.OfPath.of(isFailed, path, disk, -1, 0))
        .seq(head.seq())
        .at(head.wallNs(), 0)
        .source(source)
        .certainty(certainty)
        .marks(head.marks())
        .device(head.device())
        .build();
  }
}
