package dmrec.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.Bytes;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.kernel.Clocks;
import dmrec.kernel.DmControl;
import dmrec.kernel.ModelControl;
import dmrec.kernel.ModelControl.Request;
import dmrec.kernel.NetNamespace;
import dmrec.kernel.Poller;
import dmrec.kernel.Sysfs;
import dmrec.kernel.UeventReceiver;
import dmrec.kernel.UeventSocket;
import dmrec.target.DevNo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is asked of the control device, and when. */
class DmPollerTest {
  private static final int ROUNDS_OF_A_TABLE = 16;

  @TempDir private Path sys = Path.of("");

  private final Map<Long, State> devices = new TreeMap<>();
  private final Map<Request, Integer> asked = new EnumMap<>(Request.class);
  private final ListSink sink = new ListSink();
  private boolean isFailing;

  private @Nullable Bytes answer(Request request, long dev) {
    asked.merge(request, 1, Integer::sum);
    if (isFailing) {
      return null;
    }
    if (request == Request.LIST) {
      return State.list(List.copyOf(devices.values()));
    }
    Stamp at = new Stamp(1, 1);
    Observation.Polled polled = Objects.requireNonNull(devices.get(dev)).polled(at, at);
    return switch (request) {
      case STATUS -> polled.status();
      case TABLE -> polled.table();
      default -> polled.deps();
    };
  }

  private static State linear(int minor, String table) {
    return State.of(minor, "lv" + minor, "linear", table, "").life(0);
  }

  private void put(State device) {
    devices.put(device.dev().encoded(), device);
  }

  /** A recorder that has polled all devices once. */
  private interface Scene {
    void play(DmPoller poller, Intake intake) throws IOException;
  }

  private void play(Scene scene) throws Exception {
    NetNamespace.run(
        () -> {
          Clocks clocks = Clocks.open();
          try (DmControl control = ModelControl.open(this::answer);
              UeventSource uevents =
                  UeventSource.of(
                      UeventSocket.open(UeventSocket.Groups.KERNEL, 1 << 20),
                      UeventReceiver.LEAST_RING_BYTES);
              Poller wakes = Poller.open(-1)) {
            Intake intake = new Intake(new Recorder(sink, null), clocks, null);
            DmPoller poller = new DmPoller(control, new Sysfs(sys), clocks, uevents, wakes);
            intake.accept(
                new Observation.Started(
                    intake.stamp(),
                    new DmEvent.RecordingStarted(
                        "boot",
                        "6.1",
                        "4.47.0",
                        "test",
                        "host",
                        List.of("uevent", "dm"),
                        1_000_000_000L,
                        "receive time",
                        "",
                        "",
                        0)));
            Stamp began = intake.stamp();
            assertTrue(poller.pollAll(intake, true));
            intake.accept(new Observation.Sampled(intake.stamp(), began));
            asked.clear();
            scene.play(poller, intake);
          }
          return null;
        });
  }

  private static void resumed(Intake intake, int minor) throws IOException {
    String name = "dm-" + minor;
    String message =
        String.join(
            "\0",
            "change@/devices/virtual/block/" + name,
            "ACTION=change",
            "DEVPATH=/devices/virtual/block/" + name,
            "SUBSYSTEM=block",
            "MAJOR=254",
            "MINOR=" + minor,
            "DEVNAME=" + name,
            "DEVTYPE=disk",
            "SEQNUM=5",
            "");
    intake.accept(new Observation.UeventSeen(intake.stamp(), false, 0, 0, "", Bytes.of(message)));
  }

  private @Nullable EventRecord tableLive() {
    return sink.records.stream()
        .filter(record -> record.kind() == Kind.TABLE_LIVE)
        .reduce((before, last) -> last)
        .orElse(null);
  }

  @Test
  void aSteadyDeviceIsAskedForItsTableOnceInSixteenRounds() throws Exception {
    put(linear(1, "8:0 0"));
    put(
        State.of(
            2,
            "mp",
            "multipath",
            "0 0 1 1 round-robin 0 1 1 8:0 1",
            "2 0 0 0 1 1 A 0 1 0 8:0 A 0"));
    play(
        (poller, intake) -> {
          for (int i = 0; i < ROUNDS_OF_A_TABLE; i++) {
            assertNotNull(poller.pollPart(intake));
          }
        });
    assertEquals(2 * ROUNDS_OF_A_TABLE, asked.get(Request.STATUS));
    assertEquals(ROUNDS_OF_A_TABLE + 1, asked.get(Request.TABLE));
    assertNull(asked.get(Request.DEPS));
  }

  @Test
  void aTableThatNoUeventToldOfIsFoundAllTheSame() throws Exception {
    put(linear(1, "8:0 0"));
    play(
        (poller, intake) -> {
          put(linear(1, "8:16 0"));
          for (int i = 0; i < ROUNDS_OF_A_TABLE; i++) {
            poller.pollPart(intake);
          }
          assertNotNull(tableLive());
        });
  }

  @Test
  void aTableOfASuspendedDeviceIsReadInEachRound() throws Exception {
    put(linear(1, "8:0 0").flags(true, false, false, false));
    play(
        (poller, intake) -> {
          for (int i = 0; i < 4; i++) {
            poller.pollPart(intake);
          }
        });
    assertEquals(4, asked.get(Request.TABLE));
  }

  @Test
  void whatWasRequestedWhileNothingAnsweredIsPolledLater() throws Exception {
    put(linear(1, "8:0 0"));
    play(
        (poller, intake) -> {
          isFailing = true;
          assertNull(poller.pollPart(intake));
          put(linear(1, "8:16 0"));
          resumed(intake, 1);
          poller.pollChanged(intake);
          isFailing = false;
          poller.pollPart(intake);
          assertNotNull(tableLive());
        });
  }

  @Test
  void manySteadyDevicesShareRounds() throws Exception {
    int count = 2500;
    for (int i = 1; i <= count; i++) {
      put(linear(i, "8:0 " + i));
    }
    put(State.of(3000, "thin", "thin", "254:1 1", "2048 2047"));
    List<Integer> parts = new ArrayList<>();
    play(
        (poller, intake) -> {
          while (poller.pollPart(intake) == null) {
            parts.add(asked.getOrDefault(Request.STATUS, 0));
          }
          parts.add(asked.getOrDefault(Request.STATUS, 0));
        });
    assertEquals(3, parts.size());
    assertEquals(count + 3, parts.get(2));
    assertTrue(parts.get(0) < 1024, parts::toString);
    DevNo thin = new DevNo(254, 3000);
    assertNotNull(sink.topology().device(thin));
  }
}
