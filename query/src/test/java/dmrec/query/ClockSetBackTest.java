package dmrec.query;

import static dmrec.query.Samples.MPATHA;
import static dmrec.query.Samples.T0;
import static dmrec.query.Samples.pathFailed;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dmrec.event.Bytes;
import dmrec.event.Certainty;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Source;
import dmrec.journal.JournalWriter;
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
        writer.topology().apply(record);
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
    return new EventRecord(
        0,
        wallNs,
        wallNs,
        0,
        0,
        Source.UEVENT,
        Certainty.REPORTED,
        0,
        null,
        MPATHA,
        event,
        Bytes.NONE,
        Bytes.NONE);
  }

  private List<Integer> read(int since, int until, @Nullable String device) throws Exception {
    Selection selection =
        new Selection(
            Set.of(),
            device,
            new Moment.AtTime(T0 + since * SECOND),
            new Moment.AtTime(T0 + until * SECOND),
            true);
    List<Integer> found = new ArrayList<>();
    try (SelectedEvents events = SelectedEvents.open(journal, selection)) {
      for (EventRecord r = events.next(); r != null; r = events.next()) {
        found.add((int) r.seq());
      }
      assertEquals(true, events.hasEnded() || until >= 60);
    }
    return found;
  }
}
