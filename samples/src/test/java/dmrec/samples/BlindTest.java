package dmrec.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.Certainty;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.event.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Probes that are switched off by others, left over, or taken by another recorder. */
@Order(9)
class BlindTest extends RecordedScenario {
  private static final long TOLD_NS = 5_000_000_000L;

  BlindTest() {
    super("blind");
  }

  private List<EventRecord> gaps() {
    List<EventRecord> gaps = new ArrayList<>();
    for (EventRecord record : events(Kind.GAP)) {
      if (((DmEvent.Gap) record.event()).lost().equals(Source.PROBE.word())) {
        gaps.add(record);
      }
    }
    return gaps;
  }

  private boolean isToldSoon(long ns) {
    return gaps().stream().anyMatch(e -> ns <= e.wallNs() && e.wallNs() - ns <= TOLD_NS);
  }

  @Test
  void blindnessIsToldAndSightAfterIt() throws IOException {
    for (String line : Files.readAllLines(out().resolve("ways.tsv"))) {
      String[] way = line.split("\t", 3);
      assertTrue(isToldSoon(Long.parseLong(way[1])), line + ": " + gaps());
      boolean isByItself = way[0].equals("reset");
      assertTrue(isByItself || isToldSoon(Long.parseLong(way[2])), line + ": " + gaps());
    }
    assertEquals(6, gaps().size(), gaps().toString());
  }

  @Test
  void whatHappenedMeanwhileIsFoundByALook() {
    for (EventRecord record : events(Kind.DEVICE_CREATED)) {
      boolean isBlind = List.of("ftrace", "kprobes").contains(record.device().name());
      assertEquals(
          isBlind ? Certainty.DERIVED : Certainty.REPORTED, record.certainty(), record.toString());
    }
    assertEquals(5, events(Kind.DEVICE_CREATED).size());
    assertEquals(5, events(Kind.DEVICE_REMOVED).size());
  }

  private double metric(String when, String name) throws IOException {
    for (String line : Files.readAllLines(out().resolve("metrics." + when))) {
      if (line.startsWith(name + " ")) {
        return Double.parseDouble(line.substring(name.length() + 1));
      }
    }
    throw new AssertionError(when + " has no " + name);
  }

  /** What `trace-cmd reset` removed is made again before anybody can see it. */
  @Test
  void theMetricsTellHowTheProbesFare() throws IOException {
    for (String way : List.of("ftrace", "kprobes")) {
      assertEquals(1, metric(way + ".off", "dmrec_probes_blind"));
      assertEquals(0, metric(way + ".on", "dmrec_probes_blind"));
      assertEquals(
          metric("ftrace.off", "dmrec_probes_placed"), metric(way + ".on", "dmrec_probes_placed"));
    }
    assertTrue(metric("reset.on", "dmrec_probes_placed") > 30);
    assertTrue(
        metric("reset.on", "dmrec_probe_hits_total")
            > metric("ftrace.off", "dmrec_probe_hits_total"));
    assertEquals(0, metric("reset.on", "dmrec_probe_lost_total"));
  }

  /** Each line: when, how many definitions the kernel has of ours, and how many instances. */
  @Test
  void nothingIsLeftAndNothingIsTakenAway() throws IOException {
    List<String> left = Files.readAllLines(out().resolve("left"));
    String all = left.get(0).substring("recording".length());
    assertTrue(Integer.parseInt(all.strip().split(" ", 2)[0]) > 30, all);
    assertEquals(
        List.of(
            "recording" + all,
            "restored" + all,
            "beside" + all,
            "killed" + all,
            "again" + all,
            "stopped 0 0"),
        left);
    assertTrue(
        Files.readString(out().resolve("beside.out")).contains("kernel probes"),
        "the second recorder must say that it has no probes");
  }

  /** The first recorder was killed: what its capture had by then gives the same events. */
  @Override
  @Test
  void captureRecordedAgainGivesTheSameEvents(@TempDir Path folder) throws IOException {
    Path again = folder.resolve("journal");
    String capture = out().resolve("first.ndjson").toString();
    assertEquals(0, dmrec(List.of("record", "--from", capture, "-j", again.toString())).status());
    List<EventRecord> repeated = read(again);
    int seen = repeated.size() - 1; // Behind it stands that the capture ended.
    assertTrue(seen > 20, repeated.toString());
    for (int i = 0; i < seen; i++) {
      assertEquals(withoutVersion(events().get(i)), withoutVersion(repeated.get(i)));
    }
  }
}
