package dmrec.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** A journal whose file system stands still, and a spool before it. */
@Order(7)
class SuspendedTest extends RecordedScenario {
  private static final int COUNT = 600;
  private static final long LEAST_NS = 10_000_000_000L;

  SuspendedTest() {
    super("suspended", Integer.toString(COUNT));
  }

  private Cause cause(Kind kind) {
    return causes().stream().filter(c -> c.kinds().contains(kind)).findFirst().orElseThrow();
  }

  @Test
  void everyPathEventIsThereOnce() {
    List<Long> numbers = new ArrayList<>();
    for (EventRecord record : events()) {
      if (record.event() instanceof DmEvent.PathFailed event) {
        numbers.add(event.dmSeqnum());
      } else if (record.event() instanceof DmEvent.PathReinstated event) {
        numbers.add(event.dmSeqnum());
      }
    }
    List<Long> expected = new ArrayList<>();
    for (long i = 1; i <= COUNT; i++) {
      expected.add(i);
    }
    // Two processors may send them in another order than that in which they happened.
    Collections.sort(numbers);
    assertEquals(expected, numbers);
    assertEquals(List.of(), events(Kind.GAP));
  }

  @Test
  void theyWereReceivedWhileTheJournalCouldNotBeWritten() {
    long suspended = cause(Kind.DEVICE_SUSPENDED).afterNs();
    long resumed = cause(Kind.DEVICE_RESUMED).beforeNs();
    assertTrue(resumed - suspended > LEAST_NS, (resumed - suspended) + " ns");
    int received = 0;
    for (EventRecord record : events()) {
      if (record.kind() == Kind.PATH_FAILED || record.kind() == Kind.PATH_REINSTATED) {
        assertTrue(suspended <= record.wallNs() && record.wallNs() <= resumed, record.toString());
        received++;
      }
    }
    assertEquals(COUNT, received);
    // What is only seen by looking was seen as well.
    EventRecord look = events(Kind.DEVICE_SUSPENDED).get(0);
    assertEquals("home", look.device().name());
    assertTrue(look.wallNs() < resumed, look.toString());
  }

  @Test
  void nothingStaysInTheSpool() throws IOException {
    assertTrue(Files.size(out().resolve("spooled")) > 0, "nothing was in the spool");
    assertEquals("writer.lock\n", Files.readString(out().resolve("spool-after")));
  }
}
