package dmrec.query;

import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.journal.JournalException;
import dmrec.journal.JournalInfo;
import dmrec.journal.JournalReader;
import dmrec.query.filter.Filter;
import dmrec.query.filter.Narrowing;
import dmrec.query.filter.Relations;
import dmrec.query.filter.StackRelations;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
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
  private final @Nullable Filter filter;
  private final @Nullable Moment since;
  private final @Nullable Moment until;
  private @Nullable DeviceMatcher device;

  /** Follows the stack where the filter asks for it. */
  private @Nullable StackRelations stack;

  private boolean ended;

  /** Whether the last record read was too late; after it the clock may have been set back. */
  private boolean isPast;

  private long hiddenTraces;
  private long gapsBeside;
  private long read;
  private long matched;

  private SelectedEvents(Path folder, JournalReader reader, Selection selection)
      throws JournalException {
    this.folder = folder;
    this.reader = reader;
    this.selection = selection;
    filter = selection.filter();
    Narrowing narrowing = filter == null ? Narrowing.ALL : filter.narrowing();
    since = later(selection.since(), firstOf(narrowing));
    until = earlier(selection.until(), lastOf(narrowing));
    rewind();
  }

  /**
   * The filter is checked on each record anyway, so that where two are of two sorts one will do.
   */
  private static @Nullable Moment later(@Nullable Moment asked, @Nullable Moment narrowed) {
    if (asked instanceof Moment.AtTime a && narrowed instanceof Moment.AtTime b) {
      return a.wallNs() >= b.wallNs() ? a : b;
    } else if (asked instanceof Moment.AtSeq a && narrowed instanceof Moment.AtSeq b) {
      return a.seq() >= b.seq() ? a : b;
    }
    return asked != null ? asked : narrowed;
  }

  private static @Nullable Moment earlier(@Nullable Moment asked, @Nullable Moment narrowed) {
    if (asked instanceof Moment.AtTime a && narrowed instanceof Moment.AtTime b) {
      return a.wallNs() <= b.wallNs() ? a : b;
    } else if (asked instanceof Moment.AtSeq a && narrowed instanceof Moment.AtSeq b) {
      return a.seq() <= b.seq() ? a : b;
    }
    return asked != null ? asked : narrowed;
  }

  private static @Nullable Moment firstOf(Narrowing narrowing) {
    if (narrowing.minSeq() != Long.MIN_VALUE) {
      return new Moment.AtSeq(Math.max(0, narrowing.minSeq()));
    }
    return narrowing.minWallNs() == Long.MIN_VALUE
        ? null
        : new Moment.AtTime(narrowing.minWallNs());
  }

  private static @Nullable Moment lastOf(Narrowing narrowing) {
    if (narrowing.maxSeq() != Long.MAX_VALUE) {
      return new Moment.AtSeq(narrowing.maxSeq());
    }
    return narrowing.maxWallNs() == Long.MAX_VALUE
        ? null
        : new Moment.AtTime(narrowing.maxWallNs());
  }

  public static SelectedEvents open(Path folder, Selection selection) throws JournalException {
    JournalReader reader = JournalReader.open(folder);
    try {
      return new SelectedEvents(folder, reader, selection);
    } catch (JournalException e) {
      reader.close();
      throw e;
    }
  }

  private void rewind() throws JournalException {
    device = selection.device() == null ? null : new DeviceMatcher(selection.device());
    ended = false;
    isPast = false;
    hiddenTraces = 0;
    gapsBeside = 0;
    read = 0;
    matched = 0;
    if (filter != null && filter.needsStack()) {
      // From the last checkpoint before it: what stands on what has to be known there.
      stack =
          new StackRelations(
              since instanceof Moment.AtTime time
                  ? reader.seekFoldTime(time.wallNs())
                  : reader.seekFoldSeq(since instanceof Moment.AtSeq number ? number.seq() : 0));
    } else if (since instanceof Moment.AtTime time) {
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
      EventRecord record = reader.next();
      if (record == null) {
        ended = isPast;
        return null;
      }
      read++;
      if (stack != null) {
        stack.see(record);
      }
      isPast = until != null && until.isBefore(record);
      if (isPast && until instanceof Moment.AtTime time) {
        if (selection.device() == null && stack == null) {
          reader.skipLaterThan(record, time.wallNs());
        } else if (device != null) {
          device.matches(record);
        }
      } else if (isPast) {
        ended = true;
      } else if (takes(record)) {
        matched++;
        return record;
      }
    }
    return null;
  }

  private boolean takes(EventRecord record) {
    // The matcher follows devices, so it has to see every record.
    boolean isDevice = device == null || device.matches(record);
    if (since != null && since.isAfter(record)) {
      return false;
    }
    if (!isDevice) {
      if (record.kind() == Kind.GAP) {
        gapsBeside++;
      }
      return false;
    }
    if (!selection.kinds().isEmpty() && !selection.kinds().contains(record.kind())) {
      return false;
    }
    if (filter != null && !filter.matches(record, stack == null ? Relations.NONE : stack)) {
      return false;
    }
    if (selection.kinds().isEmpty() && record.kind().isTrace() && !asksForTrace(record.kind())) {
      hiddenTraces++;
      return false;
    }
    return true;
  }

  private boolean asksForTrace(Kind kind) {
    return selection.traces() || (filter != null && filter.asksForTrace(kind));
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
    if (until == null && selection.device() == null && stack == null) {
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
      return record != null && (since == null || !since.isAfter(record));
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

  /** How many records were read so far. */
  public long read() {
    return read;
  }

  /** How many of them were what is asked for. */
  public long matched() {
    return matched;
  }

  @Override
  public void close() {
    reader.close();
  }
}
