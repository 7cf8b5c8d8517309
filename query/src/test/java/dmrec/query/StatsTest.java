package dmrec.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.Actor;
import dmrec.event.Certainty;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.event.Mark;
import dmrec.event.Source;
import dmrec.journal.Journal;
import dmrec.journal.JournalException;
import dmrec.journal.JournalWriter;
import dmrec.journal.Position;
import dmrec.journal.Snapshot;
import dmrec.target.DevNo;
import dmrec.target.Multipath;
import dmrec.target.TargetStatus;
import dmrec.topology.Device;
import dmrec.topology.Topology;
import java.nio.file.Path;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StatsTest {
  @TempDir
  @SuppressWarnings("NullAway.Init") // by JUnit
  Path folder;

  /** For each life: its outages by their first record, and their lengths. */
  private static final class Brute {
    private final Map<Kind, Long> kinds = new EnumMap<>(Kind.class);
    private final Map<String, Long> failures = new TreeMap<>();
    private final Map<String, Long> down = new TreeMap<>();
    private final Map<String, Long> outage = new TreeMap<>();
    private final Map<String, Integer> least = new TreeMap<>();
    private int boot;

    /** Second by second between two records everything is as it was behind the first. */
    private void count(List<EventRecord> records) {
      Topology stack = new Topology();
      for (int i = 0; i < records.size(); i++) {
        EventRecord record = records.get(i);
        kinds.merge(record.kind(), 1L, Long::sum);
        boot += record.event() instanceof DmEvent.RecordingStarted e && !e.goesOn() ? 1 : 0;
        stack.apply(record);
        if (record.event() instanceof DmEvent.PathFailed e) {
          failures.merge(life(record.device()) + " " + e.path(), 1L, Long::sum);
        }
        boolean isLast = i == records.size() - 1;
        // What a boot ends is known until the last record before it.
        boolean endsLives =
            !isLast
                && records.get(i + 1).event() instanceof DmEvent.RecordingStarted e
                && !e.goesOn();
        long length = isLast || endsLives ? 0 : records.get(i + 1).wallNs() - record.wallNs();
        for (Device device : stack.devices()) {
          Multipath multipath = multipath(device);
          if (multipath == null) {
            continue;
          }
          String life = life(device.ref());
          least.merge(life, multipath.validPaths(), Math::min);
          outage.merge(life, multipath.validPaths() == 0 ? length : 0, Long::sum);
          for (Multipath.Path path : multipath.groups().get(0).paths()) {
            down.merge(life + " " + path.device(), path.failed() ? length : 0, Long::sum);
          }
        }
      }
    }

    private static @Nullable Multipath multipath(@Nullable Device device) {
      return device != null
              && device.live() != null
              && TargetStatus.parse(
                      device.targets().get(0).type(), device.targets().get(0).status())
                  instanceof Multipath multipath
          ? multipath
          : null;
    }

    private String life(DeviceRef ref) {
      return boot + " " + ref.dev() + " " + ref.diskSeq();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13, 14, 15, 16})
  void countsAsAPlainCountOfEachMomentDoes(long seed) throws Exception {
    Story story = RandomHistory.of(seed, 800);
    story.write(folder.resolve("j"));
    Brute brute = new Brute();
    brute.count(story.records());

    JournalStats stats = read(null, null);

    assertEquals(brute.kinds, stats.kinds());
    assertEquals(
        brute.kinds.entrySet().stream()
            .filter(entry -> !entry.getKey().isTrace())
            .mapToLong(Map.Entry::getValue)
            .sum(),
        stats.buckets().values().stream().mapToLong(Long::longValue).sum());
    assertTrue(stats.buckets().size() <= 61);
    assertEquals(sorted(brute.least.values()), least(stats));
    assertEquals(
        brute.outage.values().stream().filter(ns -> ns > 0).sorted().toList(),
        stats.outages().stream()
            .map(JournalStats.Outages::totalNs)
            .filter(ns -> ns > 0)
            .sorted()
            .toList());
    assertEquals(
        brute.failures.values().stream().sorted().toList(),
        stats.paths().stream().map(JournalStats.PathFailures::failures).sorted().toList());
    assertEquals(
        brute.failures.keySet().stream()
            .map(key -> brute.down.getOrDefault(key, 0L))
            .sorted()
            .toList(),
        stats.paths().stream().map(JournalStats.PathFailures::downNs).sorted().toList());
  }

  /** What heads tell of paths' events is enough, unless a process may be behind them. */
  @ParameterizedTest
  @ValueSource(longs = {21, 22, 23, 24})
  void countsByHeadsAsByEvents(long seed) throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    try (JournalWriter writer = JournalWriter.open(folder.resolve("j"))) {
      for (EventRecord record : RandomHistory.of(seed, 1500).records()) {
        boolean isPlain = !(record.event() instanceof DmEvent.OfPath) || random.nextBoolean();
        int certainty = random.nextInt(Certainty.values().length);
        int marks = random.nextInt(8);
        boolean isProbed = random.nextBoolean();
        Actor actor = Actor.asked(7, 0, "command " + random.nextInt(3));
        writer.append(
            isPlain
                ? record
                : record.toBuilder()
                    .marks(marks)
                    .source(isProbed ? Source.PROBE : record.source())
                    .actor(isProbed || Mark.INJECTED.isIn(marks) ? actor : null)
                    .certainty(Objects.requireNonNull(Certainty.ofCode(certainty)))
                    .build());
      }
    }
    for (int i = 0; i < 20; i++) {
      long from = i == 0 ? 0 : random.nextLong(1500);
      Position since = i == 0 ? null : Position.atSeq(from);
      Position until = random.nextBoolean() ? null : Position.atSeq(from + random.nextLong(500));
      assertEquals(
          StatsData.json(plain(since, until)), StatsData.json(read(since, until)), "from " + from);
    }
  }

  /** Reads every event, and the paths off the text of its device. */
  private JournalStats plain(@Nullable Position since, @Nullable Position until) throws Exception {
    EventSelection selection = new EventSelection(Set.of(), null, since, until, true);
    try (Journal journal = Journal.open(folder.resolve("j"));
        SelectedEvents events = SelectedEvents.open(journal, selection)) {
      Snapshot beginning = SeqRange.of(journal, since, null).before(journal);
      Topology stack = beginning.topology();
      long fromNs = Math.max(stack.wallNs(), journal.extent().firstWallNs());
      Topology watched = stack.copy();
      StatsFold fold = new StatsFold(stack, fromNs);
      for (EventRecord record = events.next(); record != null; record = events.next()) {
        fold.take(record);
        watched.apply(record);
        DevNo dev = record.device().dev();
        assertEquals(Brute.multipath(watched.device(dev)), watched.multipath(dev));
        assertEquals(Brute.multipath(watched.device(dev)), stack.multipath(dev));
      }
      return fold.finish(beginning.damage().and(events.damage()));
    }
  }

  private static List<Integer> sorted(Collection<Integer> values) {
    return values.stream().sorted().toList();
  }

  private static List<Integer> least(JournalStats stats) {
    return sorted(stats.outages().stream().map(JournalStats.Outages::leastValid).toList());
  }

  @Test
  void aClockThatIsSetChangesNoLength() throws Exception {
    DeviceRef mpath = Story.mapped(0, 1, "mpatha");
    List<DevNo> paths = List.of(Story.SDA);
    long hour = 3600L * 1_000_000_000L;
    Story story =
        new Story()
            .boot("b", "")
            .multipath(mpath, true, paths)
            .fail(mpath, Story.SDA, "sda", 0)
            .pass(3600)
            .add(DeviceRef.NONE, new DmEvent.ClockStepped(hour, 0))
            .pass(7)
            .reinstate(mpath, Story.SDA, "sda", 1);
    story.write(folder.resolve("j"));

    JournalStats stats = read(null, null);

    JournalStats.Outage longest = stats.outages().get(0).longest();
    assertNotNull(longest);
    assertEquals(9_000_000_000L, longest.durationNs());
    assertEquals(4, longest.fromSeq());
    assertEquals(6, longest.toSeq());
    assertEquals(0, longest.valid());
  }

  @Test
  void aFailureIsCountedFromWhereTheTimeBegins() throws Exception {
    Story story = Story.failover();
    story.write(folder.resolve("j"));

    JournalStats stats = read(Position.atSeq(118), Position.atSeq(121));

    assertEquals(4, stats.kinds().values().stream().mapToLong(Long::longValue).sum());
    assertTrue(stats.paths().isEmpty());
    JournalStats.Outage longest = stats.outages().get(0).longest();
    assertNotNull(longest);
    assertEquals(0, longest.fromSeq());
    assertEquals(0, longest.toSeq());
  }

  @Test
  void barsShowEachAmount() {
    assertEquals("", Bars.bar(0, 10, 10, true));
    assertEquals("▏", Bars.bar(1, 1000, 10, true));
    assertEquals("█████", Bars.bar(5, 10, 10, true));
    assertEquals("#####", Bars.bar(5, 10, 10, false));
    assertEquals("▁ ▄█", Bars.sparkline(List.of(1L, 0L, 4L, 8L), true));
    assertEquals(". =@".replace('=', '-'), Bars.sparkline(List.of(1L, 0L, 3L, 8L), false));
  }

  private JournalStats read(@Nullable Position since, @Nullable Position until)
      throws JournalException {
    try (Journal journal = Journal.open(folder.resolve("j"))) {
      return StatsReader.read(journal, since, until);
    }
  }
}
