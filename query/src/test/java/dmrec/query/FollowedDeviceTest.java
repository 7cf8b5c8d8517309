package dmrec.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.journal.Journal;
import dmrec.journal.JournalWriter;
import dmrec.journal.Position;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A device is followed through the index as by whoever sees every record. */
class FollowedDeviceTest {
  private static final int EVENTS = 900;
  private static final List<String> DEVICES =
      List.of(
          "mpatha1", "mpathb0", "vg-lv2", "crypt0", "uuid-14", "254:1", "dm-2", "sda", "sdc",
          "8:16", "none");

  @TempDir
  @SuppressWarnings("NullAway.Init") // by JUnit
  Path folder;

  private static List<Long> expected(
      List<EventRecord> records,
      String device,
      @Nullable Position since,
      @Nullable Position until,
      Set<Kind> kinds) {
    DeviceMatcher matcher = new DeviceMatcher(device);
    List<Long> found = new ArrayList<>();
    for (EventRecord record : records) {
      if ((since == null || order(record, since) >= 0)
          && matcher.matches(record)
          && (until == null || order(record, until) <= 0)
          && (kinds.isEmpty() || kinds.contains(record.kind()))) {
        found.add(record.seq());
      }
    }
    return found;
  }

  private static int order(EventRecord record, Position position) {
    return position instanceof Position.AtTime time
        ? Long.compare(record.wallNs(), time.wallNs())
        : Long.compare(record.seq(), ((Position.AtSeq) position).seq());
  }

  private static List<Long> all(SelectedEvents events) throws Exception {
    List<Long> found = new ArrayList<>();
    for (EventRecord record = events.next(); record != null; record = events.next()) {
      found.add(record.seq());
    }
    return found;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void fromAnywhereToAnywhere(long seed) throws Exception {
    // given a journal of several files
    Story story = RandomHistory.of(seed, EVENTS);
    List<EventRecord> records = story.records();
    Path journal = folder.resolve("j");
    for (int from = 0; from < records.size(); from += 150) {
      try (JournalWriter writer = JournalWriter.open(journal)) {
        for (EventRecord record : records.subList(from, Math.min(from + 150, records.size()))) {
          writer.append(record);
        }
      }
    }
    SplittableRandom random = new SplittableRandom(seed);
    long matched = 0;
    long read = 0;
    try (Journal opened = Journal.open(journal)) {
      for (String device : DEVICES) {
        for (int i = 0; i < 20; i++) {
          // when a device is asked for
          Position since = moment(records, random);
          Position until = moment(records, random);
          Set<Kind> kinds =
              random.nextInt(3) == 0 ? Set.of(Kind.PATH_FAILED, Kind.DEVICE_REMOVED) : Set.of();
          // then the events are those that whoever sees all of them takes for its
          String where = device + " " + since + " " + until + " " + kinds;
          try (SelectedEvents events =
              SelectedEvents.open(opened, new EventSelection(kinds, device, since, until, true))) {
            assertEquals(expected(records, device, since, until, kinds), all(events), where);
            matched += events.matched();
            read += events.read();
          }
          try (SelectedEvents events =
              SelectedEvents.open(opened, new EventSelection(kinds, device, since, until, true))) {
            List<Long> wanted = expected(records, device, since, until, kinds);
            List<Long> last = events.last(3).stream().map(EventRecord::seq).toList();
            assertEquals(
                wanted.subList(Math.max(0, wanted.size() - 3), wanted.size()), last, where);
          }
        }
      }
    }
    assertTrue(matched > 0);
    assertTrue(read < (long) EVENTS * DEVICES.size() * 20 / 2, read + " were read");
  }

  private static @Nullable Position moment(List<EventRecord> records, SplittableRandom random) {
    EventRecord record = records.get(random.nextInt(records.size()));
    return switch (random.nextInt(3)) {
      case 0 -> null;
      case 1 -> Position.atSeq(record.seq());
      default -> Position.atTime(record.wallNs() + random.nextInt(3) - 1);
    };
  }
}
