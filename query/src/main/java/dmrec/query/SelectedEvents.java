package dmrec.query;

import dmrec.event.DeviceRef;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.journal.JournalException;
import dmrec.journal.JournalIndex;
import dmrec.journal.JournalReader;
import dmrec.journal.Sought;
import dmrec.query.filter.Filter;
import dmrec.query.filter.Narrowing;
import dmrec.query.filter.Relations;
import dmrec.query.filter.StackRelations;
import dmrec.target.DevNo;
import dmrec.topology.Topology;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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
  private final JournalIndex index;
  private final boolean ownsIndex;
  private final Selection selection;
  private final @Nullable Filter filter;
  private final Narrowing narrowing;
  private final @Nullable Moment since;
  private final @Nullable Moment until;
  private @Nullable DeviceMatcher device;

  /** Numbers of what it has meant anywhere in the journal. */
  private final Set<DevNo> numbers = new HashSet<>();

  /** Follows the stack where the filter asks for it. */
  private @Nullable StackRelations stack;

  /** What the index finds; null where every record has to be read. */
  private JournalIndex.@Nullable Search search;

  private @Nullable JournalReader reader;
  private boolean ended;

  /** Whether the last record read was too late; after it the clock may have been set back. */
  private boolean isPast;

  private long hiddenTraces;
  private long gapsBeside;
  private long read;
  private long matched;

  private SelectedEvents(JournalIndex index, boolean ownsIndex, Selection selection)
      throws JournalException {
    this.index = index;
    this.ownsIndex = ownsIndex;
    this.selection = selection;
    filter = selection.filter();
    narrowing = filter == null ? Narrowing.ALL : filter.narrowing();
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

  /** As {@link #open(JournalIndex, Selection)}, for a single question. */
  public static SelectedEvents open(Path folder, Selection selection) throws JournalException {
    return new SelectedEvents(JournalIndex.open(folder, null), true, selection);
  }

  /**
   * Begins to read from a journal.
   *
   * @param index its index, which stays open
   */
  public static SelectedEvents open(JournalIndex index, Selection selection)
      throws JournalException {
    index.refresh();
    return new SelectedEvents(index, false, selection);
  }

  private void rewind() throws JournalException {
    device = selection.device() == null ? null : new DeviceMatcher(selection.device());
    ended = false;
    isPast = false;
    hiddenTraces = 0;
    gapsBeside = 0;
    read = 0;
    matched = 0;
    long from = since instanceof Moment.AtSeq number ? Math.max(1, number.seq()) : 1;
    search = null;
    stack = null;
    if (filter != null && filter.needsStack()) {
      // What stands on what has to be known there.
      long before = since instanceof Moment.AtTime time ? index.seqAt(time.wallNs() - 1) : from - 1;
      Topology known = device == null && before >= 0 ? stackAt(before) : null;
      if (known != null) {
        stack = new StackRelations(known);
        search = index.search(new Wanted(before + 1, Long.MAX_VALUE));
      } else {
        JournalReader all = reader();
        stack =
            new StackRelations(
                since instanceof Moment.AtTime time
                    ? all.seekFoldTime(time.wallNs())
                    : all.seekFoldSeq(from));
      }
    } else if (device == null) {
      search = index.search(new Wanted(from, Long.MAX_VALUE));
    } else if (follows(
        since instanceof Moment.AtTime time ? index.seqAt(time.wallNs() - 1) + 1 : from)) {
      return;
    } else if (since instanceof Moment.AtTime time) {
      reader().seekTime(time.wallNs());
    } else {
      reader().seekSeq(from);
    }
  }

  /** Begins to follow the device from a record on; false where only reading can. */
  private boolean follows(long from) throws JournalException {
    Set<DeviceRef> seen = from <= 0 ? null : index.devicesFrom(from);
    if (seen == null || device == null) {
      return false;
    }
    numbers.clear();
    for (DeviceRef ref : seen) {
      if (device.isMeant(ref)) {
        numbers.add(ref.dev());
      }
    }
    long to = until instanceof Moment.AtSeq number ? number.seq() : Long.MAX_VALUE;
    search = index.search(new Followed(from, to, device, numbers));
    return true;
  }

  /**
   * What a matcher has to see: whatever can be about its device under any name, and what can change
   * which device that is.
   *
   * @param numbers of all devices that ever bore the name
   */
  private record Followed(long minSeq, long maxSeq, DeviceMatcher matcher, Set<DevNo> numbers)
      implements Sought {
    private static final Set<Kind> CHANGES =
        Set.copyOf(
            EnumSet.of(
                Kind.RECORDING_STARTED,
                Kind.GAP,
                Kind.DEVICE_RENAMED,
                Kind.UUID_SET,
                Kind.DISK_ADDED,
                Kind.DISK_BASELINE,
                Kind.DISK_REMOVED,
                Kind.MIRROR_LOG_FAILED,
                Kind.MIRROR_LEG_FAILED));

    @Override
    public boolean mayBe(DeviceRef ref) {
      return numbers.contains(ref.dev())
          || matcher.isMeant(ref)
          || matcher.isDisk(ref.dev(), ref.name());
    }

    @Override
    public boolean mayBeOfAnyDevice(Kind kind) {
      return CHANGES.contains(kind);
    }
  }

  /** The stack behind a record, from which search can go on; null where only reading tells. */
  private @Nullable Topology stackAt(long seq) throws JournalException {
    return index.firstSeq() == 0 && seq == 0
        ? new Topology()
        : index.stackAt(Math.max(seq, index.firstSeq() - 1));
  }

  private JournalReader reader() throws JournalException {
    JournalReader opened = reader;
    if (opened == null) {
      opened = JournalReader.open(index.folder());
      reader = opened;
    }
    return opened;
  }

  /** What the index can tell of what is asked for. */
  private final class Wanted implements Sought {
    private final long from;
    private final long to;
    private final boolean followsStack;

    Wanted(long from, long to) {
      this.from = from;
      this.to = until instanceof Moment.AtSeq number ? Math.min(to, number.seq()) : to;
      this.followsStack = stack != null;
    }

    @Override
    public long minSeq() {
      return from;
    }

    @Override
    public long maxSeq() {
      return to;
    }

    @Override
    public long minWallNs() {
      return since instanceof Moment.AtTime time && !followsStack ? time.wallNs() : Long.MIN_VALUE;
    }

    @Override
    public long maxWallNs() {
      return until instanceof Moment.AtTime time && !followsStack ? time.wallNs() : Long.MAX_VALUE;
    }

    @Override
    public boolean mayBe(Kind kind) {
      return (followsStack && StackRelations.structuralKinds().contains(kind))
          || (narrowing.mayBe(kind)
              && (selection.kinds().isEmpty() || selection.kinds().contains(kind)));
    }

    @Override
    public boolean mayBe(DeviceRef ref) {
      return followsStack || narrowing.mayBe(ref);
    }
  }

  /** The next record that may be asked for. */
  private @Nullable EventRecord advance() throws JournalException {
    JournalIndex.Search found = search;
    if (found != null) {
      EventRecord record = found.next();
      if (record != null || found.blockedSeq() == 0) {
        return record;
      }
      // From here on only reading shows what is there, and what is damaged.
      search = null;
      reader().seekSeq(found.blockedSeq());
    }
    return reader().next();
  }

  /** Whether nothing can follow that is asked for, unless the clock is set back. */
  private boolean isEnd() throws JournalException {
    if (search == null || until == null) {
      return isPast;
    }
    return until instanceof Moment.AtTime time
        ? index.lastWallNs() > time.wallNs()
        : index.lastSeq() >= ((Moment.AtSeq) until).seq();
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
      EventRecord record = advance();
      if (record == null) {
        ended = isEnd();
        return null;
      }
      read++;
      if (stack != null) {
        stack.see(record);
      }
      isPast = until != null && until.isBefore(record);
      if (isPast && until instanceof Moment.AtTime time) {
        if (search == null && selection.device() == null && stack == null) {
          reader().skipLaterThan(record, time.wallNs());
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
    if (device != null && isDevice && !record.device().isNone()) {
      numbers.add(record.device().dev());
    }
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
   * <p>Looks from the end backwards, unless something has to be followed there from the beginning.
   *
   * @param damage takes what is damaged on the way
   */
  public List<EventRecord> last(int count, Damage damage) throws JournalException {
    rewind();
    if (search != null && stack == null && device == null) {
      long end = index.lastSeq();
      JournalIndex.Search back = index.searchBack(new Wanted(search.nextSeq(), end));
      Deque<EventRecord> found = new ArrayDeque<>();
      while (found.size() < count) {
        EventRecord record = back.next();
        if (record == null) {
          break;
        }
        read++;
        if (takes(record)) {
          matched++;
          found.addFirst(record);
        }
      }
      if (back.blockedSeq() == 0) {
        search = index.search(new Wanted(Math.max(search.nextSeq(), end + 1), Long.MAX_VALUE));
        return List.copyOf(found);
      }
      rewind();
    }
    return List.copyOf(drain(count, damage));
  }

  private Deque<EventRecord> drain(int count, Damage damage) throws JournalException {
    Deque<EventRecord> kept = new ArrayDeque<>();
    for (EventRecord record = damage.next(this::next);
        record != null;
        record = damage.next(this::next)) {
      kept.addLast(record);
      if (kept.size() > count) {
        kept.removeFirst();
      }
    }
    return kept;
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
    if (reader != null) {
      reader.close();
    }
    if (ownsIndex) {
      index.close();
    }
  }
}
