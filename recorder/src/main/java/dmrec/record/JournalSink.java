package dmrec.record;

import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.JournalEntry;
import dmrec.event.Kind;
import dmrec.journal.JournalFullException;
import dmrec.journal.JournalWriter;
import dmrec.kernel.Clocks;
import dmrec.kernel.KernelException;
import dmrec.topology.Topology;
import dmrec.topology.TopologyView;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Locale;
import java.util.Objects;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes events to a journal, and lets the recording go on where that has no room.
 *
 * <p>Design note: an event that cannot be kept still changes the stack, so that the recorder goes
 * on to understand what it sees. That stack is a copy, as the writer's own is what the journal adds
 * up to. When there is room again, a gap says exactly how many events are missing, and the state of
 * everything is appended behind it, as of before the next event. From there on a reader knows what
 * the recorder knows, and the writer's stack is the picture again.
 *
 * <p>One thread.
 */
public final class JournalSink implements EventSink {
  private final JournalWriter writer;
  private final Supplier<Stamp> clock;
  private final Consumer<String> notices;
  private RecordingSummary summary = new RecordingSummary();

  /** The stack as it is, while the journal lacks some of what changed it; else null. */
  private @Nullable Topology live;

  /** What is still to be appended of it behind the last gap. */
  private final Queue<EventRecord> untold = new ArrayDeque<>();

  /** Events since the last gap that are not in the journal. */
  private long lost;

  private long lostFromNs;
  private long lostToNs;

  /** Events since it became full that are not in the journal. */
  private long lostInAll;

  private long fullSinceMonoNs;

  /** Why the last event was not kept, for the gap. */
  private String why = JournalFullException.NO_ROOM;

  JournalSink(JournalWriter writer, Supplier<Stamp> clock, Consumer<String> notices) {
    this.writer = writer;
    this.clock = clock;
    this.notices = notices;
  }

  /**
   * A sink that writes by this writer, which nobody else uses.
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
  public long append(JournalEntry entry) throws IOException {
    if (entry instanceof EventRecord record
        && record.event() instanceof DmEvent.RecordingStopped stopped) {
      return appendLast(record, stopped);
    }
    try {
      if (live != null) {
        catchUp(new Stamp(entry.wallNs(), entry.monoNs()));
      }
      return writer.append(entry);
    } catch (JournalFullException e) {
      return notKept(entry, e);
    } finally {
      summary.removed(writer.lostEvents());
    }
  }

  @Override
  public TopologyView topology() {
    return live == null ? writer.topology() : live;
  }

  /** What is to be done from time to time where no event comes. */
  public void tick() throws IOException {
    Stamp now = clock.get();
    try {
      writer.tick(now.wallNs(), now.monoNs());
      catchUp(now);
    } catch (JournalFullException e) {
      becomesFull(e, now.monoNs());
    } finally {
      summary.removed(writer.lostEvents());
    }
  }

  /** When this returns, all that was recorded is on the disk or counted as lost. */
  public void sync() throws IOException {
    Stamp now = clock.get();
    try {
      writer.settleNow(now.wallNs(), now.monoNs());
    } catch (JournalFullException e) {
      becomesFull(e, now.monoNs());
    } finally {
      summary.removed(writer.lostEvents());
    }
    writer.sync();
  }

  private void becomesFull(JournalFullException full, long monoNs) {
    if (live == null) {
      live = writer.topology().copy();
      lostInAll = 0;
      fullSinceMonoNs = monoNs;
      why = full.why();
      notices.accept(
          full.getMessage() + ". The recording goes on; events are counted, not kept, until then");
    }
  }

  private long notKept(JournalEntry record, JournalFullException full) {
    becomesFull(full, record.monoNs());
    if (lost++ == 0) {
      lostFromNs = record.wallNs();
    }
    lostToNs = record.wallNs();
    lostInAll++;
    summary.notKept(record);
    Objects.requireNonNull(live).apply(record, writer.lastSeq());
    return writer.lastSeq();
  }

  /** Appends what is missing and the state of the stack, as far as there is room. */
  private void catchUp(Stamp now) throws IOException {
    TopologyView stack = live;
    if (stack == null) {
      return;
    }
    if (lost > 0) {
      append(gap(now), false);
      untold.clear();
      for (EventRecord state : stack.records()) {
        if (state.kind() != Kind.RECORDING_STARTED || isNewRecording(stack)) {
          untold.add(EventSize.bounded(state));
        }
      }
    }
    for (EventRecord next = untold.peek(); next != null; next = untold.peek()) {
      append(own(now, next.device(), next.event()), false);
      untold.remove();
    }
    live = null;
    notices.accept(
        String.format(
            Locale.ROOT,
            "the journal %s again: %d event%s of %.1f s %s not in it",
            why.equals(JournalFullException.NO_ROOM) ? "has room" : "can be written",
            lostInAll,
            lostInAll == 1 ? "" : "s",
            (now.monoNs() - fullSinceMonoNs) / 1e9,
            lostInAll == 1 ? "is" : "are"));
  }

  /** Whether the beginning of the recording is among what is missing. */
  private boolean isNewRecording(TopologyView stack) {
    TopologyView known = writer.topology();
    return known.isStopped() != stack.isStopped()
        || !Objects.equals(known.recording(), stack.recording());
  }

  /** What is missing has to be in the journal before the recording ends. */
  private long appendLast(EventRecord record, DmEvent.RecordingStopped stopped) throws IOException {
    Stamp now = new Stamp(record.wallNs(), record.monoNs());
    try {
      writer.settleNow(now.wallNs(), now.monoNs());
      catchUp(now);
    } catch (JournalFullException e) {
      // The state of the stack is of no use to anybody any more; the count is.
      becomesFull(e, now.monoNs());
    }
    summary.removed(writer.lostEvents());
    try {
      if (live != null && lost > 0) {
        append(gap(now), true);
      }
      EventRecord last = record;
      if (live != null || summary.lost() != stopped.lost()) {
        last =
            own(
                now,
                DeviceRef.NONE,
                new DmEvent.RecordingStopped(
                    stopped.reason(),
                    summary.events() + 1,
                    summary.lost(),
                    stopped.dropped(),
                    stopped.backlog()));
      }
      if (live != null) {
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
        now, DeviceRef.NONE, new DmEvent.Gap(DmEvent.Gap.JOURNAL, lost, lostFromNs, lostToNs, why));
  }

  private static EventRecord own(Stamp now, DeviceRef device, DmEvent event) {
    return EventRecord.of(event).at(now.wallNs(), now.monoNs()).device(device).build();
  }

  /** Appends an event of the sink's own. */
  private void append(EventRecord record, boolean lastWords) throws IOException {
    if (lastWords) {
      writer.appendLastWords(record);
    } else {
      writer.append(record);
    }
    summary.count(record);
    if (record.kind() == Kind.GAP) {
      lost = 0;
    }
  }
}
