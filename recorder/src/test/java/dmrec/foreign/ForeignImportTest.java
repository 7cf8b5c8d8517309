package dmrec.foreign;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real texts of other programs, and what a journal makes of them. */
class ForeignImportTest {
  private static final String CHECKER =
      "Feb 27 20:00:00 db01 multipathd[812]: checker failed path 8:16 in map mpatha\n";
  private static final String KERNEL =
      "Feb 27 20:00:01 db01 kernel: [  100.500000] device-mapper: multipath: 253:0: Failing path"
          + " 8:16.\n";

  @Test
  void aMonitorsUeventsAreEventsAsIfTheyHadBeenRecorded() throws Exception {
    Imported imported =
        Imported.of(
            Imported.bootedAt(1_000_000_000L), Imported.input("u", Imported.sample("udevadm.txt")));

    assertEquals(
        List.of(
            "path_failed 8:16 uevent reported",
            "path_failed 8:32 uevent reported",
            "path_reinstated 8:16 uevent reported",
            "path_failed 8:16 uevent reported"),
        imported.changes().subList(0, 4));
    EventRecord failed = imported.of(Kind.PATH_FAILED).get(0);
    assertEquals("mpatha", failed.device().name());
    assertEquals(3, ((DmEvent.PathFailed) failed.event()).validPaths());
    assertEquals(failed.monoNs() + 1_000_000_000L, failed.wallNs());
    assertTrue(failed.evidence().text().startsWith("change@/devices/virtual/block/dm-0\0ACTION="));
    assertTrue(failed.evidence().text().contains("\0DEVNAME=dm-0\0"), failed.evidence().text());
    assertEquals(0, imported.summary.damaged());
    assertEquals(List.of(), imported.notices);
  }

  @Test
  void withoutATimeOfTheBootTheLastLineIsAsOldAsTheFile() throws Exception {
    Imported imported = Imported.of(Imported.input("u", Imported.sample("udevadm.txt")));

    assertEquals(Imported.NOW_NS, imported.summary.lastNs());
    assertTrue(imported.notices.get(0).contains("--boot-time"), imported.notices.toString());
    DmEvent.RecordingStarted started = (DmEvent.RecordingStarted) imported.events.get(0).event();
    assertTrue(started.clock().contains("last change"), started.clock());
  }

  @Test
  void aPipeNeedsATime() {
    ForeignInput pipe =
        new ForeignInput(
            "-",
            ForeignFormat.UDEVADM,
            () -> new ByteArrayInputStream(Imported.sample("udevadm.txt")),
            false,
            When.UNKNOWN);

    ForeignException e = assertThrows(ForeignException.class, () -> Imported.of(pipe));

    assertTrue(e.getMessage().contains("--boot-time"), e.getMessage());
  }

  @Test
  void whatUdevPassedOnProvesAChangeWhereTheKernelsWordIsMissing() throws Exception {
    Imported alone = Imported.of(Imported.input("u", Imported.sample("udev.txt")));

    assertEquals(
        List.of("path_failed 8:16 udev derived", "path_failed 8:32 udev derived"), alone.changes());
    assertEquals("mpatha", alone.of(Kind.PATH_FAILED).get(0).device().name());
  }

  @Test
  void aLineOfTheKernelProvesAChange() throws Exception {
    Imported imported = Imported.of(Imported.input("d", Imported.sample("dmesg.txt")));

    assertEquals("path_failed 1:0 kmsg derived", imported.changes().get(0));
    assertEquals(8, imported.changes().size());
    assertEquals(13, imported.of(Kind.KERNEL_MESSAGE).size());
    EventRecord failed = imported.of(Kind.PATH_FAILED).get(0);
    assertEquals(84_762_814_000L, failed.kernelNs());
    assertEquals(
        "[   84.762814] device-mapper: multipath: 254:0: Failing path 1:0.",
        failed.evidence().text());
    DmEvent.RecordingStarted started = (DmEvent.RecordingStarted) imported.events.get(0).event();
    assertEquals("6.1.0-56-amd64", started.kernel());
  }

