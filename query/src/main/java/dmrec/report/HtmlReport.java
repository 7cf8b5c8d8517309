package dmrec.report;

import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.journal.Damage;
import dmrec.journal.Journal;
import dmrec.journal.Position;
import dmrec.query.EventSelection;
import dmrec.query.JournalStats;
import dmrec.query.SelectedEvents;
import dmrec.query.SeqRange;
import dmrec.query.StatsReader;
import dmrec.topology.Topology;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes a stretch of a journal as one HTML file that shows it: the events, the stack at each of
 * them, when paths failed and devices were out.
 *
 * <p>The same stretch gives the same bytes: nothing of the time, the machine or the place of the
 * journal goes into it.
 */
public final class HtmlReport {
  /** The page is made in memory, here and in the browser. */
  public static final int MOST_EVENTS = 250_000;

  private HtmlReport() {}

  /**
   * What was written.
   *
   * @param events how many events it holds
   * @param damage what could not be read
   */
  public record Written(long events, Damage damage) {}

  /**
   * Writes it.
   *
   * @param since null for the beginning of the journal
   * @param until null for its end
   * @param title its heading; empty for the usual one
   * @throws TooManyEventsException where there are more than {@link #MOST_EVENTS}
   */
  public static Written write(
      Journal journal,
      @Nullable Position since,
      @Nullable Position until,
      String title,
      OutputStream out)
      throws IOException {
    JournalStats stats = StatsReader.read(journal, since, until);
    Topology stack = SeqRange.of(journal, since, null).before(journal).topology();
    Facts facts = new Facts(title, stats, stack.recording());
    Pool pool = new Pool();
    Slots slots = new Slots();
    Lanes lanes = new Lanes(pool, slots);
    EventRows events = new EventRows(pool);
    StackRows states = new StackRows(stack, pool, slots, lanes);
    Damage damage = stats.damage();
    try (SelectedEvents selected =
        SelectedEvents.open(journal, new EventSelection(Set.of(), null, since, until, true))) {
      for (EventRecord record = selected.next(); record != null; record = selected.next()) {
        // The stack first: a path that fails may be one that this very event shows.
        states.apply(record, events.count() + 1);
        events.add(record, lanes.of(record));
        if (events.count() > MOST_EVENTS) {
          throw new TooManyEventsException(MOST_EVENTS);
        }
        if (record.event() instanceof DmEvent.Gap gap) {
          facts.gap(events.count(), gap);
        } else if (record.event() instanceof DmEvent.RecordingStarted started) {
          facts.recording(events.count(), started);
        }
      }
      damage = damage.and(selected.damage());
    }
    states.numberAll();
    Packed rest = new Packed();
    events.writeTo(rest);
    states.writeTo(rest);
    lanes.writeTo(rest);
    // The pools come first in the file, and are whole only now.
    Packed data = new Packed();
    data.text(facts.json(damage));
    pool.writeTo(data);
    data.all(rest);
    Page.write(title, data, out);
    return new Written(events.count(), damage);
  }
}
