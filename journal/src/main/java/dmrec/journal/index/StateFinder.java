package dmrec.journal.index;

import dmrec.journal.JournalException;
import dmrec.journal.Position;
import dmrec.journal.file.EventScanner;
import dmrec.journal.file.Fault;
import dmrec.journal.file.MalformedException;
import dmrec.journal.file.NameResolver;
import dmrec.topology.Topology;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the stack at a position: from the last state before it that is whole, with the events
 * behind that applied. One thread, one question at a time.
 */
public final class StateFinder {
  private static final int ATTEMPTS = 5;

  private final JournalParts parts;
  private final EventReader reader;

  public StateFinder(JournalParts parts) {
    this.parts = parts;
    this.reader = new EventReader(parts);
  }

  /**
   * What was found.
   *
   * @param stack whoever asks owns it
   * @param faults what lies between the state it was made from and the position
   */
  public record State(Topology stack, List<Fault> faults) {}

  /** Between two events: so many of a part's lie before it. */
  private record Place(List<Part> parts, int number, int event) {}

  private interface Question<T> {
    T answer() throws JournalException;
  }

  /** Asks again where files went meanwhile, as retention lets them. */
  private <T> T ask(Question<T> question) throws JournalException {
    for (int attempt = 1; ; attempt++) {
      try {
        return question.answer();
      } catch (StaleIndexException e) {
        if (attempt == ATTEMPTS) {
          throw new JournalException(String.valueOf(e.getMessage()), e);
        }
      } catch (JournalException e) {
        if (attempt == ATTEMPTS
            || parts.parts().stream().allMatch(part -> Files.exists(part.path()))) {
          throw e;
        }
      }
      parts.refresh();
    }
  }

  /** The number of the last event up to a position; the one before the journal's first for none. */
  public long seqAt(Position position) throws JournalException {
    return ask(
        () -> {
          Place place = placeOf(position);
          for (int i = place.number(); i >= 0 && !place.parts().isEmpty(); i--) {
            FileIndex index = parts.index(place.parts().get(i));
            int event = i == place.number() ? place.event() : index.size();
            if (event > 0) {
              return index.seq(event - 1);
            } else if (i == 0) {
              return Math.max(0, index.seqBefore);
            }
          }
          return 0L;
        });
  }

  /** The stack at a position; an empty one where that is before the journal. */
  public State at(Position position) throws JournalException {
    return ask(() -> fold(placeOf(position), position));
  }

  /** Before the first event, in the order recorded, that is behind a position. */
  private Place placeOf(Position position) throws JournalException {
    List<Part> now = parts.parts();
    int last = now.size() - 1;
    if (last < 0) {
      return new Place(now, 0, 0);
    }
    int from =
        position instanceof Position.AtTime time
            ? parts.partOf(time.wallNs(), true, now)
            : position instanceof Position.AtSeq number
                ? parts.partOf(number.seq(), false, now)
                : last;
    for (int i = from; ; i++) {
      FileIndex index = parts.index(now.get(i));
      int event =
          position instanceof Position.AtTime time
              ? index.firstLaterThan(time.wallNs())
              : position instanceof Position.AtSeq number
                  ? index.firstBeyond(number.seq())
                  : index.size();
      if (event < index.size() || i == last || isBeyond(now.get(i + 1), index, position)) {
        return new Place(now, i, event);
      }
    }
  }

  /** Where the event of a number is lost, the state that the next part begins with knows it. */
  private static boolean isBeyond(Part next, FileIndex index, Position position)
      throws JournalException {
    return position instanceof Position.AtSeq number
        && next.startSeq() > number.seq() + (index.lastSeq() < number.seq() ? 1 : 0);
  }

