package dmrec.foreign;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.Certainty;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** What an import makes of names, of copies and of what multipathd believes. */
class ImportRulesTest {
  private static String uevent(
      String from, int second, long seqNum, String action, long diskSeq, String more) {
    return String.format(
        Locale.ROOT,
        """
        %s[%d.000000] %s   /devices/virtual/block/dm-0 (block)
        ACTION=%s
        DEVPATH=/devices/virtual/block/dm-0
        SUBSYSTEM=block
        DEVNAME=/dev/dm-0
        DEVTYPE=disk
        DISKSEQ=%d
        SEQNUM=%d
        MAJOR=253
        MINOR=0
        %s
        """,
        from,
        second,
        action,
        action,
        diskSeq,
        seqNum,
        more);
  }

  private static String kernel(int second, long seqNum, String action, long diskSeq) {
    return uevent("KERNEL", second, seqNum, action, diskSeq, "");
  }

  private static String udev(int second, long seqNum, String action, long diskSeq) {
    String name = "DM_NAME=map" + diskSeq + "\nDM_UUID=mpath-" + diskSeq + "\n";
    return uevent("UDEV  ", second, seqNum, action, diskSeq, name);
  }

  private static String said(int second, String program, String words) {
    return String.format(
        Locale.ROOT, "Feb 27 20:00:%02d db01 %s[812]: %s%n", second, program, words);
  }

  private static List<String> names(Imported imported, Kind kind) {
    return imported.of(kind).stream().map(each -> each.device().name()).toList();
  }

  @Test
  void aRemovalBearsTheNameAndWhatComesNextDoesNot() throws Exception {
    Imported imported =
        Imported.of(
            Imported.bootedAt(1_000_000_000L),
            Imported.text(
                "u",
                kernel(10, 1, "add", 7)
                    + kernel(11, 2, "change", 7)
                    + udev(12, 2, "change", 7)
                    + kernel(20, 3, "remove", 7)
                    + udev(21, 3, "remove", 7)
                    + kernel(30, 4, "add", 8)
                    + kernel(31, 5, "remove", 8)));

    assertEquals(List.of("map7", ""), names(imported, Kind.DEVICE_REMOVED));
    assertEquals(List.of("map7", ""), names(imported, Kind.DEVICE_CREATED));
    List<EventRecord> uevents = imported.of(Kind.UEVENT);
    EventRecord udevs = uevents.get(uevents.size() - 2);
    assertEquals("remove", ((DmEvent.Uevent) udevs.event()).action());
    assertEquals("map7", udevs.device().name());
    assertEquals("", uevents.get(uevents.size() - 1).device().name());
  }

  @Test
  void aNewLifeKeepsItsNameWhereUdevTellsOfTheOldOnesEndLater() throws Exception {
    Imported imported =
        Imported.of(
            Imported.bootedAt(1_000_000_000L),
            Imported.text(
                "u",
                udev(12, 2, "change", 7)
                    + kernel(20, 3, "remove", 7)
                    + kernel(20, 4, "add", 8)
                    + udev(21, 5, "change", 8)
                    + udev(22, 3, "remove", 7)
                    + kernel(23, 6, "change", 8)));

    List<EventRecord> uevents = imported.of(Kind.UEVENT);
    assertEquals("map8", uevents.get(uevents.size() - 1).device().name());
  }

  @Test
  void whatCameAndWentCameWithItsAdd() throws Exception {
    long bootNs = 1_772_222_400_000_000_000L;
    Imported imported =
        Imported.of(
            Imported.bootedAt(bootNs),
            Imported.text("u", kernel(10, 1, "add", 7) + kernel(20, 2, "remove", 7)));

    EventRecord created = imported.of(Kind.DEVICE_CREATED).get(0);
    assertEquals(Certainty.DERIVED, created.certainty());
    assertEquals(bootNs + 10 * TextTimes.SECOND_NS, created.notBeforeNs());
    assertEquals(bootNs + 20 * TextTimes.SECOND_NS, created.wallNs());
    assertTrue(created.evidence().text().startsWith("add@"), created.evidence().text());
    EventRecord removed = imported.of(Kind.DEVICE_REMOVED).get(0);
    assertEquals(Certainty.REPORTED, removed.certainty());
  }