  @Test
  void multipathdOnlyBelieves() throws Exception {
    Imported imported =
        Imported.of(
            Imported.text(
                "s",
                CHECKER
                    + "Feb 27 20:00:09 db01 multipathd[812]: 8:16: mark as failed\n"
                    + "Feb 27 20:00:10 db01 multipathd[812]: 8:16: reinstated\n"));

    assertEquals(
        List.of("path_failed 8:16 log inferred", "path_reinstated 8:16 log inferred"),
        imported.changes());
    assertEquals("mpatha", imported.of(Kind.PATH_REINSTATED).get(0).device().name());
    assertTrue(imported.of(Kind.PATH_FAILED).get(0).device().isNone());
    assertEquals(3, imported.of(Kind.DAEMON_MESSAGE).size());
  }

  @Test
  void aLineOfMultipathdWithoutAPathOrAMapIsAMessageOnly() throws Exception {
    Imported imported =
        Imported.of(
            Imported.text(
                "s",
                """
                Feb 27 20:00:09 db01 multipathd[812]: checker failed path in map mpatha
                Feb 27 20:00:09 db01 multipathd[812]: checker failed path 8:16 in map mpatha
                Feb 27 20:00:09 db01 multipathd[812]: mpatha: devmap dm- registered
                Feb 27 20:00:09 db01 multipathd[812]: sdb []: reinstated
                """));

    assertEquals(4, imported.of(Kind.DAEMON_MESSAGE).size());
    assertEquals(List.of("path_failed 8:16 log inferred"), imported.changes());
  }

  @Test
  void ofTwoWhoTellOneChangeTheBetterOneIsBelieved() throws Exception {
    Imported imported = Imported.of(Imported.text("s", CHECKER + KERNEL));

    assertEquals(List.of("path_failed 8:16 kmsg derived"), imported.changes());
    EventRecord failed = imported.of(Kind.PATH_FAILED).get(0);
    assertEquals("253:0", failed.device().dev().toString());
    assertEquals("mpatha", failed.device().name());
  }

  @Test
  void filesAreMergedByTheirTimesAndAUeventIsBelievedBeforeALog() throws Exception {
    long bootNs = 1_772_222_400_000_000_000L - 100_000_000_000L; // 27th of February, 20:00
    String uevent =
        """
        KERNEL[100.600000] change   /devices/virtual/block/dm-0 (block)
        ACTION=change
        DEVPATH=/devices/virtual/block/dm-0
        SUBSYSTEM=block
        DM_TARGET=multipath
        DM_ACTION=PATH_FAILED
        DM_SEQNUM=1
        DM_PATH=8:16
        DM_NR_VALID_PATHS=1
        DM_NAME=mpatha
        DM_UUID=mpath-1
        DEVNAME=/dev/dm-0
        DEVTYPE=disk
        SEQNUM=7
        MAJOR=253
        MINOR=0

        """;

    Imported imported =
        Imported.of(
            Imported.bootedAt(bootNs),
            Imported.text("s", CHECKER + KERNEL),
            Imported.text("u", uevent));

    assertEquals(List.of("path_failed 8:16 uevent reported"), imported.changes());
    assertEquals(1, imported.of(Kind.KERNEL_MESSAGE).size());
    assertEquals(List.of(), imported.of(Kind.CLOCK_STEPPED));
    assertEquals(1, imported.summary.recordings());
  }

  @Test
  void aUeventThatWasCapturedForEachListenerIsToldOnce() throws Exception {
    byte[] once = Imported.sample("udevadm.txt");

    Imported one = Imported.of(Imported.bootedAt(0), Imported.input("a", once));
    Imported two =
        Imported.of(Imported.bootedAt(0), Imported.input("a", once), Imported.input("b", once));

    assertEquals(one.changes(), two.changes());
    assertEquals(12, two.summary.copies());
  }

