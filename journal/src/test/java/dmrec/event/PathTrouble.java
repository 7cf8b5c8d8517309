package dmrec.event;

import dmrec.target.DevNo;
import dmrec.target.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A night of path trouble on forty maps: the same for the same seed, on every run and machine.
 * Once, towards its end, a path fails within a second of a renaming of its map.
 */
public final class PathTrouble {
  private static final int MAPS = 40;
  private static final int PATHS = 4;
  private static final long SECOND_NS = 1_000_000_000L;

  private final SplittableRandom random;
  private final List<EventRecord> records = new ArrayList<>();
  private final String[] names = new String[MAPS];
  private final boolean[][] down = new boolean[MAPS][PATHS];
  private final long[] renamedNs = new long[MAPS];
  private long wallNs = 1_772_334_725_000_000_000L;
  private int renames;

  public PathTrouble(long seed) {
    random = new SplittableRandom(seed);
  }

  private void add(DeviceRef device, DmEvent event) {
    records.add(
        EventRecord.of(event)
            .seq(records.size() + 1)
            .at(wallNs, wallNs - 1_772_334_000_000_000_000L)
            .source(Source.UEVENT)
            .device(device)
            .evidence(Bytes.of("change@/devices/virtual/block/dm-" + device.dev().minor()))
            .build());
  }

  private DeviceRef map(int map) {
    return new DeviceRef(new DevNo(254, map), map + 1, names[map], "mpath-36001405" + (1000 + map));
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

  /** So many events, the first of which begin the recording. */
  public List<EventRecord> night(int events) {
    add(
        DeviceRef.NONE,
        new DmEvent.RecordingStarted(
            "boot",
            "6.1.0",
            "4.47.0",
            "1",
            "host",
            List.of("uevent", "dm"),
            SECOND_NS,
            "",
            "",
            "",
            0));
    for (int map = 0; map < MAPS; map++) {
      names[map] = "mpath" + (char) ('a' + map % 26) + (map < 26 ? "" : "2");
      add(
          map(map),
          new DmEvent.Baseline(
              new DeviceState(
                  false,
                  false,
                  false,
                  false,
                  0,
                  1,
                  128,
                  true,
                  List.of(
                      new Target(0, 2048, "multipath", "0 0 1 1 queue-length 0 4 1", "2 0 0 0")),
                  false,
                  List.of(),
                  List.of())));
    }
    boolean isPlanted = false;
    while (records.size() < events) {
      later(2 * SECOND_NS);
      int map = random.nextInt(MAPS);
      int path = random.nextInt(PATHS);
      if (!isPlanted && records.size() > events * 9 / 10) {
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
    return records.subList(0, events);
  }
}
