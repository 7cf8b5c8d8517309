package dmrec.query;

import dmrec.event.EventRecord;
import dmrec.journal.JournalException;
import dmrec.journal.JournalIndex;
import dmrec.topology.Topology;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the {@link JournalStats} of a stretch of a journal, in one pass. */
public final class StatsReader {
  private StatsReader() {}

  /**
   * Reads it.
   *
   * @param since null for the beginning
   * @param until null for the end
   * @param damage takes what cannot be read
   */
  public static JournalStats read(
      JournalIndex journal, @Nullable Moment since, @Nullable Moment until, Damage damage)
      throws JournalException {
    Topology beginning = journal.stackAt(journal.firstSeq() - 1);
    Topology stack = beginning == null ? new Topology() : beginning;
    long fromNs = journal.firstWallNs();
    if (since != null) {
      // As it was before the first event that counts.
      Moment before =
          since instanceof Moment.AtTime time
              ? new Moment.AtTime(time.wallNs() - 1)
              : new Moment.AtSeq(((Moment.AtSeq) since).seq() - 1);
      stack = TopologyAt.of(journal, before).topology();
      fromNs = since instanceof Moment.AtTime time ? time.wallNs() : stack.wallNs();
    }
    StatsFold fold = new StatsFold(stack, fromNs);
    Selection selection = new Selection(Set.of(), null, since, until, true);
    try (SelectedEvents events = SelectedEvents.open(journal, selection)) {
      for (EventRecord record = damage.next(events::next);
          record != null;
          record = damage.next(events::next)) {
        fold.take(record);
      }
      return fold.finish();
    }
  }
}
