package dmrec.query;

import dmrec.event.DeviceRef;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.journal.Damage;
import dmrec.journal.EventCursor;
import dmrec.journal.EventQuery;
import dmrec.journal.Journal;
import dmrec.journal.JournalException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Looks up events of a kind and a device before and behind a place in a journal, and keeps the
 * damage that it passes.
 *
 * <p>A device is meant by its identity: its number and the life of it ({@link
 * DeviceRef#isSameLife}), whatever it is called. Each boot gives the numbers of lives out anew; who
 * asks across boots has to mind where one begins. One thread.
 */
public final class EventSearch {
  private final Journal journal;
  private Damage damage = Damage.NONE;

  public EventSearch(Journal journal) {
    this.journal = journal;
  }

  /** What could not be read so far. */
  public Damage damage() {
    return damage;
  }

  /**
   * The events up to a number, the last one first.
   *
   * @param kinds of one of these kinds; none means any
   * @param device about this device; null for any, or none
   */
  Results before(long upToSeq, Set<Kind> kinds, @Nullable DeviceRef device)
      throws JournalException {
    return new Results(EventQuery.ALL.to(upToSeq).backward(), kinds, device);
  }

  /** The events from a number on, the first one first; else as {@link #before}. */
  Results from(long seq, Set<Kind> kinds, @Nullable DeviceRef device) throws JournalException {
    return new Results(EventQuery.ALL.from(seq), kinds, device);
  }

  /** The first of {@link #before}, or null. */
  @Nullable EventRecord last(long upToSeq, Set<Kind> kinds, @Nullable DeviceRef device)
      throws JournalException {
    try (Results results = before(upToSeq, kinds, device)) {
      return results.next();
    }
  }

  /** The first of {@link #from}, or null. */
  @Nullable EventRecord first(long fromSeq, Set<Kind> kinds, @Nullable DeviceRef device)
      throws JournalException {
    try (Results results = from(fromSeq, kinds, device)) {
      return results.next();
    }
  }

  /** What is found. */
  final class Results implements AutoCloseable {
    private final EventCursor cursor;
    private final @Nullable DeviceRef device;

    private Results(EventQuery query, Set<Kind> kinds, @Nullable DeviceRef device)
        throws JournalException {
      EventQuery some = kinds.isEmpty() ? query : query.kinds(kinds);
      this.device = device;
      cursor = journal.events(device == null ? some : some.device(device::isSameLife));
    }

    /** The next event, or null. */
    @Nullable EventRecord next() throws JournalException {
      EventRecord record = cursor.next();
      while (record != null && device != null && !device.isSameLife(record.device())) {
        record = cursor.next(); // Another device names it as a path.
      }
      return record;
    }

    @Override
    public void close() {
      damage = damage.and(cursor.damage());
      cursor.close();
    }
  }
}
