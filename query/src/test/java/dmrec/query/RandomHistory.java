package dmrec.query;

import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.target.DevNo;
import dmrec.target.Target;
import dmrec.topology.Device;
import dmrec.topology.Topology;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Histories that may have happened: reused names and numbers, flapping paths, more than one boot.
 */
final class RandomHistory {
  private static final String[] NAMES = {"mpatha", "mpathb", "vg-lv", "crypt"};

  private final SplittableRandom random;
  private final Story story = new Story();
  private final Topology stack = new Topology();
  private long diskSeq = 10;
  private int boot = 1;

  private RandomHistory(long seed) {
    random = new SplittableRandom(seed);
  }

  static Story of(long seed, int events) {
    RandomHistory history = new RandomHistory(seed);
    history.story.boot("boot-1", "");
    history.apply();
    while (history.story.last() < events) {
      history.step();
      history.apply();
    }
    return history.story;
  }

  private void apply() {
    for (EventRecord record : story.records()) {
      if (record.seq() > stack.seq()) {
        stack.apply(record);
      }
    }
  }

  private DevNo disk() {
    return new DevNo(8, 16 * random.nextInt(4));
  }

  private void step() {
    List<Device> devices = new ArrayList<>(stack.devices());
    Device device = devices.isEmpty() ? null : devices.get(random.nextInt(devices.size()));
    int what = random.nextInt(40);
    story.pass(random.nextInt(30));
    if (device == null || what < 4) {
      create();
    } else if (what < 7) {
      story.add(device.ref(), new DmEvent.DeviceRemoved());
    } else if (what < 9) {
      String name = NAMES[random.nextInt(NAMES.length)] + random.nextInt(3);
      story.add(device.ref(), new DmEvent.DeviceRenamed(device.name(), name));
    } else if (what < 12) {
      story.add(device.ref(), new DmEvent.DeviceSuspended(random.nextInt(4) == 0));
    } else if (what < 15) {
      story.add(device.ref(), new DmEvent.DeviceResumed(random.nextInt(4) == 0));
    } else if (what < 17) {
      table(device.ref());
    } else if (what < 19) {
      DevNo dev = disk();
      story.removed(dev, "sd" + dev.minor() / 16);
    } else if (what < 21) {
      DevNo dev = disk();
      story.disk(dev, "sd" + dev.minor() / 16);
    } else if (what == 21 && random.nextInt(4) == 0) {
      story.add(DeviceRef.NONE, new DmEvent.RecordingStopped("end", 1, 0, 0));
      String before = "boot-" + boot;
      if (random.nextBoolean()) {
        boot++;
        diskSeq = 10;
      }
      story.boot("boot-" + boot, before);
    } else if (what < 24) {
      story.add(device.ref(), new DmEvent.CountersChanged(1, random.nextInt(3), 128));
    } else {
      path(device);
    }
  }

  private void create() {
    DevNo dev = new DevNo(254, random.nextInt(4));
    Device known = stack.device(dev);
    if (known != null) {
      return;
    }
    String name = NAMES[random.nextInt(NAMES.length)] + random.nextInt(3);
    DeviceRef ref = new DeviceRef(dev, ++diskSeq, name, "uuid-" + diskSeq);
    story.add(ref, new DmEvent.DeviceCreated(random.nextBoolean(), false));
    table(ref);
  }

  private void table(DeviceRef ref) {
    List<DevNo> paths = new ArrayList<>();
    for (int i = 0; i <= random.nextInt(4); i++) {
      paths.add(new DevNo(8, 16 * i));
    }
    if (random.nextInt(4) == 0) {
      List<Target> targets = new ArrayList<>();
      for (int i = 0; i <= random.nextInt(4); i++) {
        String params = paths.get(0) + " " + random.nextInt(4);
        targets.add(new Target(i * 2048L, 2048, "linear", params, ""));
      }
      story.add(ref, new DmEvent.TableLive(targets, List.of(paths.get(0)), false));
    } else {
      boolean queues = random.nextBoolean();
      String status = Story.multipathStatus(paths, random.nextInt(3) == 0 ? "8:0," : "");
      story.live(ref, "multipath", Story.multipathTable(queues, paths), status, paths);
    }
  }

  private void path(Device device) {
    DevNo path = disk();
    String name = "sd" + path.minor() / 16;
    story.add(
        device.ref(),
        random.nextBoolean()
            ? new DmEvent.PathFailed(path, name, -1, 0)
            : new DmEvent.PathReinstated(path, name, -1, 0));
  }
}
