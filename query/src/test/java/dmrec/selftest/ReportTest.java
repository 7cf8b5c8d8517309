package dmrec.selftest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import dmrec.event.Actor;
import dmrec.event.Certainty;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.event.Source;
import dmrec.target.DevNo;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReportTest {
  private static final Cause CAUSE =
      new Cause(
          "suspend",
          List.of(),
          "dmrec-selftest-1-lin",
          new DevNo(254, 3),
          7,
          "dmsetup suspend dmrec-selftest-1-lin",
          1000,
          2000);

  private static final EventRecord EXACT =
      EventRecord.of(new DmEvent.DeviceSuspended(false))
          .seq(5)
          .at(1500, 1)
          .source(Source.PROBE)
          .actor(Actor.asked(7, 0, "dmsetup"))
          .build();

  private static final EventRecord POLLED =
      EventRecord.of(new DmEvent.DeviceResumed(false))
          .seq(6)
          .at(620_002_000, 1)
          .certainty(Certainty.DERIVED)
          .build();

  private static Report report(List<Finding> findings, List<Outcome> outcomes) {
    return new Report("6.1.0", true, "", findings, outcomes, List.of());
  }

  private static final Finding GOOD = Finding.of(CAUSE, Kind.DEVICE_SUSPENDED, EXACT, "");
  private static final Finding LATE = Finding.of(CAUSE, Kind.DEVICE_RESUMED, POLLED, "");
  private static final Finding MISSING =
      new Finding(CAUSE, Kind.TABLE_LIVE, Finding.How.NOT_TOLD, null, "");
  private static final Outcome LACKING = new Outcome("mirror", "the kernel has no mirror", true);

  @Test
  void tellsEachSortOfChangeAndWhatToMakeOfIt() {
    Report report = report(List.of(GOOD, LATE), List.of(LACKING));

    assertTrue(report.isGood());
    assertEquals(
        """
        CAUSED   TOLD                                                          WHO
        suspend  device_suspended exact; device_resumed by polling, within 0.62 s  by dmsetup[7]
        mirror   not tried: the kernel has no mirror

        OK: of 2 changes 1 were told exactly, on Linux 6.1.0, with probes.
        Recordings of this host can be trusted for moment, process and order of: device_suspended.
        Seen only by polling, the moment to within 0.62 s: device_resumed.
        """,
        ReportText.of(report, false));
  }

  @Test
  void namesWhatIsMissingAndWrong() {
    Finding wrong = Finding.of(CAUSE, Kind.DEVICE_SUSPENDED, EXACT, "told again as #9");
    Report report = report(List.of(wrong, MISSING), List.of());

    String text = ReportText.of(report, true);

    assertFalse(report.isGood());
    assertTrue(text.contains("\033[31msuspend"), text);
    assertTrue(
        text.contains(
            "  device_suspended of dmrec-selftest-1-lin 254:3 by 'dmsetup suspend"
                + " dmrec-selftest-1-lin': told again as #9\n"),
        text);
    assertTrue(text.contains("\nNOT OK: of 2 changes 0 were told exactly"), text);
    assertTrue(text.contains("\nNot told: table_live.\nTold wrong: device_suspended.\n"), text);
  }

  @Test
  void aStepThatFailedAndALossAreNotGood() {
    assertFalse(report(List.of(GOOD), List.of(new Outcome("mirror", "no", false))).isGood());
    assertFalse(
        new Report("6.1", true, "", List.of(GOOD), List.of(), List.of("3 uevents")).isGood());
  }

  @Test
  void printsOneJsonObject() throws IOException {
    String json = ReportJson.of(report(List.of(GOOD, LATE, MISSING), List.of(LACKING)));

    try (JsonParser parser = new JsonFactory().createParser(json)) {
      while (parser.nextToken() != null) {}
    }
    assertTrue(json.startsWith("{\"ok\":false,\"kernel\":\"6.1.0\",\"probes\":true,"), json);
    assertTrue(
        json.contains("\"kinds\":{\"exact\":[\"device_suspended\"],\"poll\":[\"device_resumed\"],"),
        json);
    assertTrue(
        json.contains(
            "\"told\":\"exact\",\"wrong\":\"\",\"seq\":5,\"time_ns\":1500,\"within_ns\":0,"
                + "\"actor_comm\":\"dmsetup\",\"actor_pid\":7,\"actor_relation\":\"asked\"}"),
        json);
    assertTrue(json.contains("\"within_ns\":620001000}"), json);
    assertTrue(
        json.contains(
            "\"not_done\":[{\"step\":\"mirror\",\"why\":\"the kernel has no mirror\",\"failed\":false}]"),
        json);
  }
}
