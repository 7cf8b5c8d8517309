package dmrec.console;

import dmrec.event.EventRecord;
import dmrec.journal.Damage;
import dmrec.journal.Journal;
import dmrec.journal.Position;
import dmrec.query.EventSelection;
import dmrec.query.SelectedEvents;
import dmrec.query.filter.Filter;
import dmrec.query.filter.FilterSyntaxException;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds events by a filter, as {@code log --where} takes it.
 *
 * <p>Where a filter asks for the stack, it looks backwards through ever longer stretches, as a
 * stack can only be followed forwards.
 */
final class SelectedEventFinder implements EventFinder {
  private static final long FIRST_LOOK = 256;
  private static final long LOOK_AGAIN_MS = 50;

  private final Journal journal;
  private Damage damage = Damage.NONE;

  SelectedEventFinder(Journal journal) {
    this.journal = journal;
  }

  @Override
  public @Nullable EventRecord next(long afterSeq, Search search)
      throws IOException, ConsoleException {
    EventSelection selection = between(afterSeq + 1, Long.MAX_VALUE, search);
    try (SelectedEvents events = SelectedEvents.open(journal, selection)) {
      EventRecord found = events.next();
      damage = events.damage();
      return found;
    }
  }

  @Override
  public @Nullable EventRecord back(long beforeSeq, Search search)
      throws IOException, ConsoleException {
    Filter filter = filter(search);
    if (filter == null || !filter.needsStack()) {
      try (SelectedEvents events =
          SelectedEvents.open(journal, between(1, beforeSeq - 1, search))) {
        List<EventRecord> last = events.last(1);
        damage = events.damage();
        return last.isEmpty() ? null : last.get(0);
      }
    }
    damage = Damage.NONE;
    long end = beforeSeq;
    for (long look = FIRST_LOOK; end > 1; look *= 4) {
      long begin = Math.max(1, end - look);
      EventRecord found = null;
      try (SelectedEvents events = SelectedEvents.open(journal, between(begin, end - 1, search))) {
        for (EventRecord record = events.next(); record != null; record = events.next()) {
          found = record;
        }
        damage = damage.and(events.damage());
      }
      if (found != null) {
        return found;
      }
      end = begin;
    }
    return null;
  }

  @Override
  public void follow(long afterSeq, Search search, Consumer<EventRecord> each)
      throws IOException, ConsoleException, InterruptedException {
    EventSelection selection = between(afterSeq + 1, Long.MAX_VALUE, search);
    try (SelectedEvents events = SelectedEvents.open(journal, selection)) {
      while (true) {
        EventRecord record = events.next();
        if (record == null) {
          Thread.sleep(LOOK_AGAIN_MS);
        } else {
          each.accept(record);
        }
      }
    }
  }

  @Override
  public Damage damage() {
    return damage;
  }

  private static EventSelection between(long fromSeq, long toSeq, Search search)
      throws ConsoleException {
    return new EventSelection(
        Set.of(),
        null,
        Position.atSeq(fromSeq),
        Position.atSeq(toSeq),
        search.traces(),
        filter(search));
  }

  private static @Nullable Filter filter(Search search) throws ConsoleException {
    try {
      return search.filter().isEmpty() ? null : Filter.parse(search.filter(), search.clock());
    } catch (FilterSyntaxException e) {
      throw new ConsoleException(String.valueOf(e.getMessage()));
    }
  }
}
