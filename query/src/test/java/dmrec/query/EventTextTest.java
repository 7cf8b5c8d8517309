package dmrec.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.Actor;
import dmrec.event.Bytes;
import dmrec.event.Certainty;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.event.Mark;
import dmrec.event.Source;
import dmrec.target.DevNo;
import dmrec.target.Target;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EventTextTest {
  private static final String HOSTILE = "a\u001b[2J\nb\\c\u202e\udc80";

  private final EventText plain = new EventText(ZoneOffset.UTC, false, false);

  @Test
  void hasAKindForEveryEvent() {
    Set<Class<?>> events = new HashSet<>(Arrays.asList(DmEvent.class.getPermittedSubclasses()));
    for (Class<?> group :
        List.of(DmEvent.OfTarget.class, DmEvent.OfPath.class, DmEvent.OfDisk.class)) {
      events.remove(group);
      events.addAll(Arrays.asList(group.getPermittedSubclasses()));
    }

    assertEquals(events, new HashSet<>(Arrays.stream(Kind.values()).map(Kind::type).toList()));
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void saysWhatHappenedForEveryKind(Kind kind) throws Exception {
    EventRecord record = Samples.record(812, Samples.MPATHA, Samples.event(kind, "word"));

    String line = plain.print(record);

    assertTrue(
        line.startsWith(
            "2026-03-01T03:25:37.000000000Z  #812     mpatha         " + kind.word() + " "),
        line);
    assertFalse(EventText.phrase(record.event()).isBlank());
    assertEquals(-1, line.indexOf('\n'), line);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void letsNoTextOfTheKernelActOnTheTerminal(Kind kind) throws Exception {
    DeviceRef device = Samples.device(0, 25, HOSTILE, HOSTILE);
    EventRecord record =
        with(
            Samples.record(1, device, Samples.event(kind, HOSTILE)),
            Certainty.REPORTED,
            0,
            0,
            Actor.asked(1, 0, HOSTILE),
            HOSTILE);

    String shown = new EventText(ZoneOffset.UTC, false, true).print(record);

    for (String line : shown.split("\n", -1)) {
      assertTrue(
          line.chars().noneMatch(c -> Character.isISOControl(c) || c == 0x202e || c == 0xdc80),
          line);
    }
    assertTrue(shown.contains("a\\x1b[2J"), shown);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void saysTheSameInColour(Kind kind) throws Exception {
    EventRecord record = Samples.record(1, Samples.MPATHA, Samples.event(kind, "word"));

    String coloured = new EventText(ZoneOffset.UTC, true, true).print(record);

    String plainText = new EventText(ZoneOffset.UTC, false, true).print(record);
    assertEquals(plainText, coloured.replaceAll("\u001b\\[[0-9;]*m", ""));
  }

  @Test
  void tellsThePathAndHowManyAreLeft() {
    assertEquals("path 8:16 sdb failed, 3 paths left", phrase(Samples.pathFailed(3)));
    assertEquals("path 8:16 sdb failed, 1 path left", phrase(Samples.pathFailed(1)));
    assertEquals("path 8:16 sdb failed, no path left", phrase(Samples.pathFailed(0)));
    assertEquals("path 8:16 sdb failed", phrase(Samples.pathFailed(-1)));
    assertEquals(
        "path 8:16 works again, 2 paths valid",
        phrase(new DmEvent.PathReinstated(new DevNo(8, 16), "", 2, 9)));
  }

  @Test
  void tellsTheGroups() {
    assertEquals("group 1 → 2", phrase(new DmEvent.GroupSwitched(0, 1, 2, "")));
    assertEquals("group 1 → none", phrase(new DmEvent.GroupSwitched(0, 1, 0, "")));
  }

  @Test
  void showsTheFirstTableLineAndHowManyMore() {
    Target first = new Target(0, 2048, "linear", "8:16 0", "");
    Target second = new Target(2048, 2048, "error", "", "");

    assertEquals(
        "live: 0 2048 linear 8:16 0",
        phrase(new DmEvent.TableLive(List.of(first), List.of(new DevNo(8, 16)), false)));
    assertEquals(
        "live: 0 2048 linear 8:16 0 +2",
        phrase(new DmEvent.TableLive(List.of(first, second, second), List.of(), false)));
    assertEquals(
        "live: 0 2048 error",
        phrase(
            new DmEvent.TableLive(
                List.of(new Target(0, 2048, "error", "", "")), List.of(), false)));
    assertEquals(
        "live: a table that was gone before it could be read",
        phrase(new DmEvent.TableLive(List.of(), List.of(), false)));
  }

  @Test
  void showsWhenItCanHaveHappenedWhereOnlyTheDifferenceIsKnown() {
    EventRecord record = Samples.record(2, Samples.MPATHA, new DmEvent.DeviceSuspended(false));

    String derived =
        plain.print(with(record, Certainty.DERIVED, record.wallNs() - 980_000_000L, 0, null, ""));

    assertTrue(derived.contains(" ~device_suspended "), derived);
    assertTrue(derived.endsWith("  suspended (within 0.98 s)"), derived);
  }

  @Test
  void showsARefusedRequestAndTheProcessBehindIt() {
    Actor actor =
        new Actor(
            Actor.Relation.CONTEXT,
            77,
            0,
            0,
            0,
            1000,
            "dmsetup",
            "/sbin/dmsetup",
            5,
            "sh",
            "a.service");
    EventRecord record =
        Samples.record(2, Samples.MPATHA, new DmEvent.RequestFailed("table_load", 16, "mpatha"))
            .toBuilder()
            .certainty(Certainty.CLAIMED)
            .actor(actor)
            .build();
    EventRecord read = record.toBuilder().receivedNs(record.wallNs() + 2_000_000).build();

    String line = plain.print(read);
    String more = new EventText(ZoneOffset.UTC, false, true).print(read);

    assertTrue(line.contains(" \"request_failed"), line);
    assertTrue(line.endsWith("table_load of mpatha was refused, error 16  in dmsetup[77]"), line);
    assertTrue(more.contains("read 2.00 ms after it happened"), more);
    assertTrue(
        more.contains(
            "process uid 0, login uid 1000, runs /sbin/dmsetup, child of sh[5], unit a.service"),
        more);
  }

  @Test
  void showsWhoInjectedAnEvent() {
    EventRecord record = Samples.record(2, Samples.MPATHA, Samples.pathFailed(1));
    int marks = Mark.INJECTED.bit() | Mark.SYNTHETIC.bit();

    String injected =
        plain.print(with(record, Certainty.REPORTED, 0, marks, Actor.asked(77, 0, "my tool"), ""));

    assertTrue(
        injected.endsWith(" 1 path left [injected synthetic]  by \"my tool\"[77]"), injected);
  }

  @Test
  void namesAProcessByItsNumberWhereNoMoreIsKnown() {
    EventRecord record = Samples.record(2, Samples.MPATHA, new DmEvent.DeviceRemoved());

    EventRecord gone = record.toBuilder().actor(Actor.asked(812, -1, "")).build();

    assertTrue(plain.print(gone).endsWith("  removed  by pid 812"), plain.print(gone));
    assertEquals("removed  by pid 812", EventText.sentence(gone));
    assertTrue(plain.print(record).endsWith("  removed"), plain.print(record));
  }

  @Test
  void keepsColumnsAlignedOnceALongNameWasSeen() {
    DeviceRef longName = Samples.device(1, 26, "vg0-a_rather_long_name", "");

    String first = plain.print(Samples.record(1, longName, Samples.pathFailed(1)));
    String second = plain.print(Samples.record(2, Samples.MPATHA, Samples.pathFailed(1)));

    assertEquals(first.indexOf("path_failed"), second.indexOf("path_failed"));
  }

  @Test
  void namesTheDiskWhereTheEventIsAboutOne() {
    EventRecord record =
        Samples.record(
            3,
            DeviceRef.NONE,
            new DmEvent.DiskAdded(new DevNo(8, 16), "sdb", "naa.5000c500", "", 20971520, ""));

    String line = plain.print(record);

    assertTrue(line.contains(" sdb "), line);
    assertTrue(line.endsWith("disk 8:16 sdb, 10 GiB, wwid naa.5000c500"), line);
  }

  @Test
  void showsTheEvidenceLineByLine() {
    EventRecord record =
        with(
            Samples.record(2, Samples.MPATHA, Samples.pathFailed(1)),
            Certainty.REPORTED,
            0,
            0,
            null,
            "change@/devices/virtual/block/dm-0\0ACTION=change\0");

    String shown = new EventText(ZoneId.of("UTC"), false, true).print(record);

    assertTrue(shown.contains("\n    device 254:0 diskseq 25, uuid mpath-3600a, uevent, reported"));
    assertTrue(shown.endsWith("\n    | change@/devices/virtual/block/dm-0\n    | ACTION=change"));
  }

  @Test
  void saysLengthsOfTimeAndSizesAsPeopleDo() {
    assertEquals("0.98 s", EventText.duration(980_000_000L));
    assertEquals("12.3 ms", EventText.duration(12_345_678L));
    assertEquals("3661 s", EventText.duration(3_661_000_000_000L));
    assertEquals("10 GiB", EventText.size(20971520));
    assertEquals("1.5 TiB", EventText.size(3221225472L));
    assertEquals("0.5 KiB", EventText.size(1));
  }

  @Test
  void tellsHowManyEventsWereMissedAsFarAsThatIsKnown() {
    assertEquals(
        "12 events while nobody listened (event number 5 to 17)",
        phrase(new DmEvent.EventsMissed(12, 5, 17)));
    assertEquals(
        "1 event while nobody listened (event number 4294967295 to 0)",
        phrase(new DmEvent.EventsMissed(1, 4294967295L, 0)));
    assertEquals(
        "10 to 12 events while nobody listened (event number 5 to 17)",
        phrase(new DmEvent.EventsMissed(10, 5, 17)));
    assertEquals(
        "up to 12 events while nobody listened (event number 5 to 17)",
        phrase(new DmEvent.EventsMissed(0, 5, 17)));
  }

  @Test
  void tellsWhetherARecordingIsOfTheSameBoot() {
    String text = "on host, Linux 6.1, dm 4.47.0, from uevent, dmrec 1";
    assertEquals(text, phrase(started("b1", "")));
    assertEquals(text + ", same boot as before", phrase(started("b1", "b1")));
    assertEquals(text + ", boot b2 after boot b1", phrase(started("b2", "b1")));
  }

  private static DmEvent started(String boot, String before) {
    return new DmEvent.RecordingStarted(
        boot, "6.1", "4.47.0", "1", "host", List.of("uevent"), 0, "receive time", before, "", 0);
  }

  private static String phrase(DmEvent event) {
    return EventText.phrase(event);
  }

  private static EventRecord with(
      EventRecord record,
      Certainty certainty,
      long notBeforeNs,
      int marks,
      @Nullable Actor actor,
      String evidence) {
    return EventRecord.of(record.event())
        .seq(record.seq())
        .at(record.wallNs(), record.monoNs())
        .notBeforeNs(notBeforeNs)
        .kernelNs(record.kernelNs())
        .source(Source.UEVENT)
        .certainty(certainty)
        .marks(marks)
        .actor(actor)
        .device(record.device())
        .evidence(Bytes.of(evidence))
        .build();
  }
}
