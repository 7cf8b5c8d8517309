package dmrec.replay.junit;

import dmrec.event.EventRecord;
import dmrec.event.KernelText;
import dmrec.event.Kind;
import dmrec.handler.DmEventHandler;
import dmrec.handler.JournalIdentity;
import dmrec.handler.ReplayContext;
import dmrec.handler.ReplaySummary;
import dmrec.handler.ReplayedEvent;
import dmrec.replay.RecordedClock;
import dmrec.topology.Topology;
import java.time.Clock;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Recorded events for a test. They can be gone through as often as one likes; each time begins with
 * the first, and with the stack before it. One thread.
 */
public final class ReplayedStream implements Iterable<ReplayedEvent> {
  private final JournalIdentity journal;
  private final Topology topology;
  private final List<EventRecord> records;
  private final Set<Kind> kinds;
  private final RecordedClock clock;
  private @Nullable EventRecord current;
  private boolean isOver;

  /**
   * Events of a recording.
   *
   * @param topology the stack before the first of them
   * @param records all of them, as all change the stack
   * @param kinds which of them are given; none for all
   */
  ReplayedStream(
      JournalIdentity journal, Topology topology, List<EventRecord> records, Set<Kind> kinds) {
    this.journal = journal;
    this.topology = topology;
    this.records = records;
    this.kinds = kinds;
    this.clock = new RecordedClock(before());
  }

  private long before() {
    return topology.wallNs() != 0 || records.isEmpty()
        ? topology.wallNs()
        : records.get(0).wallNs();
  }

  /** The stack before the first event; a copy. */
  public Topology topology() {
    return topology.copy();
  }

  /** Shows the time of the event at hand. */
  public Clock clock() {
    return clock;
  }

  /** The event at hand; null before the first. */
  public @Nullable EventRecord current() {
    return current;
  }

  /** The events, oldest first. */
  public List<EventRecord> records() {
    return records.stream().filter(this::isGiven).toList();
  }

  private boolean isGiven(EventRecord record) {
    return kinds.isEmpty() || kinds.contains(record.kind());
  }

  /** An event is valid until the next one is asked for; copy a topology that is to be kept. */
  @Override
  public Iterator<ReplayedEvent> iterator() {
    current = null;
    isOver = false;
    clock.set(before());
    return new Walk();
  }

  private final class Walk implements Iterator<ReplayedEvent> {
    private final Topology before = topology.copy();
    private final Topology after = topology.copy();
    private @Nullable EventRecord given;
    private int at;

    @Override
    public boolean hasNext() {
      EventRecord last = given;
      if (last != null) {
        before.apply(last);
        given = null;
      }
      while (at < records.size() && !isGiven(records.get(at))) {
        EventRecord passed = records.get(at++);
        after.apply(passed);
        before.apply(passed);
      }
      isOver = at == records.size();
      return !isOver;
    }

    @Override
    public ReplayedEvent next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      EventRecord record = records.get(at++);
      given = record;
      current = record;
      clock.set(record.wallNs());
      after.apply(record);
      return new ReplayedEvent(record, before, after);
    }
  }

  /**
   * Opens a handler, feeds it all events, and closes it.
   *
   * @throws Exception what the handler throws; it is closed nevertheless
   */
  public ReplaySummary feed(DmEventHandler handler) throws Exception {
    long beganNs = System.nanoTime();
    EventRecord first = null;
    long events = 0;
    boolean wants = handler.wantsTopology();
    Iterator<ReplayedEvent> all = iterator();
    handler.open(new ReplayContext(topology(), clock, journal, System.out));
    Exception thrown = null;
    try {
      while (all.hasNext()) {
        ReplayedEvent event = all.next();
        first = first == null ? event.record() : first;
        events++;
        handler.handle(wants ? event : new ReplayedEvent(event.record()));
      }
    } catch (Exception e) {
      thrown = e;
    }
    EventRecord last = current;
    ReplaySummary summary =
        new ReplaySummary(
            events,
            thrown == null ? 0 : 1,
            first == null ? 0 : first.seq(),
            last == null ? 0 : last.seq(),
            first == null || last == null ? 0 : last.wallNs() - first.wallNs(),
            System.nanoTime() - beganNs);
    try {
      handler.close(summary);
    } catch (Exception e) {
      if (thrown == null) {
        throw e;
      }
      thrown.addSuppressed(e);
    }
    if (thrown != null) {
      throw thrown;
    }
    return summary;
  }

  /** Where in the stream it is, in words. */
  String place() {
    EventRecord at = current;
    String place;
    if (at == null) {
      place = "before the first event";
    } else {
      String device = at.device().name();
      place =
          (isOver ? "behind the last event, #" : "at #")
              + at.seq()
              + " "
              + at.kind().word()
              + (device.isEmpty() ? "" : " of " + KernelText.printable(device));
    }
    return place + " of " + KernelText.printable(journal.journal());
  }

  @Override
  public String toString() {
    return journal.journal() + ", " + place();
  }
}
