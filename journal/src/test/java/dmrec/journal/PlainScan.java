package dmrec.journal;

import dmrec.event.EventRecord;
import dmrec.journal.file.EventScanner;
import dmrec.journal.file.Fault;
import dmrec.journal.file.JournalFolder;
import dmrec.journal.file.MalformedException;
import dmrec.topology.Topology;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a journal holds, found by reading all of it from the start and keeping everything: what each
 * answer of the door has to be equal to.
 */
final class PlainScan {
  /** An event, a state of the stack or a damaged place, in the order of the files. */
  private record Item(int file, long offset, @Nullable EventRecord event, @Nullable State state) {
    boolean isFault() {
      return event == null && state == null;
    }
  }

  /** A state with the number and time of the event it lies behind. */
  private record State(Topology stack, long seq, long wallNs) {}

  private final List<Item> items = new ArrayList<>();
  private final List<EventRecord> events = new ArrayList<>();

  PlainScan(Path journal) throws JournalException {
    long lastSeq = Fault.UNKNOWN;
    int damagedSince = 0;
    List<Path> files = JournalFolder.cycles(journal);
    for (int i = 0; i < files.size(); i++) {
      try (EventScanner scanner = EventScanner.open(files.get(i), true)) {
        boolean joined = false;
        EventScanner.Found found;
        do {
          found = scanner.next(true);
          if (!joined && (scanner.header() != null || found == EventScanner.Found.EVENT)) {
            joined = true;
            long before =
                scanner.header() != null ? scanner.header().firstSeq() - 1 : scanner.seq() - 1;
            if (lastSeq >= 0 && (before < lastSeq || before > lastSeq + damagedSince)) {
              items.add(new Item(i, 0, null, null));
            }
          }
          for (Fault fault : scanner.faults()) {
            items.add(new Item(i, fault.offset(), null, null));
          }
          if (found == EventScanner.Found.STATE) {
            State state = new State(scanner.state(), scanner.stateSeq(), scanner.wallNs());
            items.add(new Item(i, scanner.place(), null, state));
          } else if (found != null) {
            EventRecord event = scanner.event();
            events.add(event);
            items.add(new Item(i, scanner.place(), event, null));
          }
        } while (found != null);
        lastSeq = scanner.seq();
        damagedSince = scanner.damagedSince();
      } catch (MalformedException e) {
        throw new AssertionError(e);
      }
    }
    items.sort((a, b) -> a.file == b.file ? Long.compare(a.offset, b.offset) : a.file - b.file);
  }

  List<EventRecord> events() {
    return events;
  }

  /** How many damaged places there are. */
  int faults() {
    return (int) items.stream().filter(Item::isFault).count();
  }

  /**
   * The answer at a position.
   *
   * @param last the last event before it; null for none
   * @param faults how many damaged places lie between the state that it begins with and that event
   */
  record Answer(@Nullable EventRecord last, List<EventRecord> stack, int faults) {}

  Answer at(Position position) {
    Topology stack = new Topology();
    EventRecord last = null;
    int faults = 0;
    int atLast = 0;
    for (Item item : items) {
      if (item.event != null) {
        if (isBehind(item.event.seq(), item.event.wallNs(), position)) {
          break;
        }
        stack.apply(item.event);
        last = item.event;
        atLast = faults;
      } else if (item.state == null) {
        faults++;
      } else if (!isBehind(item.state.seq, item.state.wallNs, position)) {
        stack = item.state.stack.copy();
        faults = 0;
        atLast = 0;
      }
    }
    return new Answer(last, stack.records(), position == Position.END ? faults : atLast);
  }

  private static boolean isBehind(long seq, long wallNs, Position position) {
    return position instanceof Position.AtTime time
        ? wallNs > time.wallNs()
        : position instanceof Position.AtSeq number && seq > number.seq();
  }

  List<EventRecord> selected(EventQuery query) {
    List<EventRecord> found = new ArrayList<>();
    for (EventRecord record : events) {
      if (record.seq() >= query.minSeq()
          && record.seq() <= query.maxSeq()
          && record.wallNs() >= query.minWallNs()
          && record.wallNs() <= query.maxWallNs()
          && query.mayBe(record.kind())
          && (query.isOfAnyDevice(record.kind()) || query.mayBe(record.device()))) {
        found.add(record);
      }
    }
    if (query.isBackward()) {
      Collections.reverse(found);
    }
    return found;
  }

  /** Every number, the ones around, and every time with the ones around. */
  List<Position> positions() {
    TreeSet<Long> seqs = new TreeSet<>();
    TreeSet<Long> times = new TreeSet<>();
    for (EventRecord record : events) {
      for (long by = -1; by <= 1; by++) {
        seqs.add(record.seq() + by);
        times.add(record.wallNs() + by);
      }
    }
    List<Position> all = new ArrayList<>(List.of(Position.END));
    seqs.forEach(seq -> all.add(Position.atSeq(seq)));
    times.forEach(time -> all.add(Position.atTime(time)));
    return all;
  }
}
