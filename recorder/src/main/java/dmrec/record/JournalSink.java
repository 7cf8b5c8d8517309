package dmrec.record;

import dmrec.event.Bytes;
import dmrec.event.Certainty;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.event.Source;
import dmrec.journal.JournalFullException;
import dmrec.journal.JournalWriter;
import dmrec.kernel.Clocks;
import dmrec.kernel.KernelException;
import dmrec.topology.Topology;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Locale;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes events to a journal, and lets the recording go on where that has no room.
 *
 * <p>Design note: an event that cannot be kept still changes the topology, so that the recorder
 * goes on to understand what it sees. When there is room again, a gap says exactly how many events
 * are missing, and the state of everything is told again behind it, as of before the next event:
 * from there on a reader knows what the recorder knows. Checkpoints meanwhile tell what a reader
 * knows, not what the recorder does.
 *
 * <p>One thread.
 */
public final class JournalSink implements EventSink {
  private final JournalWriter writer;
  private final Supplier<Stamp> clock;
  private final Consumer<String> notices;
  private RecordingSummary summary = new RecordingSummary();

  /** What the journal's records add up to where that is not the stack itself; else null. */
  private @Nullable Topology kept;

  /** What has to be told of the stack until a reader knows it again. */
  private final Queue<EventRecord> untold = new ArrayDeque<>();

  /** Events since the last gap that are not in the journal. */
  private long lost;

  private long lostFromNs;
  private long lostToNs;

  /** Events since it became full that are not in the journal. */
  private long lostInAll;

  private long fullSinceMonoNs;

  JournalSink(JournalWriter writer, Supplier<Stamp> clock, Consumer<String> notices) {
    this.writer = writer;
    this.clock = clock;
    this.notices = notices;
  }

  /**
   * A sink for a recorder on {@link JournalWriter#topology}.
   *
   * @param notices gets a line when the journal becomes full and one when it goes on
   */
  public static JournalSink of(JournalWriter writer, Consumer<String> notices)
      throws KernelException {
    Clocks clocks = Clocks.open();
    return new JournalSink(writer, () -> new Stamp(clocks.wallNs(), clocks.monotonicNs()), notices);
  }

  /** Lets what this writes by itself, and what it cannot keep, be counted beside the rest. */
  public void countIn(RecordingSummary recording) {
    summary = recording;
  }

  /**
   * {@inheritDoc}
   *
   * @return the number of the last event in the journal where there is no room for this one
   */
  @Override
  public long append(EventRecord record) throws IOException {
    if (record.event() instanceof DmEvent.RecordingStopped stopped) {
      return appendLast(record, stopped);
    }
    try {
      catchUp(new Stamp(record.wallNs(), record.monoNs()));
      return writer.append(record);
    } catch (JournalFullException e) {
      return notKept(record, e);
    }
  }

  /** What is to be done from time to time where no event comes. */
  public void tick() throws IOException {
    writer.tick();
    if (kept != null) {
      try {
        catchUp(clock.get());
      } catch (JournalFullException e) {
        return; // It was told when it became so.
      }
    }
  }

  private long notKept(EventRecord record, JournalFullException full) {
    if (kept == null) {
      kept = writer.topology().copy();
      writer.checkpoint(kept);
      lostInAll = 0;
      fullSinceMonoNs = record.monoNs();
      notices.accept(
          full.getMessage() + ". The recording goes on; events are counted, not kept, until then");
    }
    if (lost++ == 0) {
      lostFromNs = record.wallNs();
    }
    lostToNs = record.wallNs();
    lostInAll++;
    summary.notKept(record);
    return writer.lastSeq();
  }

  /** Tells of what is missing and of the stack, as far as there is room. */
  private void catchUp(Stamp now) throws IOException {
    if (kept == null) {
      return;
    }
    if (lost > 0) {
      tell(gap(now), kept, false);
      untold.clear();
      for (EventRecord state : writer.topology().records()) {
        if (state.kind() != Kind.RECORDING_STARTED) {
          untold.add(EventSize.bounded(state));
        }
      }
    }
    for (EventRecord next = untold.peek(); next != null; next = untold.peek()) {
      tell(own(now, next.device(), next.event()), kept, false);
      untold.remove();
    }
    kept = null;
    writer.checkpoint(null);
    notices.accept(
        String.format(
            Locale.ROOT,
            "the journal has room again: %d event%s of %.1f s %s not in it",
            lostInAll,
            lostInAll == 1 ? "" : "s",
            (now.monoNs() - fullSinceMonoNs) / 1e9,
            lostInAll == 1 ? "is" : "are"));
  }

  /** What is missing has to be in the journal before the recording ends. */
  private long appendLast(EventRecord record, DmEvent.RecordingStopped stopped) throws IOException {
    Stamp now = new Stamp(record.wallNs(), record.monoNs());
    try {
      catchUp(now);
    } catch (JournalFullException e) {
      // The state of the stack is of no use to anybody any more; the count is.
    }
    try {
      EventRecord last = record;
      if (kept != null) {
        if (lost > 0) {
          tell(gap(now), kept, true);
        }
        last =
            own(
                now,
                DeviceRef.NONE,
                new DmEvent.RecordingStopped(
                    stopped.reason(), summary.events() + 1, summary.lost(), stopped.dropped()));
        notices.accept(
            "the recording ends with the journal full: "
                + lostInAll
                + " events are not in it, as it says");
      }
      return writer.appendLastWords(last);
    } catch (JournalFullException e) {
      long seq = notKept(record, e);
      notices.accept("the journal ends without saying so: " + lostInAll + " events are not in it");
      return seq;
    }
  }

  private EventRecord gap(Stamp now) {
    return own(
        now,
        DeviceRef.NONE,
        new DmEvent.Gap(
            DmEvent.Gap.JOURNAL, lost, lostFromNs, lostToNs, "the journal had no room"));
  }

  private static EventRecord own(Stamp now, DeviceRef device, DmEvent event) {
    return new EventRecord(
        0,
        now.wallNs(),
        now.monoNs(),
        0,
        0,
        Source.RECORDER,
        Certainty.REPORTED,
        0,
        null,
        device,
        event,
        Bytes.NONE,
        Bytes.NONE);
  }

  private void tell(EventRecord record, Topology reader, boolean lastWords) throws IOException {
    long seq = lastWords ? writer.appendLastWords(record) : writer.append(record);
    reader.apply(record.withSeq(seq));
    summary.count(record);
    if (record.kind() == Kind.GAP) {
      lost = 0;
    }
  }
}
