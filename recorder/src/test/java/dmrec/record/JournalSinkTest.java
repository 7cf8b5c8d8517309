package dmrec.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.Bytes;
import dmrec.event.Certainty;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.FullTmpfs;
import dmrec.event.Kind;
import dmrec.event.Source;
import dmrec.journal.EventCursor;
import dmrec.journal.EventQuery;
import dmrec.journal.Journal;
import dmrec.journal.JournalOptions;
import dmrec.journal.JournalWriter;
import dmrec.target.DevNo;
import dmrec.topology.Topology;
import dmrec.topology.TopologyView;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A recording whose file system is filled by somebody else, and freed again. */
class JournalSinkTest {
  private static final long FIRST_NS = 1_772_334_725_000_000_000L;
  private static final int DEVICES = 150;

  @TempDir
  @SuppressWarnings("NullAway.Init") // by JUnit
  Path folder;

  /** Tells of devices that come, change and go; each event's evidence is its own number. */
  private static final class Scene {
    private final SplittableRandom random;
    private final EventWriter events;
    private final JournalSink sink;
    private final RecordingSummary summary = new RecordingSummary();
    private final Map<Long, Integer> states = new HashMap<>();
    private long told;

    Scene(long seed, JournalSink sink) {
      this.random = new SplittableRandom(seed);
      this.sink = sink;
      sink.countIn(summary);
      this.events = new EventWriter(sink, summary);
    }

    Stamp now() {
      return new Stamp(FIRST_NS + told * 1_000_000L, told * 1_000_000L);
    }

    void next() throws IOException {
      DevNo dev = new DevNo(254, random.nextInt(DEVICES));
      DeviceRef ref = new DeviceRef(dev, dev.minor() + 1, "dm" + dev.minor(), "");
      if (sink.topology().device(dev) == null) {
        tell(ref, new DmEvent.DeviceCreated(false, false));
      } else if (random.nextInt(8) == 0) {
        tell(ref, new DmEvent.DeviceRemoved());
      } else if (random.nextInt(8) == 0) {
        tell(DeviceRef.NONE, new DmEvent.DiskAdded(dev, "sd", "wwid" + told, "", told, ""));
      } else {
        tell(ref, new DmEvent.UuidSet("uuid-" + told + "x".repeat(random.nextInt(16_000))));
      }
    }

    private void tell(DeviceRef ref, DmEvent event) throws IOException {
      EventRecord record =
          EventRecord.of(event)
              .at(now().wallNs(), now().monoNs())
              .source(Source.DM)
              .certainty(Certainty.DERIVED)
              .device(ref)
              .evidence(Bytes.of(Long.toString(told).getBytes(StandardCharsets.US_ASCII)))
              .build();
      events.append(record);
      states.put(told++, state(sink.topology()).hashCode());
    }

    void stop() throws IOException {
      events.append(
          EventRecord.of(
                  new DmEvent.RecordingStopped("test", summary.events() + 1, summary.lost(), 0))
              .at(now().wallNs(), now().monoNs())
              .build());
    }

    /** The state without the number and time of its last event. */
    private static List<EventRecord> state(TopologyView topology) {
      List<EventRecord> state = new ArrayList<>();
      for (EventRecord record : topology.records()) {
        state.add(EventSize.bounded(at0(record)));
      }
      return state;
    }

    private static EventRecord at0(EventRecord r) {
      return r.toBuilder().seq(0).at(0, 0).notBeforeNs(0).kernelNs(0).build();
    }
  }

  /** In a process whose file systems are its own. */
  static final class Recording {
    private Recording() {}