  @Test
  void eachBootOfAJournalIsARecording() throws Exception {
    Imported imported = Imported.of(Imported.input("j", Imported.sample("journal.json")));

    List<EventRecord> started = imported.of(Kind.RECORDING_STARTED);
    assertEquals(2, started.size());
    DmEvent.RecordingStarted first = (DmEvent.RecordingStarted) started.get(0).event();
    assertEquals("e9949cbe-01ba-4376-b2d3-dedaaa136bf2", first.bootId());
    assertEquals("db01", first.host());
    assertEquals(2, imported.of(Kind.RECORDING_STOPPED).size());
    EventRecord failed = imported.of(Kind.PATH_FAILED).get(0);
    assertEquals(61_156_749_000L, failed.monoNs());
    assertEquals(61_156_001_000L, failed.kernelNs());
  }

  @Test
  void aDamagedLineIsAGapAndNotTheEnd() throws Exception {
    Imported imported = Imported.of(Imported.input("j", Imported.sample("journal.json")));

    assertEquals(1, imported.summary.damaged());
    assertTrue(imported.notices.get(0).startsWith("j:3: expected a JSON object"));
    DmEvent.Gap gap = (DmEvent.Gap) imported.of(Kind.GAP).get(0).event();
    assertEquals(1, gap.count());
    assertEquals(List.of("kmsg"), List.of(gap.lost()));
    assertEquals(2, imported.changes().size());
  }

  @Test
  void aDayWithoutAYearIsOfTheYearBeforeTheFileWasWritten() throws Exception {
    Imported imported = Imported.of(Imported.input("s", Imported.sample("syslog.txt")));

    assertEquals(1_767_225_598_000_000_000L, imported.summary.firstNs()); // 31st December 2025
    assertEquals(1_767_225_612_000_000_000L, imported.summary.lastNs()); // 1st January 2026
    assertEquals(
        List.of(
            "path_failed 8:16 kmsg derived",
            "path_failed 8:32 log inferred",
            "path_reinstated 8:16 log inferred"),
        imported.changes());
    assertTrue(
        imported.of(Kind.PATH_REINSTATED).stream()
            .allMatch(e -> e.device().name().equals("mpatha")));
  }

  @Test
  void aLineOfAnyLengthTakesNoMoreMemoryThanTheLongestThatIsRead() throws Exception {
    String line = "x".repeat(3 << 20);

    Imported imported = Imported.of(Imported.text("s", CHECKER + line + "\n" + KERNEL));

    assertEquals(1, imported.summary.damaged());
    assertTrue(imported.notices.get(0).startsWith("s:2: expected a line of at most 1048576"));
    assertEquals(1, imported.changes().size());
  }

  @Test
  void timesThatJumpAboutDoNotCutTheJournalIntoCountlessFiles(@TempDir Path folder)
      throws Exception {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 5000; i++) {
      text.append("20")
          .append(i % 2 == 0 ? "25" : "24")
          .append("-01-01T00:00:00+00:00 h multipathd[1]: sda: x\n");
    }

    Imported imported = Imported.into(folder, Imported.text("s", text.toString()));

    int switches = 0;
    long before = 0;
    for (EventRecord each : imported.of(Kind.DAEMON_MESSAGE)) {
      switches += each.wallNs() == before ? 0 : 1;
      before = each.wallNs();
    }
    assertEquals(2000, switches);
    assertTrue(imported.summary.damaged() > 0);
  }

  @Test
  void nothingIsMadeUp() throws Exception {
    Imported imported =
        Imported.of(
            Imported.input("d", Imported.sample("dmesg.txt")),
            Imported.input("s", Imported.sample("syslog.txt")));

    assertTrue(imported.of(Kind.BASELINE).isEmpty());
    assertTrue(imported.of(Kind.DEVICE_CREATED).isEmpty());
    String text = new String(Imported.sample("syslog.txt"), StandardCharsets.UTF_8);
    for (EventRecord each : imported.of(Kind.DAEMON_MESSAGE)) {
      assertTrue(text.contains(each.evidence().text()));
    }
  }
}
