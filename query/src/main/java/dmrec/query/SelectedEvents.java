package dmrec.query;

import dmrec.event.DeviceRef;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.journal.Damage;
import dmrec.journal.EventCursor;
import dmrec.journal.EventHead;
import dmrec.journal.EventQuery;
import dmrec.journal.Journal;
import dmrec.journal.JournalException;
import dmrec.journal.Position;
import dmrec.journal.Snapshot;
import dmrec.query.filter.Aggregator;
import dmrec.query.filter.Filter;
import dmrec.query.filter.FilterField;
import dmrec.query.filter.Relations;
import dmrec.query.filter.StackRelations;
import dmrec.query.filter.Tri;
import dmrec.target.DevNo;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Reads what an {@link EventSelection} asks for.
 *
 * <p>Times are those of the wall clock: where that was set back, whatever lies between the two
 * moments by the clock is found in all places. One thread at a time.
 */
public final class SelectedEvents implements AutoCloseable {
  /** What can change which device a name means. */
  private static final Set<Kind> CHANGES_OF_NAMES =
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

  /** What may be about more than the device that the head of an event names. */
  private static final Set<Kind> NAMES_OTHERS =
      Set.of(
          Kind.REQUEST_FAILED,
          Kind.DISK_ADDED,
          Kind.DISK_REMOVED,
          Kind.MIRROR_LOG_FAILED,
          Kind.MIRROR_LEG_FAILED);

  private final Journal journal;
  private final EventSelection selection;
  private final @Nullable Filter filter;

  /** Within it is all that is asked for. */
  private final EventQuery wanted;

  private final @Nullable DeviceMatcher device;

  /** Numbers of what the device has been anywhere in the journal. */
  private final Set<DevNo> numbers = new HashSet<>();

  /** Follows the stack where the filter asks for it. */
  private @Nullable StackRelations stack;

  private EventCursor cursor;
  private Damage damage = Damage.NONE;
  private long hiddenTraces;
  private long gapsBeside;
  private long read;

  /** Whether a field of the event at hand was read. */
  private boolean looked;

  private long matched;

  private SelectedEvents(Journal journal, EventSelection selection, EventQuery wanted)
      throws JournalException {
    this.journal = journal;
    this.selection = selection;
    filter = selection.filter();
    this.wanted = wanted;
    device = selection.device() == null ? null : new DeviceMatcher(selection.device());
    boolean needsStack = filter != null && filter.needsStack();
    cursor = journal.events(device == null && !needsStack ? wanted : followed(needsStack));
  }

  /**
   * Begins to read from a journal.
   *
   * @param journal stays open
   */
  public static SelectedEvents open(Journal journal, EventSelection selection)
      throws JournalException {
    return new SelectedEvents(journal, selection, selection.query());
  }

  /**
   * As {@link #open(Journal, EventSelection)}, where events may be left out that neither are about
   * such a device nor name such a path.
   */
  static SelectedEvents open(Journal journal, EventSelection selection, Predicate<DeviceRef> mayBe)
      throws JournalException {
    EventQuery query = selection.query().device(mayBe).orKinds(NAMES_OTHERS);
    return new SelectedEvents(journal, selection, query);
  }

  /**
   * What has to be seen, so that a device or the stack can be followed: from the first moment on in
   * the order recorded, whatever time it was.
   */
  private EventQuery followed(boolean needsStack) throws JournalException {
    long before = journal.seqAt(Position.atSeq(wanted.minSeq() - 1));
    if (wanted.minWallNs() != Long.MIN_VALUE) {
      before = Math.max(before, journal.seqAt(Position.atTime(wanted.minWallNs() - 1)));
    }
    EventQuery query = EventQuery.ALL.from(before + 1).to(wanted.maxSeq());
    Set<Kind> always = EnumSet.noneOf(Kind.class);
    if (needsStack) {
      Snapshot beginning = journal.at(Position.atSeq(before));
      damage = beginning.damage();
      stack = new StackRelations(beginning.topology());
      always.addAll(StackRelations.structuralKinds());
    }
    DeviceMatcher matcher = device;
    if (matcher == null) {
      for (Kind kind : Kind.values()) {
        if (wanted.mayBe(kind)) {
          always.add(kind);
        }
      }
      return query.kinds(always);
    }
    always.addAll(CHANGES_OF_NAMES);
    for (DeviceRef ref : journal.devicesFrom(before + 1)) {
      if (matcher.isMeant(ref) && !ref.isNone()) {
        numbers.add(ref.dev());
      }
    }
    return query
        .device(
            ref ->
                numbers.contains(ref.dev())
                    || matcher.isMeant(ref)
                    || matcher.isDisk(ref.dev(), ref.name()))
        .orKinds(always);
  }

  /**
   * The next event asked for, or null at the present end; a later call finds what was appended
   * since.
   */
  public @Nullable EventRecord next() throws JournalException {
    return next(cursor);
  }

