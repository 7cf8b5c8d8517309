package dmrec.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.Bytes;
import dmrec.event.Certainty;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.event.Source;
import dmrec.handler.DmEventHandler;
import dmrec.handler.HandlerException;
import dmrec.handler.HandlerFactory;
import dmrec.journal.JournalIndex;
import dmrec.journal.JournalOptions;
import dmrec.journal.JournalWriter;
import dmrec.target.DevNo;
import dmrec.target.Target;
import dmrec.topology.Topology;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The bug of the sample handler is found in a night of 5,000 events. */
class ForgetfulInventoryTest {
  private static final int EVENTS = 5_000;
  private static final int MAPS = 40;
  private static final int PATHS = 4;
  private static final long SECOND_NS = 1_000_000_000L;

  @TempDir
  @SuppressWarnings("NullAway.Init") // by JUnit
  Path folder;

  /** A night of path trouble: the same for the same seed. */
  private static final class Night {
    private final SplittableRandom random;
    private final List<EventRecord> records = new ArrayList<>();
    private final String[] names = new String[MAPS];
    private final boolean[][] down = new boolean[MAPS][PATHS];
    private final long[] renamedNs = new long[MAPS];
    private long wallNs = 1_772_334_725_000_000_000L;
    private int renames;

    Night(long seed) {
      random = new SplittableRandom(seed);
    }

    private void add(DeviceRef device, DmEvent event) {
      records.add(
          new EventRecord(
              records.size() + 1,
              wallNs,
              wallNs - 1_772_334_000_000_000_000L,
              0,
              0,
              Source.UEVENT,
              Certainty.REPORTED,
              0,
              null,
              device,
              event,
              Bytes.of("change@/devices/virtual/block/dm-" + device.dev().minor()),
              Bytes.NONE));
    }

    private DeviceRef map(int map) {
      return new DeviceRef(
          new DevNo(254, map), map + 1, names[map], "mpath-36001405" + (1000 + map));
    }

    private static DevNo path(int map, int path) {
      return new DevNo(65 + path, map * 16);
    }

    private void later(long mostNs) {
      wallNs += 1_000_000 + random.nextLong(mostNs);
    }

    private void fail(int map, int path) {
      down[map][path] = true;
      add(map(map), new DmEvent.PathFailed(path(map, path), "sd" + map, valid(map), renames));
      add(
          DeviceRef.NONE,
          new DmEvent.KernelMessage(
              "device-mapper: multipath: 254:" + map + ": Failing path " + path(map, path),
              records.size(),
              4));
    }

    private void reinstate(int map, int path) {
      down[map][path] = false;
      add(map(map), new DmEvent.PathReinstated(path(map, path), "sd" + map, valid(map), renames));
    }

    private int valid(int map) {
      int valid = 0;
      for (boolean isDown : down[map]) {
        valid += isDown ? 0 : 1;
      }
      return valid;
    }

    private void rename(int map) {
      DeviceRef before = map(map);
      names[map] = "mpath" + (char) ('a' + map % 26) + "_" + ++renames;
      add(before, new DmEvent.DeviceRenamed(before.name(), names[map]));
      renamedNs[map] = wallNs;
    }

