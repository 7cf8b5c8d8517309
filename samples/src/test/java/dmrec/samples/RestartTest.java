package dmrec.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dmrec.event.Certainty;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A recorder that stops and starts again, and one that is killed, while the stack goes on. */
@Order(7)
class RestartTest extends RecordedScenario {
  private static final int COUNT = 500;

  RestartTest() {
    super("restart", Integer.toString(COUNT));
  }

  /** Each recording's records. */
  private List<List<EventRecord>> recordings() {
    List<List<EventRecord>> recordings = new ArrayList<>();
    for (EventRecord record : events()) {
      if (record.kind() == Kind.RECORDING_STARTED) {
        recordings.add(new ArrayList<>());
      }
      recordings.get(recordings.size() - 1).add(record);
    }
    return recordings;
  }

  /** A line of what the kernel counted while nobody listened. */
  private record Truth(int recording, String dev, long from, long to) {}

  private List<Truth> truth() throws IOException {
    List<Truth> truth = new ArrayList<>();
    for (String line : Files.readAllLines(out().resolve("missed.tsv"))) {
      String[] columns = line.split("\t", 4);
      truth.add(
          new Truth(
              Integer.parseInt(columns[0]),
              columns[1],
              Long.parseLong(columns[2]),
              Long.parseLong(columns[3])));
    }
    return truth;
  }

  @Test
  void theMissedEventsOfEachDeviceAreThoseTheKernelCounted() throws IOException {
    for (int recording = 2; recording <= 3; recording++) {
      TreeMap<String, DmEvent> expected = new TreeMap<>();
      for (Truth each : truth()) {
        if (each.recording() == recording && each.from() != each.to()) {
          expected.put(
              each.dev(),
              new DmEvent.EventsMissed(each.to() - each.from(), each.from(), each.to()));
        }
      }
      TreeMap<String, DmEvent> actual = new TreeMap<>();
      for (EventRecord record : recordings().get(recording - 1)) {
        if (record.kind() == Kind.EVENTS_MISSED) {
          actual.put(record.device().dev().toString(), record.event());
          assertEquals(Certainty.DERIVED, record.certainty());
        }
      }
      assertFalse(expected.isEmpty());
      assertEquals(expected, actual, "recording " + recording);
    }
    System.err.println("dmrec: restart: " + events(Kind.EVENTS_MISSED).size() + " counts, exact");
  }

  @Test
  void fiveHundredWereRaisedByTheDevicesThatWereKnown() {
    long sum = 0;
    for (EventRecord record : recordings().get(1)) {
      if (record.event() instanceof DmEvent.EventsMissed e
          && !record.device().name().equals("mpathc")
          && !record.device().name().equals("reused")) {
        sum += e.count();
      }
    }
    assertEquals(COUNT, sum);
  }

  @Test
  void whatChangedMeanwhileIsToldOnceAndNothingElse() {
    assertAsCaused(
        EnumSet.of(
            Kind.DEVICE_RENAMED,
            Kind.DEVICE_REMOVED,
            Kind.DEVICE_CREATED,
            Kind.DEVICE_SUSPENDED,
            Kind.DEVICE_RESUMED,
            Kind.TABLE_LIVE,
            Kind.TABLE_LOADED,
            Kind.SNAPSHOT_INVALIDATED));
    List<String> paths = new ArrayList<>();
    for (EventRecord record : events()) {
      if (record.event() instanceof DmEvent.PathFailed e) {
        paths.add(record.device().name() + " -" + e.path() + " " + record.certainty());
      } else if (record.event() instanceof DmEvent.PathReinstated e) {
        paths.add(record.device().name() + " +" + e.path() + " " + record.certainty());
      }
    }
    paths.removeIf(line -> line.startsWith("mpatha "));
    assertEquals(
        List.of(
            "mpathb -1:2 REPORTED",
            "mpathb -1:1 DERIVED",
            "mpathb +1:2 DERIVED",
            "mpathc -1:3 REPORTED"),
        paths);
  }

  @Test
  void everyRecordingNamesTheBootBefore() {
    List<List<EventRecord>> recordings = recordings();
    assertEquals(3, recordings.size());
    for (int i = 0; i < 3; i++) {
      DmEvent.RecordingStarted start = (DmEvent.RecordingStarted) recordings.get(i).get(0).event();
      assertEquals(i == 0 ? "" : start.bootId(), start.previousBootId());
    }
    assertEquals(1, recordings.get(0).stream().filter(RestartTest::isStop).count());
    assertEquals(0, recordings.get(1).stream().filter(RestartTest::isStop).count());
  }

  private static boolean isStop(EventRecord record) {
    return record.kind() == Kind.RECORDING_STOPPED;
  }

  /** The second capture goes on from the journal of the first, as the recorder did. */
  @Test
  @Override
  void captureRecordedAgainGivesTheSameEvents(@TempDir Path folder) throws IOException {
    Path again = folder.resolve("journal");
    for (String name : List.of("capture-1.ndjson", "capture-2.ndjson")) {
      Said said =
          dmrec(
              List.of("record", "--from", out().resolve(name).toString(), "-j", again.toString()));
      assertEquals(0, said.status(), said.err());
    }
    List<EventRecord> repeated = read(again);
    // The recorder was killed: the end is what the capture's end stands for.
    repeated.remove(repeated.size() - 1);
    int count = recordings().get(0).size() + recordings().get(1).size();
    for (int i = 0; i < Math.min(count, repeated.size()); i++) {
      assertEquals(withoutVersion(events().get(i)), withoutVersion(repeated.get(i)));
    }
    assertEquals(count, repeated.size());
  }
}
