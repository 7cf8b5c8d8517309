package dmrec.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** Path events as fast as the kernel sends them, into a buffer that holds them. */
@Order(4)
class StormTest extends RecordedScenario {
  private static final int COUNT = 10_000;

  StormTest() {
    super("storm", Integer.toString(COUNT));
  }

  @Test
  void everyPathEventIsThereOnce() {
    SortedMap<Long, String> told = new TreeMap<>();
    for (EventRecord record : events()) {
      if (record.event() instanceof DmEvent.PathFailed event) {
        assertNull(told.put(event.dmSeqnum(), "fail " + event.path()), record.toString());
      } else if (record.event() instanceof DmEvent.PathReinstated event) {
        assertNull(told.put(event.dmSeqnum(), "reinstate " + event.path()), record.toString());
      } else {
        continue;
      }
      assertEquals("mpatha", record.device().name());
      assertEquals(0, record.notBeforeNs(), record.toString());
    }
    // The kernel numbers them as they happen. Two processors may send them in another order.
    SortedMap<Long, String> caused = new TreeMap<>();
    List<String> messages = List.of("fail 1:0", "reinstate 1:0", "fail 1:2", "reinstate 1:2");
    for (int i = 0; i < COUNT; i++) {
      caused.put(i + 1L, messages.get(i % messages.size()));
    }
    assertEquals(caused, told);
  }

  @Test
  void nothingIsLost() {
    assertEquals(List.of(), events(Kind.GAP));
    DmEvent.RecordingStopped end =
        (DmEvent.RecordingStopped) events(Kind.RECORDING_STOPPED).get(0).event();
    assertEquals(0, end.lost());
    assertEquals(0, end.dropped());
  }

  @Test
  void tenThousandEventsOfItPackIntoThreeHundredKilobytes() throws IOException {
    Path bundle = out().resolve("storm.dmrec");
    Said said =
        dmrec(
            List.of(
                "pack",
                journal().toString(),
                "-o",
                bundle.toString(),
                "--force",
                "--since",
                "#5001",
                "--until",
                "#15000",
                "--no-report"));
    assertEquals(0, said.status(), said.err());
    assertTrue(said.err().contains("10,000 events"), said.err());
    assertTrue(Files.size(bundle) <= 300_000, Files.size(bundle) + " bytes");
  }

  @Test
  void theyHappenedWhileTheyWereCaused() {
    Cause cause = causes().get(0);
    for (EventRecord record : events()) {
      if (cause.kinds().contains(record.kind())) {
        assertTrue(record.wallNs() >= cause.beforeNs(), record.toString());
      }
    }
  }
}