    List<EventRecord> make() {
      add(
          DeviceRef.NONE,
          new DmEvent.RecordingStarted(
              "boot", "6.1.0", "4.47.0", "1", "host", List.of("uevent", "dm"), SECOND_NS, "", ""));
      for (int map = 0; map < MAPS; map++) {
        names[map] = "mpath" + (char) ('a' + map % 26) + (map < 26 ? "" : "2");
        add(
            map(map),
            new DmEvent.Baseline(
                false,
                false,
                false,
                false,
                0,
                1,
                128,
                true,
                List.of(new Target(0, 2048, "multipath", "0 0 1 1 queue-length 0 4 1", "2 0 0 0")),
                false,
                List.of(),
                List.of()));
      }
      boolean isPlanted = false;
      while (records.size() < EVENTS) {
        later(2 * SECOND_NS);
        int map = random.nextInt(MAPS);
        int path = random.nextInt(PATHS);
        if (!isPlanted && records.size() > EVENTS * 9 / 10) {
          isPlanted = true;
          rename(map);
          later(SECOND_NS / 2);
          fail(map, path);
        } else if (wallNs - renamedNs[map] < 2 * SECOND_NS) {
          add(map(map), new DmEvent.CountersChanged(records.size(), 1, 128));
        } else {
          switch (random.nextInt(8)) {
            case 0 -> rename(map);
            case 1 -> add(map(map), new DmEvent.DeviceSuspended(false));
            case 2 -> add(map(map), new DmEvent.DeviceResumed(false));
            case 3 -> add(map(map), new DmEvent.CountersChanged(records.size(), 2, 128));
            default -> {
              if (down[map][path]) {
                reinstate(map, path);
              } else {
                fail(map, path);
              }
            }
          }
        }
      }
      return records.subList(0, EVENTS);
    }
  }

  private Path night(long seed) throws Exception {
    Path journal = folder.resolve("night");
    try (JournalWriter writer =
        JournalWriter.begin(journal, JournalOptions.usual(), new Topology())) {
      for (EventRecord record : new Night(seed).make()) {
        writer.topology().apply(record.withSeq(writer.append(record)));
      }
    }
    return journal;
  }

  /** The sample as a user has it: its own classes for each handler. */
  private HandlerFactory sample() {
    Path source =
        Path.of(System.getProperty("dmrec.root"), "samples/handlers/ForgetfulInventory.java");
    assertEquals(
        0,
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-d", folder.toString(), "-proc:none", source.toString()));
    return new HandlerFactory() {
      @Override
      public String name() {
        return "ForgetfulInventory.java";
      }

      @Override
      public DmEventHandler make() throws HandlerException {
        try (URLClassLoader loader =
            new URLClassLoader(new URL[] {folder.toUri().toURL()}, getClass().getClassLoader())) {
          return (DmEventHandler)
              loader.loadClass("ForgetfulInventory").getDeclaredConstructor().newInstance();
        } catch (ReflectiveOperationException | java.io.IOException e) {
          throw new HandlerException("it cannot be made", e);
        }
      }
    };
  }

  private Shrunk shrink(long fromSeq) throws Exception {
    try (JournalIndex index = JournalIndex.open(folder.resolve("night"), null)) {
      return new Shrinker(
              JournalRecording.of(index, fromSeq, Long.MAX_VALUE, EventChoice.ALL),
              sample(),
              new Shrinker.Options(30 * SECOND_NS),
              (trials, events) -> {})
          .run(folder.resolve("small" + fromSeq));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void aRenamingAPathFailureAndTheNextEventOfTheMapAreLeftOfFiveThousand(long seed)
      throws Exception {
    night(seed);

    Shrunk shrunk = shrink(1);

    assertTrue(shrunk.of() > 4_500, () -> "it failed at " + shrunk.of());
    assertEquals(3, shrunk.events());
    List<EventRecord> left = shrunk.smallest();
    assertEquals(Kind.DEVICE_RENAMED, left.get(0).kind());
    assertEquals(Kind.PATH_FAILED, left.get(1).kind());
    assertTrue(left.get(1).wallNs() - left.get(0).wallNs() < SECOND_NS);
    assertEquals(left.get(0).device().dev(), left.get(2).device().dev());
    assertNotNull(shrunk.proof());
    assertTrue(shrunk.trials() < 120, () -> shrunk.trials() + " replays");
  }

  @Test
  void theSameIsLeftWhereTheStreamBeginsInTheMiddle() throws Exception {
    night(1);

    Shrunk shrunk = shrink(3_000);

    assertEquals(3, shrunk.events());
    assertEquals(shrink(1).smallest(), shrunk.smallest());
  }
}