    public static void main(String[] args) throws Exception {
      Path tmpfs = Path.of(args[0], "tmpfs0");
      long seed = Long.parseLong(args[1]);
      boolean endsFull = args[2].equals("full");
      Path journal = tmpfs.resolve("journal");
      List<String> notices = new ArrayList<>();
      SplittableRandom random = new SplittableRandom(seed);
      Scene scene;
      try (JournalWriter writer =
              JournalWriter.open(journal, JournalOptions.usual().withReserve(0));
          FullTmpfs.Filler filler = new FullTmpfs.Filler(tmpfs.resolve("other"))) {
        Stamp[] now = new Stamp[1];
        JournalSink sink =
            new JournalSink(writer, () -> Objects.requireNonNull(now[0]), notices::add);
        scene = new Scene(seed, sink);
        for (int round = 0; round < 12; round++) {
          for (long left = random.nextLong(400); left >= 0; left--) {
            scene.next();
          }
          filler.fill();
          for (long left = random.nextLong(800); left >= 0; left--) {
            scene.next();
          }
          if (round == 11 && endsFull) {
            break;
          }
          // At times too little for the whole state.
          boolean all = round % 2 == 0 || round == 11;
          filler.free(all ? 0 : filler.bytes() - random.nextLong(3_000_000));
          Thread.sleep(all ? 200 : random.nextInt(250));
          now[0] = scene.now();
          sink.tick();
        }
        scene.stop();
        if (!endsFull) {
          filler.free(0);
        }
      }
      check(journal, scene, notices, endsFull);
      System.out.print("well");
    }
  }

  private static void check(Path journal, Scene scene, List<String> notices, boolean endsFull)
      throws Exception {
    long kept = 0;
    long own = 0;
    long missing = 0;
    long lastTold = -1;
    DmEvent.RecordingStopped stopped = null;
    Topology fold = new Topology();
    try (Journal opened = Journal.open(journal);
        EventCursor events = opened.events(EventQuery.ALL)) {
      for (EventRecord r = events.next(); r != null; r = events.next()) {
        fold.apply(r);
        if (r.source() == Source.RECORDER) {
          own++;
        } else {
          kept++;
          long told = Long.parseLong(new String(r.evidence().toArray(), StandardCharsets.US_ASCII));
          // What a gap counts is what lies between its neighbours.
          assertEquals(lastTold + 1 + missing, told);
          missing = 0;
          lastTold = told;
          assertEquals(scene.states.get(told), Scene.state(fold).hashCode());
        }
        if (r.event() instanceof DmEvent.Gap gap) {
          assertEquals(DmEvent.Gap.JOURNAL, gap.lost());
          assertTrue(gap.count() > 0 && gap.toNs() >= gap.fromNs(), gap.toString());
          assertEquals(FIRST_NS + (lastTold + 1 + missing) * 1_000_000L, gap.fromNs());
          missing += gap.count();
          assertEquals(FIRST_NS + (lastTold + missing) * 1_000_000L, gap.toNs());
        }
        if (r.event() instanceof DmEvent.RecordingStopped event) {
          stopped = event;
        }
      }
    }
    assertNotNull(stopped);
    assertEquals(scene.told, lastTold + 1 + missing);
    assertTrue(scene.told > kept, "nothing was lost");
    assertEquals(scene.told - kept, stopped.lost());
    assertEquals(kept + own, stopped.events());
    assertEquals(kept + own, scene.summary.events());
    assertEquals(scene.told - kept, scene.summary.lost());
    long counted = scene.summary.byKind().values().stream().mapToLong(Long::longValue).sum();
    assertEquals(scene.summary.events(), counted);
    assertEquals(1L, scene.summary.byKind().get(Kind.RECORDING_STOPPED));
    for (int i = 0; i < notices.size(); i++) {
      String expected =
          i % 2 == 0
              ? ".*/journal: no room for more: \\d+ KiB are free, .* The recording goes on; .*"
              : i == notices.size() - 1 && endsFull
                  ? "the recording ends with the journal full: \\d+ events are not in it, .*"
                  : "the journal has room again: \\d+ events? of \\d+\\.\\d s (is|are) not in it";
      assertTrue(notices.get(i).matches(expected), notices.get(i));
    }
    assertTrue(notices.size() >= 2 && notices.size() % 2 == 0, notices.toString());
  }

  @Test
  void countsExactlyWhatTheFullJournalCouldNotKeepAndTellsTheStateAgain() throws Exception {
    assertEquals("well", FullTmpfs.run(folder, "24m", Recording.class, "1", "freed"));
  }

  @Test
  void tellsWhatIsMissingWhereTheRecordingEndsWhileTheJournalIsFull() throws Exception {
    assertEquals("well", FullTmpfs.run(folder, "24m", Recording.class, "2", "full"));
  }
}
