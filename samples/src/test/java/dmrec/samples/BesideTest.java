package dmrec.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.Actor;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.event.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/**
 * Other tracers and thirty waiting processes beside the recorder, and recorders that are killed.
 */
@Order(4)
class BesideTest extends RecordedScenario {
  private static final int COUNT = 2_000;
  private static final int KILLS = 4;

  BesideTest() {
    super("beside", Integer.toString(COUNT), Integer.toString(KILLS));
  }

  @Test
  void nothingIsLost() throws IOException {
    assertEquals(List.of(), events(Kind.GAP));
    DmEvent.RecordingStopped end =
        (DmEvent.RecordingStopped) events(Kind.RECORDING_STOPPED).get(0).event();
    assertEquals(0, end.lost());
    assertEquals(0, end.dropped());
    // Of each probe: its name, how often it was hit, and how often it had no room for that.
    for (String line : Files.readAllLines(out().resolve("profile"))) {
      assertTrue(line.endsWith(" 0"), line);
    }
  }

  @Test
  void eachPathEventIsToldOnceWithWhoAskedForIt() {
    for (Kind kind : List.of(Kind.PATH_FAILED, Kind.PATH_REINSTATED)) {
      List<EventRecord> told = events(kind);
      assertEquals(COUNT / 2, told.size(), kind.word());
      for (EventRecord record : told) {
        assertEquals(Source.PROBE, record.source(), record.toString());
        Actor actor = Objects.requireNonNull(record.actor(), record.toString());
        assertEquals("dmctl", actor.command());
        assertEquals(Actor.Relation.ASKED, actor.relation());
      }
    }
  }

  /** The recorder came after them and went before them. */
  @Test
  void neighboursCountAll() throws IOException {
    Map<String, Integer> counted = new HashMap<>();
    for (String line : Files.readAllLines(out().resolve("neighbours"))) {
      String[] words = line.split(" ", 2);
      counted.put(words[0], Integer.valueOf(words[1]));
    }
    int all = COUNT + 100;
    assertEquals(
        Map.of(
            "caused",
            all,
            "instance",
            all,
            "perf",
            all,
            "trace-cmd",
            all,
            "function",
            all,
            "dropped",
            0),
        counted);
  }

  /** Each line: when, how many definitions the kernel has of ours, and how many instances. */
  @Test
  void killedRecordersLeaveNothingToTheNextOne() throws IOException {
    List<String> left = Files.readAllLines(out().resolve("left"));
    String all = left.get(0).substring("recording".length());
    assertEquals(List.of("recording" + all, "stopped 0 0", "again" + all, "end 0 0"), left);
    assertEquals(KILLS, Files.readAllLines(out().resolve("kills")).size());

    assertFalse(Files.readString(out().resolve("last.out")).contains("kernel probes"));
    List<String> events = Files.readAllLines(out().resolve("last.ndjson"));
    List<String> paths = events.stream().filter(line -> line.contains("\"kind\":\"path_")).toList();
    assertEquals(4, paths.size(), paths.toString());
    assertTrue(paths.stream().allMatch(line -> line.contains("\"source\":\"probe\"")));
  }
}