  private @Nullable EventRecord next(EventCursor from) throws JournalException {
    while (true) {
      if (Thread.interrupted()) {
        throw new CancellationException("interrupted");
      }
      EventRecord record = from.next();
      if (record == null) {
        return null;
      }
      read++;
      if (stack != null) {
        stack.see(record);
      }
      // The matcher follows devices, so it has to see every event.
      boolean isDevice = device == null || device.matches(record);
      if (device != null && isDevice && !record.device().isNone()) {
        numbers.add(record.device().dev());
      }
      if (isWithin(record) && takes(record, isDevice)) {
        matched++;
        return record;
      }
    }
  }

  /**
   * Counts all that is asked for, up to the present end, into groups; to be asked before {@link
   * #next}. Where the head of an event does not tell enough, single fields of it are read, and all
   * of it only where these do not either; so an event is counted too that was written in a way that
   * nobody understands.
   */
  public void countInto(Aggregator groups) throws JournalException {
    if (device != null || stack != null) {
      for (EventRecord record = next(); record != null; record = next()) {
        groups.add(record);
      }
      return;
    }
    cursor.close();
    cursor = journal.heads(wanted);
    FilterField.Payload payload =
        field -> {
          looked = true;
          return cursor.value(field);
        };
    for (EventHead head = cursor.nextHead(); head != null; head = cursor.nextHead()) {
      if (Thread.interrupted()) {
        throw new CancellationException("interrupted");
      }
      looked = false;
      Tri isMeant = filter == null ? Tri.YES : filter.given(head, payload);
      if (isMeant == Tri.YES && takes(head.kind()) && groups.add(head, payload)) {
        matched++;
        isMeant = Tri.NO;
      }
      EventRecord record = isMeant == Tri.NO ? null : cursor.read();
      read += looked || record != null ? 1 : 0;
      if (record != null && takes(record, true)) {
        matched++;
        groups.add(record);
      }
    }
  }

  private boolean isWithin(EventRecord record) {
    return record.seq() >= wanted.minSeq()
        && record.seq() <= wanted.maxSeq()
        && record.wallNs() >= wanted.minWallNs()
        && record.wallNs() <= wanted.maxWallNs();
  }

  private boolean takes(EventRecord record, boolean isDevice) {
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
    if (!takes(record.kind())) {
      hiddenTraces++;
      return false;
    }
    return true;
  }

  /** Whether events of a kind are asked for, or only traces of others that are. */
  private boolean takes(Kind kind) {
    return !selection.kinds().isEmpty() || !kind.isTrace() || asksForTrace(kind);
  }

  private boolean asksForTrace(Kind kind) {
    return selection.traces() || (filter != null && filter.asksForTrace(kind));
  }

  /**
   * The last {@code count} events asked for; afterwards {@link #next} goes on behind them. To be
   * asked before {@link #next}.
   *
   * <p>Looks from the end backwards, unless something has to be followed there from the beginning.
   */
  public List<EventRecord> last(int count) throws JournalException {
    Deque<EventRecord> last = new ArrayDeque<>();
    if (device == null && stack == null) {
      long end = journal.seqAt(Position.END);
      try (EventCursor back = journal.events(wanted.to(end).backward())) {
        while (last.size() < count) {
          EventRecord record = next(back);
          if (record == null) {
            break;
          }
          last.addFirst(record);
        }
        damage = damage.and(back.damage());
      }
      cursor.close();
      cursor = journal.events(wanted.from(end + 1));
      return List.copyOf(last);
    }
    for (EventRecord record = next(); record != null; record = next()) {
      last.addLast(record);
      if (last.size() > count) {
        last.removeFirst();
      }
    }
    return List.copyOf(last);
  }

  /** Whether the last moment asked for has passed, so that nothing more will be appended. */
  public boolean hasEnded() throws JournalException {
    if (wanted.maxSeq() == Long.MAX_VALUE && wanted.maxWallNs() == Long.MAX_VALUE) {
      return false;
    }
    Journal.Extent extent = journal.extent();
    return !extent.isEmpty()
        && (extent.lastSeq() >= wanted.maxSeq() || extent.lastWallNs() > wanted.maxWallNs());
  }

  /** What could not be read so far and may have been asked for. */
  public Damage damage() {
    return damage.and(cursor.damage());
  }

  /** How many events so far were only traces of others, and not asked for. */
  public long hiddenTraces() {
    return hiddenTraces;
  }

  /** How many gaps so far are not shown because they are about no single device. */
  public long gapsBeside() {
    return gapsBeside;
  }

  /** How many events were read so far, in part at least. */
  public long read() {
    return read;
  }

  /**
   * How many events so far were what is asked for; more than {@link #read} where heads were enough.
   */
  public long matched() {
    return matched;
  }

  @Override
  public void close() {
    cursor.close();
  }
}
