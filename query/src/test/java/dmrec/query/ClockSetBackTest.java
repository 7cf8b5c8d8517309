package dmrec.query;

import static dmrec.query.Samples.MPATHA;
import static dmrec.query.Samples.T0;
import static dmrec.query.Samples.pathFailed;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Source;
import dmrec.journal.Journal;
import dmrec.journal.JournalWriter;
import dmrec.journal.Position;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A wall clock that was set back twice: what lies between two times is found in all places. */
class ClockSetBackTest {
  private static final long SECOND = 1_000_000_000L;

  /** What the clock shows at each event. */
  private static final int[] SECONDS = {10, 20, 30, 40, 15, 25, 35, 45, 50, 5, 22, 60};

  @TempDir
  @SuppressWarnings("NullAway.Init") // by JUnit
  Path journal;

  @Test
  void nothingBetweenTwoTimesIsLost() throws Exception {
    try (JournalWriter writer = JournalWriter.open(journal)) {
      for (int i = 0; i < SECONDS.length; i++) {
        EventRecord record =
            record(
                T0 + SECONDS[i] * SECOND,
                i == 0 ? new DmEvent.DeviceCreated(false, false) : pathFailed(i));
        writer.append(record);
      }
    }
    for (int since = 0; since <= 61; since++) {
      for (int until = since; until <= 61; until += 3) {
        List<Integer> expected = new ArrayList<>();
        for (int i = 0; i < SECONDS.length; i++) {
          if (SECONDS[i] >= since && SECONDS[i] <= until) {
            expected.add(i + 1);
          }
        }
        String where = since + " to " + until;
        assertEquals(expected, read(since, until, null), where);
        assertEquals(expected, read(since, until, "254:0"), where + " of a device");
      }
    }
  }

  private static EventRecord record(long wallNs, DmEvent event) {
    return EventRecord.of(event).at(wallNs, wallNs).source(Source.UEVENT).device(MPATHA).build();
  }

  private List<Integer> read(int since, int until, @Nullable String device) throws Exception {
    EventSelection selection =
        new EventSelection(
            Set.of(),
            device,
            Position.atTime(T0 + since * SECOND),
            Position.atTime(T0 + until * SECOND),
            true);
    List<Integer> found = new ArrayList<>();
    try (Journal opened = Journal.open(journal);
        SelectedEvents events = SelectedEvents.open(opened, selection)) {
      for (EventRecord r = events.next(); r != null; r = events.next()) {
        found.add((int) r.seq());
      }
      assertEquals(true, events.hasEnded() || until >= 60);
    }
    return found;
  }
}