  private State fold(Place place, Position position) throws JournalException {
    List<Part> of = place.parts();
    if (of.isEmpty()) {
      return new State(new Topology(), List.of());
    }
    List<Fault> faults = new ArrayList<>();
    for (int i = place.number(); i >= 0; i--) {
      FileIndex index = parts.index(of.get(i));
      int before = i == place.number() ? place.event() : index.size();
      for (int state = index.stateBefore(before, position); state >= 0; state--) {
        long statePlace = index.statePlace(state);
        Topology stack = fold(place, i, statePlace, index.eventBehind(state), faults);
        if (stack != null) {
          addFaults(place, i, statePlace, position, faults);
          return new State(isLater(stack, place, position) ? new Topology() : stack, faults);
        }
      }
    }
    Topology stack = fold(place, 0, -1, 0, faults);
    addFaults(place, 0, -1, position, faults);
    return new State(stack == null ? new Topology() : stack, faults);
  }

  /**
   * Whether the stack that a journal begins with is that of a later moment than the one asked for.
   */
  private static boolean isLater(Topology stack, Place place, Position position) {
    boolean isBeginning = place.number() == 0 && place.event() == 0;
    return isBeginning && Position.isBefore(position, stack.seq(), stack.wallNs());
  }

  /**
   * Applies events up to a place.
   *
   * @param statePlace the state to begin with; -1 for none
   * @param eventBehind how many events of its part lie before that state
   * @return null where the state cannot be read
   */
  private @Nullable Topology fold(
      Place place, int number, long statePlace, int eventBehind, List<Fault> faults)
      throws JournalException {
    Topology stack = statePlace < 0 ? new Topology() : null;
    for (int i = number; i <= place.number(); i++) {
      FileIndex index = parts.index(place.parts().get(i));
      int event = i == number ? eventBehind : 0;
      int end = i == place.number() ? place.event() : index.size();
      try (EventScanner scanner = EventScanner.open(place.parts().get(i).path(), stack == null)) {
        if (stack == null) {
          scanner.goTo(statePlace);
          if (scanner.next(true) != EventScanner.Found.STATE) {
            return null;
          }
          stack = scanner.state();
        } else if (event < end) {
          scanner.goTo(index.place(event));
        }
        while (event < end) {
          EventScanner.Found found = scanner.next(true);
          if (found == EventScanner.Found.STATE) {
            continue;
          }
          if (found == null
              || scanner.place() != index.place(event)
              || scanner.seq() != index.seq(event)) {
            throw parts.stale(place.parts().get(i));
          }
          apply(scanner, stack, index, event, faults, reader.names(index, event));
          event++;
        }
      }
    }
    return stack;
  }

  private static void apply(
      EventScanner scanner,
      Topology stack,
      FileIndex index,
      int event,
      List<Fault> faults,
      NameResolver names) {
    try {
      stack.apply(scanner.event(names));
    } catch (MalformedException e) {
      faults.add(index.unreadable(scanner.path(), event, e));
    }
  }

  /** What lies behind a state and before, or right behind, the place. */
  private void addFaults(
      Place place, int from, long statePlace, Position position, List<Fault> faults)
      throws JournalException {
    List<Part> of = place.parts();
    long maxSeq = position instanceof Position.AtSeq at ? at.seq() : Long.MAX_VALUE;
    long maxWallNs = position instanceof Position.AtTime at ? at.wallNs() : Long.MAX_VALUE;
    // Where the next part begins with damage, what is lost there may belong before the place.
    int last = place.number();
    if (last + 1 < of.size() && place.event() == parts.index(of.get(last)).size()) {
      last++;
    }
    for (int i = from; i <= last; i++) {
      Fault join = i > from ? parts.join(of, i) : null;
      if (join != null && join.concerns(Long.MIN_VALUE, maxSeq, Long.MIN_VALUE, maxWallNs)) {
        faults.add(join);
      }
      int end = i > place.number() ? 0 : i == place.number() ? place.event() : Integer.MAX_VALUE;
      for (Fault fault : parts.index(of.get(i)).faults()) {
        boolean isBefore = i == from && fault.offset() < statePlace;
        if (!isBefore && fault.event() <= end) {
          Fault bounded = parts.bounded(of, i, fault);
          boolean isPassed = fault.event() < end;
          if (isPassed || bounded.concerns(Long.MIN_VALUE, maxSeq, Long.MIN_VALUE, maxWallNs)) {
            faults.add(bounded);
          }
        }
      }
    }
  }
}
