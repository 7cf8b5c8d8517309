package dmrec.selftest;

import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.event.Source;
import dmrec.journal.EventCursor;
import dmrec.journal.EventQuery;
import dmrec.journal.Journal;
import dmrec.journal.JournalException;
import dmrec.query.EventText;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** The events of a journal that is being written, as they come. One thread. */
final class RecordedEvents implements AutoCloseable {
  private static final long TURN_MS = 20;

  private final Journal journal;
  private final EventCursor cursor;
  private final LongSupplier nanoTime;
  private final List<EventRecord> events = new ArrayList<>();
  private boolean hasProbes;

  private RecordedEvents(Journal journal, LongSupplier nanoTime) throws JournalException {
    this.journal = journal;
    this.cursor = journal.events(EventQuery.ALL);
    this.nanoTime = nanoTime;
  }

  /**
   * Opens a journal.
   *
   * @param nanoTime a clock that nobody sets
   */
  static RecordedEvents open(Path folder, LongSupplier nanoTime) throws JournalException {
    return new RecordedEvents(Journal.open(folder), nanoTime);
  }

  /** All that is there by now. */
  List<EventRecord> all() throws JournalException {
    read();
    return List.copyOf(events);
  }

  private void read() throws JournalException {
    for (EventRecord next = cursor.next(); next != null; next = cursor.next()) {
      events.add(next);
      if (next.event() instanceof DmEvent.RecordingStarted started) {
        hasProbes = started.sources().contains(Source.PROBE.word());
      }
    }
  }

  /** Whether the recorder has the kernel's probes. */
  boolean hasProbes() throws JournalException {
    read();
    return hasProbes;
  }

  /** What the recorder lost, and what of the journal cannot be read; in words. */
  List<String> losses() throws JournalException {
    List<String> losses = new ArrayList<>(cursor.damage().messages());
    for (EventRecord record : all()) {
      if (record.kind() == Kind.GAP) {
        losses.add(EventText.sentence(record));
      }
    }
    return losses;
  }

  /**
   * Waits until a cause is told, as far as this recorder can; for a time at most.
   *
   * @return whether it is told
   */
  boolean await(Cause cause, long mostNs) throws JournalException, InterruptedException {
    long endNs = nanoTime.getAsLong() + mostNs;
    BooleanSupplier isTold =
        () ->
            cause.changes().stream()
                .filter(change -> hasProbes || !change.brief())
                .allMatch(change -> isTold(cause, change.kind()));
    read();
    while (!isTold.getAsBoolean()) {
      if (nanoTime.getAsLong() - endNs > 0) {
        return false;
      }
      Thread.sleep(TURN_MS);
      read();
    }
    return true;
  }

  private boolean isTold(Cause cause, Kind kind) {
    for (int i = events.size() - 1; i >= 0; i--) {
      if (JournalCheck.tells(events.get(i), cause, kind)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void close() {
    cursor.close();
    journal.close();
  }
}
