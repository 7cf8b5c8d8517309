package dmrec.replay;

import dmrec.event.EventRecord;
import dmrec.handler.JournalIdentity;
import dmrec.journal.Damage;
import dmrec.journal.JournalException;
import dmrec.topology.Topology;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Some of the events of a recording, as they would be in a journal of their own: numbered from 1,
 * and the stack is the fold of these alone.
 *
 * <p>Which ones is a bit each, by their place in the recording. They are read anew each time, so
 * that a long recording need not be held; {@code held} has those that may be of a short one.
 */
final class Candidate implements Recording {
  /** An event, and where in the recording it was. */
  record Held(int place, EventRecord record) {}

  private final Recording recording;
  private final @Nullable BitSet kept;
  private final @Nullable List<Held> held;

  /**
   * A part of a recording.
   *
   * @param kept places from 0; null for all of it. Not changed any more
   * @param held the events of at least these places, in order; null to read them
   */
  Candidate(Recording recording, @Nullable BitSet kept, @Nullable List<Held> held) {
    this.recording = recording;
    this.kept = kept;
    this.held = held;
  }

  @Override
  public JournalIdentity identity() {
    JournalIdentity of = recording.identity();
    return new JournalIdentity(of.journal(), of.host(), of.bootId(), of.kernel(), 1);
  }

  @Override
  public Topology topology() {
    return recording.topology().withSeq(0);
  }

  @Override
  public Damage damage() {
    return recording.damage();
  }

  @Override
  public Stream open(boolean whole) throws JournalException {
    List<Held> from = held;
    return from == null ? new Read(recording.open(false)) : new Taken(from);
  }

  /** The events that are kept. */
  abstract class Stream implements EventStream {
    private int place = -1;
    private int number;

    /** Where in the recording the event returned last is. */
    int place() {
      return place;
    }

    abstract @Nullable Held following() throws JournalException;

    @Override
    public @Nullable EventRecord next() throws JournalException {
      BitSet wanted = kept;
      while (wanted == null || place < wanted.length() - 1) {
        Held next = following();
        if (next == null) {
          return null;
        }
        place = next.place();
        if (wanted == null || wanted.get(place)) {
          return next.record().withSeq(++number);
        }
      }
      return null;
    }
  }

  private final class Taken extends Stream {
    private final List<Held> from;
    private int at;

    Taken(List<Held> from) {
      this.from = from;
    }

    @Override
    @Nullable Held following() {
      return at < from.size() ? from.get(at++) : null;
    }

    @Override
    public void close() {}
  }

  private final class Read extends Stream {
    private final EventStream from;
    private int next;

    Read(EventStream from) {
      this.from = from;
    }

    @Override
    @Nullable Held following() throws JournalException {
      EventRecord record = from.next();
      while (record != null && !from.isFed()) {
        record = from.next();
      }
      return record == null ? null : new Held(next++, record);
    }

    @Override
    public Damage damage() {
      return from.damage();
    }

    @Override
    public void close() {
      from.close();
    }
  }
}
