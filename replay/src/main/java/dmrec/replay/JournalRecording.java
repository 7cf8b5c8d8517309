package dmrec.replay;

import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.handler.JournalIdentity;
import dmrec.journal.Damage;
import dmrec.journal.EventCursor;
import dmrec.journal.EventQuery;
import dmrec.journal.Journal;
import dmrec.journal.JournalException;
import dmrec.journal.Position;
import dmrec.journal.Snapshot;
import dmrec.topology.Topology;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Some consecutive events of a journal, which may be written to meanwhile. */
public final class JournalRecording implements Recording {
  private final Journal journal;
  private final EventQuery range;
  private final EventChoice choice;
  private final Topology before;
  private final Damage damage;
  private final JournalIdentity identity;

  private JournalRecording(
      Journal journal, EventQuery range, EventChoice choice, Topology before, Damage damage) {
    this.journal = journal;
    this.range = range;
    this.choice = choice;
    this.before = before;
    this.damage = damage;
    DmEvent.RecordingStarted recording = before.recording();
    this.identity =
        new JournalIdentity(
            journal.folder().toString(),
            recording == null ? "" : recording.host(),
            recording == null ? "" : recording.bootId(),
            recording == null ? "" : recording.kernel(),
            range.minSeq());
  }

  /**
   * The events from one number to another.
   *
   * @param journal stays open for as long as this is used
   * @param fromSeq number of the first event; below the journal's first for that one
   * @param toSeq number of the last event; above the journal's last for that one
   * @param choice which of the events are fed
   */
  public static JournalRecording of(Journal journal, long fromSeq, long toSeq, EventChoice choice)
      throws JournalException {
    Position asked = Position.atSeq(Math.max(1, fromSeq) - 1);
    long first = Math.max(Math.max(1, fromSeq), journal.seqAt(asked) + 1);
    EventQuery range = EventQuery.ALL.from(first).to(toSeq);
    Snapshot snapshot = journal.at(Position.atSeq(first - 1));
    Topology before = snapshot.topology();
    if (before.recording() == null) {
      // Where the first event begins the recording, a handler wants to know of which.
      try (EventCursor events = journal.events(range)) {
        EventRecord begins = events.next();
        if (begins != null && begins.kind() == Kind.RECORDING_STARTED) {
          before.apply(begins);
        }
      }
    }
    return new JournalRecording(journal, range, choice, before, snapshot.damage());
  }

  @Override
  public JournalIdentity identity() {
    return identity;
  }

  @Override
  public Topology topology() {
    return before.copy();
  }

  @Override
  public Damage damage() {
    return damage;
  }

  @Override
  public EventStream open(boolean whole) throws JournalException {
    EventQuery query = whole ? EventQuery.ALL : choice.query();
    return new Stream(
        journal.events(query.from(range.minSeq()).to(range.maxSeq())), choice.from(before.copy()));
  }

  private static final class Stream implements EventStream {
    private final EventCursor events;
    private final Predicate<EventRecord> fed;
    private boolean isFed;

    Stream(EventCursor events, Predicate<EventRecord> fed) {
      this.events = events;
      this.fed = fed;
    }

    @Override
    public @Nullable EventRecord next() throws JournalException {
      EventRecord record = events.next();
      isFed = record != null && fed.test(record);
      return record;
    }

    @Override
    public boolean isFed() {
      return isFed;
    }

    @Override
    public Damage damage() {
      return events.damage();
    }

    @Override
    public void close() {
      events.close();
    }
  }
}
