package dmrec.cli.replay;

import dmrec.event.EventRecord;
import dmrec.journal.Damage;
import dmrec.journal.EventCursor;
import dmrec.journal.EventQuery;
import dmrec.journal.Journal;
import dmrec.journal.JournalException;
import dmrec.journal.Position;
import dmrec.journal.Snapshot;
import dmrec.query.filter.Filter;
import dmrec.query.filter.Relations;
import dmrec.query.filter.StackRelations;
import org.jspecify.annotations.Nullable;

/**
 * A filter that is asked about some events of a journal, oldest first. What stands on what it
 * follows by itself through those between, and keeps the damage that it passes: behind that it may
 * stop too often or not often enough.
 */
final class BreakPoint implements AutoCloseable {
  private final Filter filter;
  private final Journal journal;
  private @Nullable Followed followed;
  private Damage damage = Damage.NONE;

  /** The stack, and what will change it. */
  private record Followed(StackRelations stack, EventCursor changes) {}

  private @Nullable EventRecord ahead;

  BreakPoint(Filter filter, Journal journal) {
    this.filter = filter;
    this.journal = journal;
  }

  boolean matches(EventRecord record) throws JournalException {
    return filter.matches(record, filter.needsStack() ? stackAt(record) : Relations.NONE);
  }

  /** What is damaged of all that the answers so far follow from. */
  Damage damage() {
    return damage;
  }

  private Relations stackAt(EventRecord record) throws JournalException {
    Followed known = followed;
    if (known == null) {
      Snapshot before = journal.at(Position.atSeq(record.seq() - 1));
      damage = before.damage();
      known =
          new Followed(
              new StackRelations(before.topology()),
              journal.events(
                  EventQuery.ALL.from(record.seq()).kinds(StackRelations.structuralKinds())));
      followed = known;
      ahead = next(known.changes());
    }
    while (ahead != null && ahead.seq() <= record.seq()) {
      known.stack().see(ahead);
      ahead = next(known.changes());
    }
    return known.stack();
  }

  private @Nullable EventRecord next(EventCursor changes) throws JournalException {
    EventRecord change = changes.next();
    damage = damage.and(changes.damage());
    return change;
  }

  @Override
  public void close() {
    if (followed != null) {
      followed.changes().close();
    }
  }
}
