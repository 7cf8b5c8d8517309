package dmrec.query;

import static dmrec.query.Samples.MPATHA;
import static dmrec.query.Samples.T0;
import static dmrec.query.Samples.device;
import static dmrec.query.Samples.pathFailed;
import static dmrec.query.Samples.record;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.journal.Journal;
import dmrec.journal.JournalWriter;
import dmrec.journal.Position;
import dmrec.journal.Snapshot;
import dmrec.query.filter.AggregateData;
import dmrec.query.filter.Aggregation;
import dmrec.query.filter.Aggregator;
import dmrec.query.filter.Query;
import dmrec.target.DevNo;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SelectedEventsTest {
  private static final long SECOND = 1_000_000_000L;
  private static final DeviceRef RENAMED = device(0, 25, "mpathz", "mpath-3600a");
  private static final DeviceRef OTHER = device(1, 26, "vg-root", "LVM-abc");
  private static final DeviceRef REUSED = device(0, 27, "data", "");

  @TempDir @Nullable Path folder;

  /** Record n is n seconds after T0. */
  @BeforeEach
  void writeJournal() throws Exception {
    try (JournalWriter writer = JournalWriter.open(journal())) {
      append(writer, 1, DeviceRef.NONE, started());
      append(writer, 2, MPATHA, new DmEvent.DeviceCreated(false, false));
      append(writer, 3, OTHER, new DmEvent.DeviceCreated(false, false));
      append(writer, 4, MPATHA, pathFailed(3));
      append(writer, 5, MPATHA, new DmEvent.Uevent("change", 0, List.of(), 9, false));
      append(writer, 6, DeviceRef.NONE, new DmEvent.Gap("uevent", 3, T0, T0 + 1, "overrun"));
      append(writer, 7, MPATHA, new DmEvent.DeviceRenamed("mpatha", "mpathz"));
      append(writer, 8, RENAMED, pathFailed(2));
      append(writer, 9, RENAMED, new DmEvent.DeviceRemoved());
      append(writer, 10, REUSED, new DmEvent.DeviceCreated(false, false));
      append(writer, 11, OTHER, new DmEvent.DeviceSuspended(false));
      append(writer, 12, DeviceRef.NONE, new DmEvent.RecordingStopped("signal", 12, 3, 0));
    }
  }

  @Test
  void readsEverythingInOrder() throws Exception {
    assertEquals(List.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12), read(EventSelection.ALL));
  }

  @Test
  void hidesTracesUnlessTheyAreAskedFor() throws Exception {
    EventSelection noTraces = new EventSelection(Set.of(), null, null, null, false);
    EventSelection uevents = new EventSelection(Set.of(Kind.UEVENT), null, null, null, false);

    try (Journal journal = Journal.open(journal());
        SelectedEvents events = SelectedEvents.open(journal, noTraces)) {
      assertEquals(List.of(1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12), drain(events));
      assertEquals(1, events.hiddenTraces());
    }
    assertEquals(List.of(5), read(uevents));
  }

  @Test
  void countsWhatItWouldReadOneByOne() throws Exception {
    for (String query :
        List.of(
            "count",
            "count by kind",
            "count, first, last by device, kind per 5s",
            "count by path, disk, uuid, diskseq, dev",
            "path_failed | count by valid_paths",
            "valid_paths = 2 | count by kind",
            "device = mpatha and not gap | max seq by kind",
            "time > '2026-03-01 03:12:09' | min valid_paths, sum mono_ns by certainty",
            "under mpatha | count by device")) {
      for (EventSelection each : List.of(EventSelection.ALL, noTraces(), of(Kind.UEVENT))) {
        Query parsed = Query.parse(query, Clock.systemUTC());
        EventSelection asked =
            new EventSelection(each.kinds(), null, null, null, each.traces(), parsed.filter());
        Aggregation figures = Objects.requireNonNull(parsed.aggregation());
        Aggregator counted = new Aggregator(figures, ZoneOffset.UTC);
        Aggregator read = new Aggregator(figures, ZoneOffset.UTC);
        try (Journal journal = Journal.open(journal());
            SelectedEvents some = SelectedEvents.open(journal, asked);
            SelectedEvents all = SelectedEvents.open(journal, asked)) {
          some.countInto(counted);
          for (EventRecord r = all.next(); r != null; r = all.next()) {
            read.add(r);
          }
          assertEquals(all.matched(), some.matched(), query);
          assertTrue(some.read() <= all.read(), query);
        }
        assertEquals(AggregateData.csv(read), AggregateData.csv(counted), query);
      }
    }
  }

  private static EventSelection noTraces() {
    return new EventSelection(Set.of(), null, null, null, false);
  }

  private static EventSelection of(Kind kind) {
    return new EventSelection(Set.of(kind), null, null, null, false);
  }

  @Test
  void takesKinds() throws Exception {
    assertEquals(
        List.of(4, 6, 8),
        read(new EventSelection(Set.of(Kind.PATH_FAILED, Kind.GAP), null, null, null, false)));
  }

  @Test
  void followsADeviceThroughItsRenameUntilItIsRemoved() throws Exception {
    assertEquals(List.of(2, 4, 5, 7, 8, 9), read(about("mpatha")));
    assertEquals(List.of(7, 8, 9), read(about("mpathz")));
    assertEquals(List.of(10), read(about("data")));
  }

  @Test
  void findsADeviceByUuidAndByNumberAndByPath() throws Exception {
    assertEquals(List.of(2, 4, 5, 7, 8, 9), read(about("mpath-3600a")));
    assertEquals(List.of(3, 11), read(about("254:1")));
    assertEquals(List.of(3, 11), read(about("dm-1")));
    assertEquals(List.of(3, 11), read(about("/dev/dm-1")));
    assertEquals(List.of(3, 11), read(about("/dev/mapper/vg-root")));
  }

  @Test
  void findsADiskByTheEventsThatNameIt() throws Exception {
    assertEquals(List.of(4, 8), read(about("sdb")));
    assertEquals(List.of(4, 8), read(about("8:16")));
    assertEquals(List.of(), read(about("sdc")));
  }

  @Test
  void tellsThatGapsLieBesideADevice() throws Exception {
    try (Journal journal = Journal.open(journal());
        SelectedEvents events = SelectedEvents.open(journal, about("mpatha"))) {
      drain(events);

      assertEquals(1, events.gapsBeside());
    }
  }

  @Test
  void keepsWithinItsTimes() throws Exception {
    assertEquals(List.of(4, 5, 6), read(between(at(4), at(6))));
    assertEquals(List.of(5, 6), read(between(Position.atTime(T0 + 4 * SECOND + 1), at(6))));
    assertEquals(List.of(11, 12), read(between(Position.atSeq(11), null)));
    assertEquals(List.of(1, 2), read(between(null, Position.atSeq(2))));
    assertEquals(List.of(), read(between(at(13), null)));
    assertEquals(List.of(), read(between(at(6), at(5))));
  }

  @Test
  void takesTheLastOfWhatItSelects() throws Exception {
    assertEquals(List.of(11, 12), last(EventSelection.ALL, 2));
    assertEquals(List.of(), last(EventSelection.ALL, 0));
    assertEquals(
        List.of(8), last(new EventSelection(Set.of(Kind.PATH_FAILED), null, null, null, false), 1));
    assertEquals(List.of(8, 9), last(about("mpatha"), 2));
    assertEquals(List.of(11, 12), last(between(at(11), null), 5));
    assertEquals(List.of(5, 6), last(between(null, at(6)), 2));
  }

  @Test
  void takesTheLastOfAJournalLongerThanItsFirstLook() throws Exception {
    try (JournalWriter writer = JournalWriter.open(journal())) {
      for (int i = 13; i <= 1500; i++) {
        append(writer, i, OTHER, new DmEvent.DeviceSuspended(false));
      }
    }

    assertEquals(List.of(1499, 1500), last(EventSelection.ALL, 2));
    assertEquals(
        List.of(4, 8),
        last(new EventSelection(Set.of(Kind.PATH_FAILED), null, null, null, false), 2));
    assertEquals(
        List.of(8),
        last(new EventSelection(Set.of(Kind.PATH_FAILED), null, at(5), null, false), 2));
  }

  @Test
  void goesOnWithWhatIsAppendedLater() throws Exception {
    try (Journal journal = Journal.open(journal());
        SelectedEvents events = SelectedEvents.open(journal, about("data"))) {
      assertEquals(List.of(10), drain(events));
      try (JournalWriter writer = JournalWriter.open(journal())) {
        append(writer, 13, OTHER, new DmEvent.DeviceSuspended(false));
        append(writer, 14, REUSED, new DmEvent.DeviceSuspended(false));
      }

      assertEquals(List.of(14), drain(events));
    }
  }

  @Test
  void foldsTheStackUpToAMoment() throws Exception {
    assertEquals("mpatha", nameAt(at(6)));
    assertEquals("mpathz", nameAt(Position.atSeq(7)));
    assertNull(nameAt(at(9)));
    assertEquals("data", nameAt(Position.END));
  }

  @Test
  void tellsWhereNothingWasRecorded() throws Exception {
    assertTrue(stackAt(Position.atTime(T0)).isBeforeJournal());
    assertEquals(0, stackAt(at(11)).stoppedNs());
    assertEquals(T0 + 12 * SECOND, stackAt(at(20)).stoppedNs());
  }

  @Test
  void countsWhatAJournalHolds() throws Exception {
    JournalFacts facts;
    try (Journal journal = Journal.open(journal())) {
      facts = JournalFacts.of(journal);
    }

    assertEquals(12, facts.info().events());
    assertEquals(2, facts.info().kinds().get(Kind.PATH_FAILED));
    assertEquals(1, facts.recordings().size());
    assertNotNull(facts.recordings().get(0).started());
    assertNotNull(facts.recordings().get(0).stopped());
    assertEquals(6, facts.gaps().get(0).seq());
    assertTrue(facts.info().damage().isNone());
  }

  private Snapshot stackAt(Position at) throws Exception {
    try (Journal journal = Journal.open(journal())) {
      return journal.at(at);
    }
  }

  private @Nullable String nameAt(Position at) throws Exception {
    var device = stackAt(at).topology().device(new DevNo(254, 0));
    return device == null ? null : device.name();
  }

  private Path journal() {
    if (folder == null) {
      throw new IllegalStateException("no folder");
    }
    return folder.resolve("journal");
  }

  private static DmEvent started() {
    return new DmEvent.RecordingStarted(
        "boot", "6.1", "4.47.0", "1", "host", List.of("uevent"), SECOND, "realtime", "", "", 0);
  }

  private static void append(JournalWriter writer, long seq, DeviceRef device, DmEvent event)
      throws Exception {
    assertEquals(seq, writer.append(record(seq, device, event)));
  }

  private static Position at(long seconds) {
    return Position.atTime(T0 + seconds * SECOND);
  }

  private static EventSelection about(String device) {
    return new EventSelection(Set.of(), device, null, null, true);
  }

  private static EventSelection between(@Nullable Position since, @Nullable Position until) {
    return new EventSelection(Set.of(), null, since, until, true);
  }

  private List<Integer> read(EventSelection selection) throws Exception {
    try (Journal journal = Journal.open(journal());
        SelectedEvents events = SelectedEvents.open(journal, selection)) {
      return drain(events);
    }
  }

  private List<Integer> last(EventSelection selection, int count) throws Exception {
    try (Journal journal = Journal.open(journal());
        SelectedEvents events = SelectedEvents.open(journal, selection)) {
      List<Integer> numbers = numbers(events.last(count));
      assertNull(events.next());
      assertTrue(events.damage().isNone());
      return numbers;
    }
  }

  private static List<Integer> drain(SelectedEvents events) throws Exception {
    List<EventRecord> records = new ArrayList<>();
    for (EventRecord record = events.next(); record != null; record = events.next()) {
      records.add(record);
    }
    return numbers(records);
  }

  private static List<Integer> numbers(List<EventRecord> records) {
    return records.stream().map(record -> (int) record.seq()).toList();
  }
}