  @Test
  void aPathsNumberHoldsFromTheLineThatTellsIt() throws Exception {
    Imported imported =
        Imported.of(
            Imported.text(
                "s",
                said(0, "multipathd", "sdb [8:16]: path added to devmap mpatha")
                    + said(1, "multipathd", "sdb: mark as failed")));

    assertEquals(List.of("path_failed 8:16 log inferred"), imported.changes());
  }

  @Test
  void aPathsNumberEndsWithTheBoot() throws Exception {
    Imported imported =
        Imported.of(
            Imported.text(
                "s",
                said(0, "multipathd", "sdb [8:16]: path added to devmap mpatha")
                    + said(10, "multipathd", "mpatha: event checker started")
                    + "-- Reboot --\n"
                    + said(30, "multipathd", "sdb: mark as failed")));

    assertEquals(2, imported.summary.recordings());
    assertEquals(List.of(), imported.changes());
  }

  @Test
  void dmeventdSaysNothingOfPaths() throws Exception {
    Imported imported =
        Imported.of(
            Imported.text(
                "s",
                said(0, "multipathd", "sdc [8:32]: path added to devmap mpatha")
                    + said(1, "dmeventd", "8:16: mark as failed")));

    assertEquals(List.of(), imported.changes());
    assertEquals(2, imported.of(Kind.DAEMON_MESSAGE).size());
  }

  @Test
  void copiesOfANumberThatCameAgainAreCopies() throws Exception {
    String uevent = kernel(10, 7, "change", 7);
    String again = kernel(100, 7, "change", 7);

    Imported imported =
        Imported.of(Imported.bootedAt(0), Imported.text("u", uevent + uevent + again + again));

    assertEquals(2, imported.of(Kind.UEVENT).size());
    assertEquals(2, imported.summary.copies());
  }

  @Test
  void aBackslashInAJournalIsSpeltAsTheKernelSpellsIt() throws Exception {
    String words = "device-mapper: multipath: 253:0: a\\\\x41\\u0001 b";
    String line =
        "{\"__REALTIME_TIMESTAMP\":\"1772222400000000\",\"_TRANSPORT\":\"kernel\",\"MESSAGE\":\""
            + words
            + "\"}\n";

    Imported imported = Imported.of(Imported.text("j", line));

    DmEvent.KernelMessage told =
        (DmEvent.KernelMessage) imported.of(Kind.KERNEL_MESSAGE).get(0).event();
    assertEquals("device-mapper: multipath: 253:0: a\\x5cx41\\x01 b", told.text());
  }

  @Test
  void whatDmesgEscapedStaysAsItIs() throws Exception {
    Imported imported =
        Imported.of(Imported.text("d", "[    1.000000] device-mapper: ioctl: a\\x01 b\n"));

    DmEvent.KernelMessage told =
        (DmEvent.KernelMessage) imported.of(Kind.KERNEL_MESSAGE).get(0).event();
    assertEquals("device-mapper: ioctl: a\\x01 b", told.text());
  }

  @Test
  void aFileIsNamedInTheJournalWithoutItsFolder() throws Exception {
    byte[] text =
        "[    1.000000] device-mapper: x\n[9.0] device-mapper: y\n[    1.1] device-mapper: z\n"
            .replace("[9.0]", "?")
            .getBytes(java.nio.charset.StandardCharsets.UTF_8);

    Imported imported =
        Imported.of(Imported.input("/home/acme/case 7/dmesg.txt", ForeignFormat.DMESG, text));

    DmEvent.RecordingStarted started =
        (DmEvent.RecordingStarted) imported.of(Kind.RECORDING_STARTED).get(0).event();
    assertTrue(started.clock().contains("of dmesg.txt the"), started.clock());
    DmEvent.Gap gap = (DmEvent.Gap) imported.of(Kind.GAP).get(0).event();
    assertTrue(gap.toString().contains("dmesg.txt"), gap.toString());
    for (EventRecord each : imported.events) {
      assertFalse(each.event().toString().contains("acme"), each.toString());
    }
    assertTrue(imported.notices.get(0).startsWith("/home/acme/case 7/dmesg.txt:"));
  }
}
