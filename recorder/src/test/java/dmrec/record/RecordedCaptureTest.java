package dmrec.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.journal.EventCursor;
import dmrec.journal.EventQuery;
import dmrec.journal.Journal;
import dmrec.journal.JournalWriter;
import dmrec.topology.Topology;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordedCaptureTest {
  @TempDir private Path folder = Path.of("");

  @Test
  void theSmokeCaptureTellsWhatItsScenarioCaused() throws Exception {
    List<String> told = new ArrayList<>();
    for (EventRecord record : Captures.recorded(Captures.smoke())) {
      if (!record.kind().isTrace() && record.kind() != Kind.DISK_BASELINE) {
        told.add(record.kind().word() + " " + record.device().name());
      }
    }
    assertEquals(
        List.of(
            "recording_started ",
            "device_created lin",
            "table_live lin",
            "device_created mpatha",
            "table_live mpatha",
            "status_changed mpatha",
            "path_failed mpatha",
            "kernel_message mpatha",
            "path_reinstated mpatha",
            "kernel_message mpatha",
            "device_removed lin",
            "device_removed mpatha",
            "recording_stopped "),
        told.stream().filter(t -> !t.startsWith("group_switched")).toList());
  }

  /** From the scenario's list of causes: when each began, in nanoseconds. */
  @Test
  void nothingOfTheSmokeCaptureIsToldToBeAfterItsCause() throws Exception {
    List<EventRecord> records = Captures.recorded(Captures.smoke());
    long[] lin = {1795336218307159800L, 1795336219430182050L};
    long[] mpatha = {1795336220388090940L, 1795336221676486130L};
    for (EventRecord record : records) {
      if (record.kind() == Kind.DEVICE_CREATED || record.kind() == Kind.TABLE_LIVE) {
        long[] caused = record.device().name().equals("lin") ? lin : mpatha;
        assertTrue(record.notBeforeNs() <= caused[1], record::toString);
        assertTrue(record.wallNs() >= caused[0], record::toString);
      }
    }
  }

  @Test
  void theSameCaptureGivesTheSameEvents() throws Exception {
    List<Observation> capture = Captures.smoke();
    assertEquals(Captures.recorded(capture), Captures.recorded(capture));
  }

  @Test
  void aCaptureOfACaptureGivesTheSameEvents() throws Exception {
    List<Observation> capture = Captures.smoke();
    Path copy = folder.resolve("copy.ndjson");
    ListSink journal = new ListSink();
    try (CaptureWriter out = CaptureWriter.create(copy)) {
      Recorder recorder = new Recorder(journal, out);
      for (Observation observation : capture) {
        recorder.accept(observation);
      }
    }
    List<Observation> again = new ArrayList<>();
    try (CaptureReader in = CaptureReader.open(copy)) {
      for (Observation next = in.next(); next != null; next = in.next()) {
        again.add(next);
      }
    }
    assertEquals(capture, again);
    assertEquals(journal.records, Captures.recorded(again));
  }

  @Test
  void theJournalFoldsToWhatTheRecorderKnows() throws Exception {
    List<Observation> capture = Captures.smoke();
    Path folded = folder.resolve("journal");
    try (JournalWriter writer = JournalWriter.open(folded);
        Journal journal = Journal.open(folded);
        EventCursor events = journal.events(EventQuery.ALL)) {
      Recorder recorder = new Recorder(EventSink.of(writer), null);
      Topology fold = new Topology();
      int most = 0;
      for (Observation observation : capture) {
        recorder.accept(observation);
        for (EventRecord next = events.next(); next != null; next = events.next()) {
          fold.apply(next);
        }
        assertEquals(List.copyOf(recorder.topology().devices()), List.copyOf(fold.devices()));
        assertEquals(List.copyOf(recorder.topology().disks()), List.copyOf(fold.disks()));
        most = Math.max(most, fold.devices().size());
      }
      assertEquals(2, most);
      assertNull(events.next());
      assertEquals(writer.lastSeq(), recorder.summary().events());
    }
  }
}
