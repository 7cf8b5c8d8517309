package dmrec.query;

import dmrec.event.EventRecord;
import dmrec.journal.Journal;
import dmrec.journal.JournalException;
import dmrec.journal.Position;
import dmrec.journal.Snapshot;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the {@link JournalStats} of a part of a journal, in one pass. */
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
    EventSelection selection = new EventSelection(Set.of(), null, since, until, true);
    try (SelectedEvents events = SelectedEvents.open(journal, selection)) {
      for (EventRecord record = events.next(); record != null; record = events.next()) {
        fold.take(record);
      }
      return fold.finish(beginning.damage().and(events.damage()));
    }
  }
}
