package dmrec.foreign;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.DmEvent;
import dmrec.event.Kind;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which recordings an import has: one of each boot, whoever tells of it. */
class BootsTest {
  private static final String FIRST = "e9949cbe01ba4376b2d3dedaaa136bf2";
  private static final String SECOND = "0123456789abcdef0123456789abcdef";

  /** The 27th of February 2026, 20:00. */
  private static final long EVENING_S = 1_772_222_400L;

  private static String journal(String boot, long second, long upSeconds) {
    return "{\"__REALTIME_TIMESTAMP\":\""
        + (EVENING_S + second) * 1_000_000
        + "\",\"__MONOTONIC_TIMESTAMP\":\""
        + upSeconds * 1_000_000
        + "\",\"_BOOT_ID\":\""
        + boot
        + "\",\"_TRANSPORT\":\"kernel\",\"PRIORITY\":\"4\",\"MESSAGE\":"
        + "\"device-mapper: multipath: 253:0: Failing path 8:16.\"}\n";
  }

  private static String syslog(int second) {
    return line(second, "device-mapper: multipath: 253:0: Failing path 8:32.");
  }

  private static String booted(int second) {
    return line(second, "Linux version 6.1.0-56-amd64 (x)");
  }

  private static String line(int second, String words) {
    return String.format(
        java.util.Locale.ROOT,
        "Feb 27 %02d:%02d:%02d db01 kernel: %s%n",
        20 + second / 3600,
        second / 60 % 60,
        second % 60,
        words);
  }

  private static List<String> boots(Imported imported) {
    return imported.of(Kind.RECORDING_STARTED).stream()
        .map(each -> ((DmEvent.RecordingStarted) each.event()).bootId())
        .toList();
  }

  /**
   * @param apart how much later the syslog tells the same
   */
  @ParameterizedTest
  @ValueSource(ints = {-60, -2, 0, 2, 60})
  void aJournalAndASyslogOverOneRebootAreTwoRecordings(int apart) throws Exception {
    String json =
        journal(FIRST, 600, 5000)
            + journal(FIRST, 700, 5100)
            + journal(SECOND, 900, 100)
            + journal(SECOND, 1000, 200)
            + journal(SECOND, 1300, 500);
    String text =
        syslog(600 + apart)
            + syslog(700 + apart)
            + booted(802)
            + syslog(900 + apart)
            + syslog(1000 + apart);

    Imported imported = Imported.of(Imported.text("j", json), Imported.text("s", text));

    assertEquals(
        List.of("e9949cbe-01ba-4376-b2d3-dedaaa136bf2", "01234567-89ab-cdef-0123-456789abcdef"),
        boots(imported));
    assertEquals(List.of(), imported.of(Kind.CLOCK_STEPPED));
  }

  @Test
  void aSyslogThatGoesOnBehindTheJournalHasItsOwnReboots() throws Exception {
    String json = journal(FIRST, 600, 5000) + journal(FIRST, 700, 5100);
    String text = syslog(605) + booted(800) + syslog(900) + booted(1000) + syslog(1001);

    Imported imported = Imported.of(Imported.text("j", json), Imported.text("s", text));

    assertEquals(List.of("e9949cbe-01ba-4376-b2d3-dedaaa136bf2", "", ""), boots(imported));
  }

  @Test
  void textsOverDifferentNumbersOfBootsDoNotFlip() throws Exception {
    String all =
        syslog(0)
            + booted(590)
            + syslog(600)
            + booted(1190)
            + syslog(1200)
            + syslog(1800)
            + syslog(2400);
    String rotated = syslog(900) + booted(1190) + syslog(1500) + syslog(2100) + syslog(2700);

    Imported imported = Imported.of(Imported.text("a", all), Imported.text("b", rotated));

    assertEquals(3, imported.summary.recordings());
    assertEquals(9, imported.of(Kind.KERNEL_MESSAGE).size());
  }

  @Test
  void bootsThatAlternateWithEachLineAreLeftOutSomeTime() throws Exception {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 5000; i++) {
      text.append("-- Boot ").append(i % 2 == 0 ? FIRST : SECOND).append(" --\n").append(syslog(1));
    }

    Imported imported = Imported.of(Imported.text("s", text.toString()));

    assertEquals(2000, imported.summary.recordings());
    assertEquals(3500, imported.of(Kind.KERNEL_MESSAGE).size());
    assertEquals(1500, imported.summary.damaged());
    assertEquals(
        List.of("1500 more left out: it names more boots than a log has"), imported.notices);
  }

  @Test
  void eachReasonWhyLinesWereLeftOutIsTold(@TempDir Path folder) throws Exception {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 2500; i++) {
      text.append("20")
          .append(i % 2 == 0 ? "25" : "24")
          .append("-01-01T00:00:00+00:00 h multipathd[1]: sda: x\n");
    }
    for (int i = 0; i < 2100; i++) {
      text.append("-- Boot ")
          .append(i % 2 == 0 ? FIRST : SECOND)
          .append(" --\n2024-01-01T00:00:01+00:00 h multipathd[1]: sda: y\n");
    }

    Imported imported = Imported.into(folder, Imported.text("s", text.toString()));

    assertEquals(1, imported.notices.size(), imported.notices.toString());
    String notice = imported.notices.get(0);
    assertTrue(notice.contains("more left out: its times go back"), notice);
    assertTrue(notice.contains(" more left out: it names more boots than a log has"), notice);
  }
}
