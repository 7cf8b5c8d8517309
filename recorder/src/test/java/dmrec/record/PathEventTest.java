package dmrec.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.Actor;
import dmrec.event.Bytes;
import dmrec.event.Kind;
import dmrec.event.PathEvent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A path's event that is read in place is what the same message is as an observation. */
class PathEventTest {
  private static final String TABLE = "0 0 1 1 service-time 0 4 1 8:0 1 8:16 1 8:32 1 8:48 1";
  private static final int MESSAGES = 3000;
  private static final long MS = 1_000_000L;

  private final ListSink plainSink = new ListSink();
  private final ListSink inPlaceSink = new ListSink();
  private final Recorder plain = new Recorder(plainSink, null);
  private final Recorder inPlace = new Recorder(inPlaceSink, null);
  private PathEvent next = new PathEvent();
  private PathEvent last = new PathEvent();
  private int accepted;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void whatIsReadInPlaceIsTheSame(long seed) throws Exception {
    Random random = new Random(seed);
    State mpath = State.of(1, "mpatha", "multipath", TABLE, status("A", "A"));
    polled(mpath, 1);
    for (int i = 1; i <= MESSAGES; i++) {
      long ns = i * 100L * MS;
      if (random.nextInt(20) == 0) {
        mpath = mpath.status(status(either(random, "A", "F"), either(random, "A", "F")));
        polled(mpath, ns);
      } else {
        byte[] message = message(random, i);
        sent(ns, random.nextInt(5) == 0 ? 4711 : 0, random.nextInt(50) == 0, message);
      }
      assertEquals(plain.last(), inPlace.last());
    }
    assertEquals(plainSink.records, inPlaceSink.records);
    assertEquals(plain.summary().byKind(), inPlace.summary().byKind());
    assertEquals(plain.topology().records(), inPlace.topology().records());
    assertTrue(plain.summary().count(Kind.PATH_FAILED) > MESSAGES / 10);
    assertTrue(accepted > MESSAGES / 2 && accepted < MESSAGES * 9 / 10, "in place: " + accepted);
  }

  private void polled(State device, long ns) throws IOException {
    Observation.Polled seen = device.polled(new Stamp(ns, ns), new Stamp(ns + 1, ns + 1));
    plain.accept(seen);
    inPlace.accept(seen);
  }

  private void sent(long ns, int pid, boolean wakesLate, byte[] message) throws IOException {
    Stamp at = new Stamp(ns + (wakesLate ? 10_000 * MS : 0), ns);
    Observation.UeventSeen seen =
        new Observation.UeventSeen(at, false, pid, 0, pid > 0 ? "inject" : "", Bytes.of(message));
    plain.accept(seen);
    if (next.read(ByteBuffer.wrap(message))) {
      next.received(at.wallNs(), at.monoNs(), pid > 0 ? Actor.asked(pid, 0, "inject") : null);
      if (inPlace.accept(next)) {
        accepted++;
        PathEvent told = next;
        next = last;
        last = told;
        return;
      }
    }
    inPlace.accept(seen);
  }

  private static String status(String first, String second) {
    return "2 0 0 0 1 1 A 0 4 2 8:0 "
        + first
        + " 0 0 1 8:16 "
        + second
        + " 0 0 1 8:32 A 0 0 1 8:48 A 0 0 1 ";
  }

  private static String either(Random random, String one, String other) {
    return random.nextBoolean() ? one : other;
  }

  /** As the kernel sends it, or nearly so. */
  private static byte[] message(Random random, int number) {
    List<String> names = List.of("mpatha", "mpatha", "mpatha", "mpathb", "", "mp\u00e4tha");
    int dmSeqnum = random.nextInt(30) == 0 ? Math.max(0, number - 40) : number;
    int minor = random.nextInt(20) == 0 ? 2 : 1;
    String diskSeq =
        random.nextInt(20) == 0
            ? List.of("", "DISKSEQ=0\0", "DISKSEQ=7\0", "DISKSEQ=0101\0").get(random.nextInt(4))
            : "DISKSEQ=101\0";
    String text =
        "change@/devices/virtual/block/dm-"
            + minor
            + "\0ACTION=change\0DEVPATH=/devices/virtual/block/dm-"
            + minor
            + "\0SUBSYSTEM=block\0DM_TARGET=multipath\0DM_ACTION="
            + either(random, "PATH_FAILED", "PATH_REINSTATED")
            + "\0DM_SEQNUM="
            + dmSeqnum
            + "\0DM_PATH=8:"
            + 16 * random.nextInt(3)
            + "\0DM_NR_VALID_PATHS="
            + random.nextInt(5)
            + "\0DM_NAME="
            + names.get(random.nextInt(random.nextInt(4) == 0 ? names.size() : 1))
            + "\0DM_UUID=T-mpatha\0MAJOR=254\0MINOR="
            + minor
            + "\0DEVNAME=dm-"
            + minor
            + "\0DEVTYPE=disk\0"
            + diskSeq
            + "SEQNUM="
            + (1000 + number)
            + "\0";
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (random.nextInt(10) == 0) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
    } else if (random.nextInt(50) == 0) {
      bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
    }
    return bytes;
  }
}
