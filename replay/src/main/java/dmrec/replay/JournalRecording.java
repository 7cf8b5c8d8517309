package dmrec.replay;

import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.handler.JournalIdentity;
import dmrec.journal.JournalException;
import dmrec.journal.JournalIndex;
import dmrec.journal.JournalReader;
import dmrec.journal.Sought;
import dmrec.topology.Topology;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A stretch of a journal. The journal may be written to meanwhile. */
public final class JournalRecording implements Recording {
  private final JournalIndex index;
  private final long fromSeq;
  private final long toSeq;
  private final EventChoice choice;
  private final Topology before;
  private final JournalIdentity identity;

  private JournalRecording(
      JournalIndex index, long fromSeq, long toSeq, EventChoice choice, Topology before) {
    this.index = index;
    this.fromSeq = fromSeq;
    this.toSeq = toSeq;
    this.choice = choice;
    this.before = before;
    DmEvent.RecordingStarted recording = before.recording();
    this.identity =
        new JournalIdentity(
            index.folder().toString(),
            recording == null ? "" : recording.host(),
            recording == null ? "" : recording.bootId(),
            recording == null ? "" : recording.kernel(),
            fromSeq);
  }

  /**
   * A stretch of a journal.
   *
   * @param index the journal's, which stays open for as long as this is used
   * @param fromSeq number of the first event; below the journal's first for that one
   * @param toSeq number of the last event; above the journal's last for that one
   * @param choice which events of the stretch are fed
   */
  public static JournalRecording of(
      JournalIndex index, long fromSeq, long toSeq, EventChoice choice) throws JournalException {
    long first = Math.max(1, Math.max(fromSeq, index.firstSeq()));
    Topology before = stackBefore(index, first);
    if (before.recording() == null) {
      before = withRecordingOf(index, first, before);
    }
    return new JournalRecording(index, first, toSeq, choice, before);
  }

  /** Where the first event begins the recording, it is what a handler wants to know of it. */
  private static Topology withRecordingOf(JournalIndex index, long first, Topology before)
      throws JournalException {
    EventRecord begins = index.read(first);
    if (begins != null && begins.kind() == Kind.RECORDING_STARTED) {
      Topology with = before.copy();
      with.apply(begins);
      return with;
    }
    return before;
  }

  private static Topology stackBefore(JournalIndex index, long seq) throws JournalException {
    Topology known = seq > index.firstSeq() ? index.stackAt(seq - 1) : null;
    if (known != null) {
      return known;
    }
    try (JournalReader reader = JournalReader.open(index.folder())) {
      Topology stack = reader.seekFoldSeq(seq);
      EventRecord record = soundFrom(reader);
      while (record != null && record.seq() < seq) {
        stack.apply(record);
        record = soundFrom(reader);
      }
      return stack;
    }
  }

  /** The next sound record; whoever replays hears of damage in what is replayed, not before. */
  private static @Nullable EventRecord soundFrom(JournalReader reader) {
    EventRecord record = null;
    boolean damaged = true;
    while (damaged) {
      try {
        record = reader.next();
        damaged = false;
      } catch (JournalException e) {
        damaged = true;
      }
    }
    return record;
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
  public EventStream open(boolean whole) throws JournalException {
    index.refresh();
    return new Stream(whole ? Sought.ALL : choice.sought());
  }

  /** Reads through the index where that leaves something out, and otherwise straight on. */
  private final class Stream implements EventStream {
    private final Predicate<EventRecord> fed = choice.from(before.copy());
    private JournalIndex.@Nullable Search search;
    private @Nullable JournalReader reader;
    private boolean isFed;

    Stream(Sought sought) throws JournalException {
      if (sought == Sought.ALL) {
        readFrom(fromSeq);
      } else {
        search = index.search(new Stretch(sought));
      }
    }

    private JournalReader readFrom(long seq) throws JournalException {
      JournalReader opened = JournalReader.open(index.folder());
      reader = opened;
      opened.seekSeq(seq);
      return opened;
    }

    @Override
    public @Nullable EventRecord next() throws JournalException {
      EventRecord record = advance();
      if (record == null || record.seq() > toSeq) {
        return null;
      }
      isFed = fed.test(record);
      return record;
    }

    private @Nullable EventRecord advance() throws JournalException {
      JournalIndex.Search found = search;
      if (found != null) {
        EventRecord record = found.next();
        if (record != null || found.blockedSeq() == 0) {
          return record;
        }
        // From here on only reading shows what is there, and what is damaged.
        search = null;
        return readFrom(found.blockedSeq()).next();
      }
      return reader == null ? null : reader.next();
    }

    @Override
    public boolean isFed() {
      return isFed;
    }

    @Override
    public void close() {
      if (reader != null) {
        reader.close();
      }
    }
  }

  /** What is looked for, in the stretch. */
  private final class Stretch implements Sought {
    private final Sought sought;

    Stretch(Sought sought) {
      this.sought = sought;
    }

    @Override
    public long minSeq() {
      return Math.max(fromSeq, sought.minSeq());
    }

    @Override
    public long maxSeq() {
      return Math.min(toSeq, sought.maxSeq());
    }

    @Override
    public long minWallNs() {
      return sought.minWallNs();
    }

    @Override
    public long maxWallNs() {
      return sought.maxWallNs();
    }

    @Override
    public boolean mayBe(Kind kind) {
      return sought.mayBe(kind);
    }

    @Override
    public boolean mayBe(DeviceRef device) {
      return sought.mayBe(device);
    }

    @Override
    public boolean mayBeOfAnyDevice(Kind kind) {
      return sought.mayBeOfAnyDevice(kind);
    }
  }
}
