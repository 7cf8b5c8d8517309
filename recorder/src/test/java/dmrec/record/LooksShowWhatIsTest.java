package dmrec.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.EventRecord;
import dmrec.event.Source;
import dmrec.target.DevNo;
import dmrec.target.Target;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a device does, the picture after a look is what the look showed. */
class LooksShowWhatIsTest {
  private static final int STEPS = 60_000;
  private static final int DEVICES = 6;

  private static final String[][] STATUSES = {
    {"multipath", "2 0 0 0 1 1 A 0 2 0 8:0 A 0 8:16 A 0 ", "2 0 0 0 1 1 A 0 2 0 8:0 F 1 8:16 A 0 "},
    {"multipath", "2 0 0 0 2 1 A 0 1 0 8:0 A 0 E 0 1 0 8:16 F 9 ", "2 0 0 0 1 0 D 0 1 0 8:0 F 3 "},
    {"mirror", "2 8:0 8:16 3/8 1 AA 3 disk 8:32 A", "2 8:0 8:16 8/8 1 DA 3 disk 8:32 D"},
    {"snapshot", "16/256 16", "Invalid", "Overflow", "Merge failed"},
    {"thin-pool", "0 9/4096 0/100 - rw discard_passdown queue_if_no_space - 99 ", "Fail"},
    {"raid", "raid1 2 Aa 0/8 recover 0 0 -", "raid1 2 AA 8/8 idle 0 0 -", "raid1 2 DA 8/8 idle"},
    {"verity", "V", "C"},
    {"linear", ""},
    {"unheard-of", "any thing", "another"},
  };

  private final Random random = new Random(20260302);
  private long lives = 1000;

  @Test
  void aStateThatIsSeenTwiceIsThePicture(@TempDir Path folder) throws Exception {
    Path capture = folder.resolve("capture.ndjson");
    Scene scene = Scene.capturedIn(capture);
    @Nullable State[] now = new State[DEVICES];
    for (int step = 0; step < STEPS; step++) {
      int minor = random.nextInt(DEVICES);
      State before = now[minor];
      switch (random.nextInt(12)) {
        case 0 -> {
          if (before != null) {
            remove(scene, before);
            now[minor] = null;
          }
        }
        case 1 -> scene.sampled();
        case 2 -> scene.list();
        case 3 -> {
          if (random.nextInt(20) == 0) {
            scene.lost(random.nextBoolean() ? Source.UEVENT : Source.KMSG, 3);
            scene.list();
          }
        }
        case 4 -> {
          if (before != null) {
            noise(scene, before);
          }
        }
        default -> {
          State after = before == null ? made(scene, minor) : changed(before);
          now[minor] = after;
          if (random.nextInt(4) == 0) {
            scene.uevent(after, "change", "DM_COOKIE=1");
          }
          // One look may leave in doubt which kind of change it was, the next may not.
          scene.look(after.flags(false, after.readOnly(), after.deferred(), after.internal()));
          now[minor] = scene.devices.get(after.dev());
          scene.lookExactly(java.util.Objects.requireNonNull(now[minor]));
        }
      }
      if (scene.records.size() > 10_000) {
        assertTrue(scene.records.stream().allMatch(LooksShowWhatIsTest::isSane));
        scene.records.clear();
      }
    }
    for (State state : now) {
      if (state != null) {
        scene.lookExactly(state);
      }
    }
    scene.list();
    assertEquals(scene.devices.keySet(), known(scene));
    scene.assertCaptured(capture);
  }

  private static java.util.Set<DevNo> known(Scene scene) {
    java.util.Set<DevNo> known = new java.util.TreeSet<>();
    scene.recorder.topology().devices().forEach(device -> known.add(device.dev()));
    return known;
  }

  private static boolean isSane(EventRecord record) {
    return record.notBeforeNs() >= 0 && record.notBeforeNs() <= record.wallNs();
  }

  private void remove(Scene scene, State state) throws IOException {
    scene.devices.remove(state.dev());
    switch (random.nextInt(3)) {
      case 0 -> {
        scene.uevent(state, "remove", "DM_COOKIE=1");
        scene.uevent(state, "remove");
      }
      case 1 -> scene.list();
      default -> scene.vanished(state);
    }
  }

  private State made(Scene scene, int minor) throws IOException {
    State state =
        State.bare(minor, "d" + minor, random.nextBoolean() ? "U" + minor : "").life(++lives);
    if (random.nextBoolean()) {
      scene.uevent(state, "add");
    }
    return random.nextInt(3) == 0 ? state : state.withLive(table());
  }

  private void noise(Scene scene, State state) throws IOException {
    switch (random.nextInt(6)) {
      case 0 ->
          scene.path(state, random.nextBoolean() ? "PATH_FAILED" : "PATH_REINSTATED", "8:0", 1, 0);
      case 1 -> {
        scene.path(state, "PATH_FAILED", "8:16", 1, 0);
        scene.later(1_000_000);
        scene.sampled(scene.stamp());
        scene.sampled();
      }
      case 2 -> scene.pathFrom(77, state, "PATH_FAILED", "8:0", 1, 1);
      case 3 -> scene.uevent(state, "change", "SYNTH_UUID=0");
      case 4 -> scene.uevent(state.life(5), "remove", "DM_COOKIE=1");
      default -> scene.kernelLog(9, "snapshots: Invalidating snapshot: Error reading/writing.");
    }
  }

  private List<Target> table() {
    List<Target> targets = new ArrayList<>();
    for (int i = random.nextInt(2); i >= 0; i--) {
      String[] forms = STATUSES[random.nextInt(STATUSES.length)];
      targets.add(
          new Target(
              targets.size() * 8L,
              8,
              forms[0],
              "8:" + 16 * random.nextInt(3) + " 0",
              forms[1 + random.nextInt(forms.length - 1)]));
    }
    return List.copyOf(targets);
  }

  private @Nullable List<Target> otherStatus(@Nullable List<Target> live) {
    if (live == null) {
      return table();
    }
    List<Target> targets = new ArrayList<>();
    for (Target target : live) {
      String status = target.status();
      for (String[] forms : STATUSES) {
        if (forms[0].equals(target.type())) {
          status = forms[1 + random.nextInt(forms.length - 1)];
        }
      }
      targets.add(target.withStatus(status));
    }
    return List.copyOf(targets);
  }

  private State changed(State state) {
    return switch (random.nextInt(10)) {
      case 0 -> state.withLive(table());
      case 1 -> state.loaded(random.nextBoolean() ? null : bare(table()));
      case 2 -> state.named("n" + random.nextInt(99), "U" + random.nextInt(9)).events(1);
      case 3 -> state.flags(false, random.nextBoolean(), random.nextBoolean(), false);
      case 4 -> state.flags(false, false, false, random.nextBoolean());
      case 5 -> state.life(++lives);
      case 6 -> state.with(random.nextInt(5), List.of(new DevNo(8, 16 * random.nextInt(3))));
      case 7 -> state.loaded(null).withLive(state.inactive() == null ? table() : state.inactive());
      default -> state.withLive(otherStatus(state.live())).events(random.nextInt(9));
    };
  }

  private static List<Target> bare(List<Target> targets) {
    return targets.stream().map(target -> target.withStatus("")).toList();
  }
}
