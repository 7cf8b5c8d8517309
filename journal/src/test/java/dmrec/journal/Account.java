package dmrec.journal;

import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.journal.file.EventScanner;
import dmrec.journal.file.JournalFolder;
import dmrec.journal.file.MalformedException;
import dmrec.topology.Topology;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What there is of a journal, counted file by file and without regard to what is missing.
 *
 * @param events how many events there are
 * @param gaps those among these that say how many events of the journal are not there
 * @param lastSeq the highest number
 * @param stack what the last file says the stack is
 */
public record Account(long events, List<DmEvent.Gap> gaps, long lastSeq, Topology stack) {
  /** Counts. */
  public static Account of(Path journal) throws JournalException {
    Set<Long> numbers = new HashSet<>();
    List<DmEvent.Gap> gaps = new ArrayList<>();
    long last = 0;
    Topology stack = new Topology();
    for (Path file : JournalFolder.cycles(journal)) {
      try (EventScanner scanner = EventScanner.open(file, true)) {
        EventScanner.Found found = scanner.next(true);
        while (found != null) {
          if (found == EventScanner.Found.STATE) {
            stack = scanner.state();
          } else {
            EventRecord record = event(scanner);
            if (!numbers.add(record.seq())) {
              throw new AssertionError(file + ": #" + record.seq() + " a second time");
            }
            last = Math.max(last, record.seq());
            if (record.event() instanceof DmEvent.Gap gap
                && gap.lost().equals(DmEvent.Gap.JOURNAL)) {
              gaps.add(gap);
            }
            stack.apply(record);
          }
          found = scanner.next(true);
        }
      }
    }
    return new Account(numbers.size(), gaps, last, stack);
  }

  private static EventRecord event(EventScanner scanner) {
    try {
      return scanner.event();
    } catch (MalformedException e) {
      throw new AssertionError(e);
    }
  }

  /** How many events the gaps say are not there. */
  public long told() {
    return gaps.stream().mapToLong(DmEvent.Gap::count).sum();
  }
}
