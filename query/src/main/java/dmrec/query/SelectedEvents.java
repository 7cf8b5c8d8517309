package dmrec.query;

import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.journal.JournalException;
import dmrec.journal.JournalInfo;
import dmrec.journal.JournalReader;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a {@link Selection} asks for.
 *
 * <p>Starts at its first moment without reading what lies before, and ends behind its last. Times
 * are those of the wall clock: where that was set back, whatever lies between the two moments by
 * the clock is found in all places. One thread at a time.
 */
public final class SelectedEvents implements AutoCloseable {
  private final Path folder;
  private final JournalReader reader;
  private final Selection selection;
  private @Nullable DeviceMatcher device;
  private boolean ended;

  /** Whether the last record read was too late; after it the clock may have been set back. */
  private boolean isPast;

  private long hiddenTraces;
  private long gapsBeside;

  private SelectedEvents(Path folder, JournalReader reader, Selection selection) {
    this.folder = folder;
    this.reader = reader;
    this.selection = selection;
    rewind();
  }

  public static SelectedEvents open(Path folder, Selection selection) throws JournalException {
    return new SelectedEvents(folder, JournalReader.open(folder), selection);
  }

  private void rewind() {
    device = selection.device() == null ? null : new DeviceMatcher(selection.device());
    ended = false;
    isPast = false;
    hiddenTraces = 0;
    gapsBeside = 0;
    Moment since = selection.since();
    if (since instanceof Moment.AtTime time) {
      reader.seekTime(time.wallNs());
    } else {
      reader.seekSeq(since instanceof Moment.AtSeq number ? number.seq() : 0);
    }
  }

  /**
   * The next record asked for, or null at the present end; a later call finds what was appended
   * since, unless the last moment has passed.
   *
   * @throws JournalException where a record is damaged; the next call goes on behind it
   */
  public @Nullable EventRecord next() throws JournalException {
    while (!ended) {
      if (Thread.interrupted()) {
        throw new CancellationException("interrupted");
      }
      EventRecord record = reader.next();
      if (record == null) {
        ended = isPast;
        return null;
      }
      isPast = selection.until() != null && selection.until().isBefore(record);
      if (isPast && selection.until() instanceof Moment.AtTime time) {
        if (selection.device() == null) {
          reader.skipLaterThan(record, time.wallNs());
        } else if (device != null) {
          device.matches(record);
        }
      } else if (isPast) {
        ended = true;
      } else if (takes(record)) {
        return record;
      }
    }
    return null;
  }

  private boolean takes(EventRecord record) {
    // The matcher follows devices, so it has to see every record.
    boolean isDevice = device == null || device.matches(record);
    if (selection.since() != null && selection.since().isAfter(record)) {
      return false;
    }
    if (!isDevice) {
      if (record.kind() == Kind.GAP) {
        gapsBeside++;
      }
      return false;
    }
    if (!selection.kinds().isEmpty()) {
      return selection.kinds().contains(record.kind());
    }
    if (record.kind().isTrace() && !selection.traces()) {
      hiddenTraces++;
      return false;
    }
    return true;
  }

  /**
   * The last {@code count} records asked for; afterwards {@link #next} goes on behind them.
   *
   * <p>Looks at the end of the journal first and takes longer looks until they hold enough, unless
   * a device has to be followed there from the beginning.
   *
   * @param damage takes what is damaged on the way
   */
  public List<EventRecord> last(int count, Damage damage) throws JournalException {
    long first = 0;
    long end = 0;
    if (selection.until() == null && selection.device() == null) {
      JournalInfo info = JournalInfo.of(folder);
      first = info.firstSeq();
      end = info.lastSeq();
    }
    for (long look = Math.max(64, 4L * count); end - look > first; look *= 8) {
      rewind();
      Damage seen = new Damage();
      if (!beginAt(end - look)) {
        break;
      }
      Deque<EventRecord> found = drain(count, seen);
      if (seen.count() > 0) {
        break;
      }
      if (found.size() >= count) {
        return List.copyOf(found);
      }
    }
    rewind();
    return List.copyOf(drain(count, damage));
  }

  /** Moves to a record; false where that lies before the selection's beginning, or is damaged. */
  private boolean beginAt(long seq) {
    reader.seekSeq(seq);
    try {
      EventRecord record = reader.next();
      reader.seekSeq(seq);
      return record != null && (selection.since() == null || !selection.since().isAfter(record));
    } catch (JournalException e) {
      return false;
    }
  }

  private Deque<EventRecord> drain(int count, Damage damage) throws JournalException {
    Deque<EventRecord> kept = new ArrayDeque<>();
    while (true) {
      try {
        EventRecord record = next();
        if (record == null) {
          return kept;
        }
        kept.addLast(record);
        if (kept.size() > count) {
          kept.removeFirst();
        }
      } catch (JournalException e) {
        damage.add(e);
      }
    }
  }

  /** Whether the last moment asked for has passed, so that nothing can follow. */
  public boolean hasEnded() {
    return ended;
  }

  /** How many records so far were only traces of others, and not asked for. */
  public long hiddenTraces() {
    return hiddenTraces;
  }

  /** How many gaps so far are not shown because they are about no single device. */
  public long gapsBeside() {
    return gapsBeside;
  }

  @Override
  public void close() {
    reader.close();
  }
}
