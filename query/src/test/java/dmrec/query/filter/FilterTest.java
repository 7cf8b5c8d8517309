package dmrec.query.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.Actor;
import dmrec.event.Bytes;
import dmrec.event.Certainty;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.event.Source;
import dmrec.journal.EventQuery;
import dmrec.target.DevNo;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FilterTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-03-01T03:00:10Z"), ZoneOffset.UTC);
  private static final long T0 = 1_772_334_000_000_000_000L;
  private static final DeviceRef MPATHA =
      new DeviceRef(new DevNo(254, 0), 25, "mpatha", "mpath-3600a");

  /** 2026-03-01T03:00:05Z, a path of mpatha, proved by two looks 2.5 s apart. */
  private static final EventRecord FAILED =
      EventRecord.of(new DmEvent.PathFailed(new DevNo(8, 16), "sdb", 1, 7))
          .seq(812)
          .at(T0 + 5_000_000_000L, 592_000_000_000L)
          .notBeforeNs(T0 + 2_500_000_000L)
          .source(Source.UEVENT)
          .certainty(Certainty.DERIVED)
          .marks(1)
          .device(MPATHA)
          .evidence(Bytes.of("ACTION=change\0DM_PATH=8:16\0"))
          .build();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "actor.comm = dmsetup and actor.relation = context and actor.pid = 77 and actor.tid = 78",
        "actor.exe ~ *dmsetup and actor.parent = sh and actor.parent_pid = 5",
        "actor.unit = a.service and actor.login_uid = 1000 and actor.uid = 0",
        "ACTOR.PID in (76, 77) and not actor.start_ns > 0",
        "actor = dmsetup and relation = context and pid = 77 and executable ~ *dmsetup",
        "received > 2026-03-01T03:00:05Z and error = 16 and request = table_load and name = mpatha",
        "source = probe and certainty = claimed",
      })
  void findsAProcessByAllThatIsKnownOfIt(String filter) throws Exception {
    EventRecord refused =
        FAILED.toBuilder()
            .event(new DmEvent.RequestFailed("table_load", 16, "mpatha"))
            .receivedNs(FAILED.wallNs() + 1)
            .source(Source.PROBE)
            .certainty(Certainty.CLAIMED)
            .actor(
                new Actor(
                    Actor.Relation.CONTEXT,
                    77,
                    0,
                    78,
                    0,
                    1000,
                    "dmsetup",
                    "/sbin/dmsetup",
                    5,
                    "sh",
                    "a.service"))
            .build();
    assertTrue(matches(filter, refused), filter);
    assertFalse(matches(filter, FAILED), filter);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "path_failed",
        "PATH-FAILED",
        "kind = path_failed AND device = mpatha",
        "kind ~ path_*",
        "not device = a=b!c",
        "kind in (gap, path_failed)",
        "not kind in (gap, path_reinstated)",
        "kind not in (gap)",
        "device = 254:0 and device = dm-0 and device = /dev/mapper/mpatha",
        "device = mpath-3600a and device ~ mp*a and device !~ *b",
        "dev=254:0 and diskseq=25 and uuid = mpath-3600a",
        "path = 8:16 and path = sdb and path = /dev/sdb and disk ~ sd[a-c] and path ~ 8:*",
        "seq = 812 and seq >= #812 and seq < 0x400",
        "time > '2026-03-01 03:00' and time <= 03:00:05 and time > -6s and time < now",
        "window = 2.5s and window > 2s and window <= 2500ms",
        "mono = 592s and mono_ns = 592000000000",
        "not_before >= '2026-03-01 03:00:02.5'",
        "source = uevent and certainty != reported and certainty = derived",
        "mark = injected and not mark = synthetic and mark != synthetic",
        "valid_paths < 2 and dm_seqnum = 7",
        "evidence ~ *ACTION=change* and evidence ~ /DM_PATH=8:(16|32)/",
        "evidence ~ /action=CHANGE/i",
        "gap or path_failed and not gap",
        "(gap or path_failed) and not (gap or uevent)",
        "not (reason = x) and not group = 1 and not actor = x",
      })
  void matchesWhatItSays(String text) throws Exception {
    assertTrue(matches(text, FAILED));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "path_reinstated",
        "gap",
        "group != 1",
        "group = 1",
        "actor != x",
        "pid not in (1)",
        "kernel_ns < 5",
        "device = mpath",
        "device = 8:16",
        "path = sd",
        "path = dm-16",
        "valid_paths = 2",
        "seq > 812",
        "time > now",
        "evidence ~ ACTION=change",
        "read_only",
        "gap > 0s",
        "target = 0",
      })
  void doesNotMatchAnythingElse(String text) throws Exception {
    assertFalse(matches(text, FAILED));
  }

  @Test
  void tellsHowLongAndWhatWasLost() throws Exception {
    EventRecord gap =
        record(DeviceRef.NONE, new DmEvent.Gap("uevent", 3, T0, T0 + 6_000_000_000L, "overrun"));

    for (String text :
        List.of("gap", "gap > 5s", "gap = 6s", "gap = uevent", "gap != dm", "gap ~ ue*")) {
      assertTrue(matches(text, gap), text);
    }
    for (String text : List.of("gap < 5s", "gap = dm", "gap != uevent", "gap != 6s")) {
      assertFalse(matches(text, gap), text);
    }
  }

  @Test
  void findsDisksByTheirOwnEvents() throws Exception {
    EventRecord added =
        record(
            DeviceRef.NONE, new DmEvent.DiskAdded(new DevNo(8, 16), "sdb", "naa.5", "S1", 9, ""));

    for (String text : List.of("device = sdb", "disk = 8:16", "dev = 8:16", "wwid ~ naa*")) {
      assertTrue(matches(text, added), text);
    }
    assertTrue(Filter.parse("device = sdb", CLOCK).query().mayBe(DeviceRef.NONE));
  }

  @Test
  void findsNamesAsTheyArePrinted() throws Exception {
    EventRecord mangled = record(named("my\\x20disk"), new DmEvent.DeviceRemoved());
    EventRecord hostile = record(named("\u001b[2J\"\udcff"), new DmEvent.DeviceRemoved());

    for (String text :
        List.of("device = my\\x20disk", "device = 'my disk'", "device = '/dev/mapper/my disk'")) {
      assertTrue(matches(text, mangled), text);
    }
    assertTrue(matches("device = \"\\x1b[2J\\x22\\xff\"", hostile));
  }

  @Test
  void takesAnUnknownNumberForNone() throws Exception {
    EventRecord unknown = record(MPATHA, new DmEvent.PathFailed(new DevNo(8, 16), "sdb", -1, 0));

    assertFalse(matches("valid_paths < 2", unknown));
    assertFalse(matches("valid_paths != 2", unknown));
  }

  @Test
  void takesFieldsThatAreNumbersHereAndWordsThere() throws Exception {
    EventRecord group = record(MPATHA, new DmEvent.GroupSwitched(0, 1, 2, ""));
    EventRecord pool = record(MPATHA, new DmEvent.PoolModeChanged(0, "rw", "fail", ""));

    assertTrue(matches("to = 2 and group = 1 and target = 0", group));
    assertFalse(matches("to = 2", pool));
    assertTrue(matches("to = fail and from ~ r?", pool));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "kind = path_faild;7;path_failed",
        "kidn = gap;0;kind",
        "path_faild;0;path_failed",
        "path_failed and devce = x;16;device",
        "kind = gap adn seq = 1;11;and",
        "kind = gap && seq = 1;11;and",
        "source = uevnt;9;uevent",
        "certainty in (derived, infered);23;inferred",
        "mark = synthetik;7;synthetic",
        "read_only = treu;12;true",
        "actor.relation = aksed;17;asked",
        "actor.unti = x;0;actor.unit",
        "kind ~ paht_*;7;",
        "seq = abc;6;",
        "seq =;5;",
        "`seq `;4;",
        "(gap;4;",
        "gap);3;",
        "device < a;7;",
        "kind > gap;5;",
        "time > 14:62;10;",
        "time > '14:62';11;",
        "time > #5;7;",
        "window > 5;9;",
        "under;5;",
        "under and;6;",
        "device ~ /dev/mapper/x;14;",
        "device ~ /(/;9;",
        "device ~ /abc;9;",
        "device = 'abc;9;",
        "device = 'a\\q';11;",
        "device in a;10;",
        "device in (a b);13;",
        "device not a;11;",
        "evidence = x;9;~",
        "seq <> 1;4;!=",
        "gap | count;4;or",
        "dev = sdb;6;",
        ";0;"
      })
  void pointsAtWhatIsWrong(String text, int position, String suggestion) {
    String filter = text == null ? "" : text;

    FilterSyntaxException e =
        assertThrows(FilterSyntaxException.class, () -> Filter.parse(filter, CLOCK));

    assertEquals(position, e.position(), e.getMessage());
    assertEquals(suggestion, e.suggestion(), e.getMessage());
    String[] lines = String.valueOf(e.getMessage()).split("\n", -1);
    assertEquals(3, lines.length);
    assertEquals(" ".repeat(position) + "^", lines[2]);
  }

  @Test
  void showsAMistakeInThreeLines() {
    FilterSyntaxException e =
        assertThrows(FilterSyntaxException.class, () -> Filter.parse("kind = path_faild", CLOCK));

    assertEquals(
        """
        expected a kind of event, found 'path_faild'; did you mean 'path_failed'?
        kind = path_faild
               ^\
        """,
        e.getMessage());
  }

  @Test
  void keepsTheCaretUnderItsPlaceWhereWhatIsShownIsEscapedOrCut() {
    FilterSyntaxException escaped =
        assertThrows(
            FilterSyntaxException.class, () -> Filter.parse("device = a\u001bb and x", CLOCK));
    FilterSyntaxException cut =
        assertThrows(
            FilterSyntaxException.class, () -> Filter.parse("gap or ".repeat(50) + "x", CLOCK));

    assertTrue(String.valueOf(escaped.getMessage()).endsWith("\n" + " ".repeat(20) + "^"));
    assertTrue(
        String.valueOf(cut.getMessage()).lines().allMatch(line -> line.length() < 110),
        cut.getMessage());
  }

  @Test
  void narrowsByNumberTimeKindAndDevice() throws Exception {
    EventQuery query =
        Filter.parse(
                "seq in (3, 9) and time >= @5 and not time > @7 and device = mpatha"
                    + " and (valid_paths = 0 or gap)",
                CLOCK)
            .query();

    assertEquals(3, query.minSeq());
    assertEquals(9, query.maxSeq());
    assertEquals(5_000_000_000L, query.minWallNs());
    assertEquals(7_000_000_000L, query.maxWallNs());
    assertEquals(Set.of(Kind.PATH_FAILED, Kind.PATH_REINSTATED, Kind.GAP), kinds(query));
    assertTrue(query.mayBe(MPATHA));
    assertFalse(query.mayBe(named("other")));
  }

  @Test
  void narrowsNothingWhereAnythingMayMatch() throws Exception {
    EventQuery query = Filter.parse("not (gap and reason = x) or seq = 1", CLOCK).query();

    assertEquals(EnumSet.allOf(Kind.class), kinds(query));
    assertTrue(query.mayBe(named("other")));
    assertEquals(0, query.minSeq());
    assertEquals(Set.of(), kinds(Filter.parse("gap and uevent", CLOCK).query()));
    EventQuery none = Filter.parse("seq > 5 and seq < 3", CLOCK).query();
    assertTrue(none.minSeq() > none.maxSeq());
  }

  private static Set<Kind> kinds(EventQuery query) {
    return Arrays.stream(Kind.values()).filter(query::mayBe).collect(Collectors.toSet());
  }

  @Test
  void knowsWhetherTracesAreAskedFor() throws Exception {
    assertTrue(Filter.parse("kind = uevent or gap", CLOCK).asksForTrace(Kind.UEVENT));
    assertTrue(Filter.parse("cookie != 0", CLOCK).asksForTrace(Kind.UEVENT));
    assertFalse(Filter.parse("not uevent", CLOCK).asksForTrace(Kind.USAGE_CHANGED));
    assertFalse(Filter.parse("device = mpatha", CLOCK).asksForTrace(Kind.UEVENT));
  }

  @Test
  void hasAFieldForEverythingInAPayloadAndNoAmbiguousWord() {
    for (FilterField field : FilterFields.all()) {
      boolean isBoth = ValueType.KIND.words().contains(field.name());
      assertTrue(!isBoth || field.name().equals("gap"), field.name());
      assertFalse(Lexer.KEYWORDS.contains(field.name()), field.name());
      assertFalse(field.kinds().isEmpty(), field.name());
    }
    for (Kind kind : EnumSet.allOf(Kind.class)) {
      dmrec.event.Fields.of(kind)
          .list()
          .forEach(field -> assertTrue(FilterFields.names().contains(field.jsonName())));
    }
  }

  @Test
  void givesUpOnARegularExpressionThatWouldHang() throws Exception {
    Filter slow = Filter.parse("evidence ~ /(a+)+$/", CLOCK);
    Filter deep = Filter.parse("evidence ~ /(a|b)*c/", CLOCK);
    EventRecord hostile = withEvidence("a".repeat(200_000) + "!");

    for (Filter filter : List.of(slow, deep)) {
      UncheckedIOException e =
          assertThrows(UncheckedIOException.class, () -> filter.matches(hostile, Relations.NONE));
      assertTrue(e.getCause() instanceof FilterLimitException, String.valueOf(e.getCause()));
    }
    assertTrue(matches("evidence ~ *!", hostile));
    assertFalse(matches("evidence ~ " + "*a".repeat(400) + "b", hostile));
  }

  private static boolean matches(String text, EventRecord record) throws FilterSyntaxException {
    return Filter.parse(text, CLOCK).matches(record, Relations.NONE);
  }

  private static DeviceRef named(String name) {
    return new DeviceRef(new DevNo(254, 9), 1, name, "");
  }

  private static EventRecord record(DeviceRef device, DmEvent event) {
    return EventRecord.of(event).seq(1).at(T0, 1).source(Source.DM).device(device).build();
  }

  private static EventRecord withEvidence(String text) {
    return EventRecord.of(new DmEvent.DeviceRemoved())
        .seq(1)
        .at(T0, 1)
        .source(Source.DM)
        .device(MPATHA)
        .evidence(Bytes.of(text))
        .build();
  }
}
