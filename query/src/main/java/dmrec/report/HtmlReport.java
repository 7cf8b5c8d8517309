package dmrec.report;

import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.journal.JournalException;
import dmrec.journal.JournalIndex;
import dmrec.query.Damage;
import dmrec.query.JournalStats;
import dmrec.query.Moment;
import dmrec.query.SelectedEvents;
import dmrec.query.Selection;
import dmrec.query.StatsReader;
import dmrec.query.TopologyAt;
import dmrec.topology.Topology;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
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
   * Writes it.
   *
   * @param since null for the beginning of the journal
   * @param until null for its end
   * @param title its heading; empty for the usual one
   * @param damage takes what cannot be read
   * @return how many events it holds
   * @throws TooManyEventsException where there are more than {@link #MOST_EVENTS}
   */
  public static long write(
      JournalIndex journal,
      @Nullable Moment since,
      @Nullable Moment until,
      String title,
      OutputStream out,
      Damage damage)
      throws IOException {
    JournalStats stats = StatsReader.read(journal, since, until, new Damage());
    Topology stack = beginning(journal, since);
    Facts facts = new Facts(title, stats, stack.recording());
    Pool pool = new Pool();
    Slots slots = new Slots();
    Lanes lanes = new Lanes(pool, slots);
    EventRows events = new EventRows(pool);
    StackRows states = new StackRows(stack, pool, slots, lanes);
    try (SelectedEvents selected =
        SelectedEvents.open(journal, new Selection(Set.of(), null, since, until, true))) {
      for (EventRecord record = damage.next(selected::next);
          record != null;
          record = damage.next(selected::next)) {
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
    return events.count();
  }

  /** As {@link #write(JournalIndex, Moment, Moment, String, OutputStream, Damage)}. */
  public static long write(
      Path journal,
      @Nullable Moment since,
      @Nullable Moment until,
      String title,
      OutputStream out,
      Damage damage)
      throws IOException {
    try (JournalIndex index = JournalIndex.open(journal, null)) {
      return write(index, since, until, title, out, damage);
    }
  }

  /** The stack before the first event. */
  private static Topology beginning(JournalIndex journal, @Nullable Moment since)
      throws JournalException {
    if (since == null) {
      Topology stack = journal.stackAt(journal.firstSeq() - 1);
      return stack == null ? new Topology() : stack.copy();
    }
    Moment before =
        since instanceof Moment.AtTime time
            ? new Moment.AtTime(time.wallNs() - 1)
            : new Moment.AtSeq(((Moment.AtSeq) since).seq() - 1);
    return TopologyAt.of(journal, before).topology().copy();
  }
}
