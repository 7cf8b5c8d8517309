package dmrec.journal;

import dmrec.event.EventRecord;
import dmrec.event.Field;
import dmrec.journal.index.Walk;
import org.jspecify.annotations.Nullable;

/**
 * The events that an {@link EventQuery} asks for, one after the other. It reads on behind damage
 * and keeps what it passed. One thread at a time.
 */
public final class EventCursor implements AutoCloseable {
  private final Walk walk;
  private final long maxSeq;
  private Damage damage = Damage.NONE;
  private boolean over;

  EventCursor(Walk walk, EventQuery query) {
    this.walk = walk;
    this.maxSeq = query.isBackward() ? Long.MAX_VALUE : query.maxSeq();
  }

  /**
   * The next event, or null at the present end; forward, a later call finds what was appended
   * since.
   *
   * @throws JournalException where a file cannot be read; a later call goes on behind it
   */
  public @Nullable EventRecord next() throws JournalException {
    if (over) {
      return null;
    }
    try {
      EventRecord record = walk.next();
      over = record != null && record.seq() >= maxSeq;
      return record;
    } finally {
      damage = damage.and(Damage.of(walk.faults()));
    }
  }

  /**
   * The head of the next event. A cursor of {@link Journal#heads} does not read the event for it,
   * so an event that cannot be decoded has a head too.
   */
  public @Nullable EventHead nextHead() throws JournalException {
    if (over) {
      return null;
    }
    try {
      EventHead head = walk.nextHead();
      over = head != null && head.seq() >= maxSeq;
      return head;
    } finally {
      damage = damage.and(Damage.of(walk.faults()));
    }
  }

  /**
   * The event of the last {@link #nextHead}.
   *
   * @return null where it cannot be read, as the damage then says
   */
  public @Nullable EventRecord read() throws JournalException {
    try {
      return walk.read();
    } finally {
      damage = damage.and(Damage.of(walk.faults()));
    }
  }

  /**
   * A payload field of the event of the last {@link #nextHead}, read alone from its bytes; so other
   * fields of it may be such that nobody understands them.
   *
   * @param field one of its kind
   * @return null where it cannot be told alone; {@link #read} then tells what there is
   */
  public @Nullable Object value(Field field) {
    return walk.value(field);
  }

  /** What was passed so far that could not be read and may have been asked for. */
  public Damage damage() {
    return damage;
  }

  @Override
  public void close() {
    walk.close();
  }
}
