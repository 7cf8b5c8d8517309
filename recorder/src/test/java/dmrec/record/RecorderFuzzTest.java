package dmrec.record;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.Bytes;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.JournalEntry;
import dmrec.event.Mark;
import dmrec.event.Source;
import dmrec.target.DevNo;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real observations, cut, flipped and out of order: the recorder stays whole and tells no lie. */
class RecorderFuzzTest {
  private static final int ROUNDS = 240_000;

  private final Random random = new Random(20260304);
  private final Set<DevNo> alive = new HashSet<>();
  private long events;

  @Test
  @Timeout(120)
  void damagedObservationsDoNotStopTheRecorder() throws Exception {
    List<Observation> seeds = new ArrayList<>(Captures.smoke());
    seeds.addAll(synthetic());
    ListSink journal =
        new ListSink() {
          @Override
          public long append(JournalEntry entry) throws IOException {
            EventRecord record = entry.asRecord();
            check(record);
            if (records.size() == 1000) {
              records.clear();
            }
            return super.append(record);
          }
        };
    Recorder recorder = new Recorder(journal, null);
    recorder.accept(seeds.get(0));
    int at = 0;
    for (int round = 0; round < ROUNDS; round++) {
      // Mostly in order, so that there is something to damage.
      at = random.nextInt(8) == 0 ? random.nextInt(seeds.size()) : (at + 1) % seeds.size();
      Observation next = seeds.get(at);
      if (next instanceof Observation.Started && random.nextInt(50) != 0) {
        continue;
      }
      recorder.accept(random.nextInt(3) == 0 ? next : damaged(next));
      Set<DevNo> wanted = new HashSet<>();
      recorder.takeRequests(wanted);
      recorder.takeDiskRequests(wanted);
    }
    assertTrue(events > ROUNDS / 10, "only " + events + " events");
  }

  private void check(EventRecord record) {
    events++;
    DevNo dev = record.device().dev();
    if (!Mark.INJECTED.isIn(record.marks())) {
      if (record.event() instanceof DmEvent.RecordingStarted started) {
        if (!started.previousBootId().equals(started.bootId())) {
          alive.clear();
        }
      } else if (record.event() instanceof DmEvent.Baseline) {
        alive.add(dev);
      } else if (record.event() instanceof DmEvent.DeviceCreated) {
        assertTrue(alive.add(dev), () -> "created twice: " + dev);
      } else if (record.event() instanceof DmEvent.DeviceRemoved) {
        assertTrue(alive.remove(dev), () -> "removed without being there: " + dev);
      }
    }
  }

  private static List<Observation> synthetic() {
    List<Observation> made = new ArrayList<>();
    String[][] targets = {
      {"mirror", "2 8:0 8:16 3/8 1 AA 3 disk 8:32 A", "2 8:0 8:16 8/8 1 DA 3 disk 8:32 D"},
      {"snapshot", "16/256 16", "Invalid"},
      {"thin-pool", "0 9/4096 0/100 - rw discard_passdown queue_if_no_space - 99 ", "Fail"},
      {"raid", "raid1 2 Aa 0/8 recover 0 0 -", "raid1 2 AA 8/8 idle 0 0 -"},
      {"verity", "V", "C"},
    };
    List<State> all = new ArrayList<>();
    for (int i = 0; i < targets.length; i++) {
      State state = State.of(10 + i, "d" + i, targets[i][0], "8:0 8:16 64 9", targets[i][1]);
      all.add(state);
      for (int k = 1; k < targets[i].length; k++) {
        Stamp at =
            new Stamp(1_795_336_240_000_000_000L + i * 10L + k, 60_000_000_000L + i * 10L + k);
        made.add(state.status(targets[i][k]).loaded(state.live()).polled(at, at));
        made.add(new Observation.Sampled(at, at));
        made.add(new Observation.Listed(at, at, State.list(all)));
        made.add(new Observation.Lost(at, at, Source.UEVENT, 3, "test"));
        made.add(
            new Observation.SysfsPolled(
                at,
                at,
                state.dev(),
                k,
                128,
                Bytes.of(state.name()),
                Bytes.of(state.uuid()),
                k == 1,
                false,
                List.of(new DevNo(8, 0))));
        made.add(new Observation.Vanished(at, at, state.dev()));
      }
    }
    return made;
  }

  private Observation damaged(Observation o) {
    Stamp at = random.nextInt(20) == 0 ? new Stamp(random.nextLong() >>> 1, 1) : o.at();
    if (o instanceof Observation.UeventSeen u) {
      int pid = random.nextInt(10) == 0 ? random.nextInt() : u.senderPid();
      return new Observation.UeventSeen(
          at, random.nextInt(20) == 0, pid, u.senderUid(), "x", damaged(u.message()));
    }
    if (o instanceof Observation.Listed l) {
      return new Observation.Listed(at, l.began(), damaged(l.reply()));
    }
    if (o instanceof Observation.Polled l) {
      return new Observation.Polled(
          at,
          l.began(),
          random.nextInt(20) == 0 ? new DevNo(0, 0) : l.dev(),
          random.nextInt(8) == 0 ? random.nextInt(4) - 1 : l.diskSeq(),
          random.nextInt(),
          maybe(l.status()),
          maybe(l.table()),
          inactive(l),
          maybe(l.deps()));
    }
    if (o instanceof Observation.SysfsPolled l) {
      return new Observation.SysfsPolled(
          at,
          l.began(),
          random.nextInt(20) == 0 ? new DevNo(0, 0) : l.dev(),
          random.nextInt(4),
          1,
          damaged(l.name()),
          damaged(l.uuid()),
          random.nextBoolean(),
          random.nextBoolean(),
          l.slaves());
    }
    return o instanceof Observation.LogRead l
        ? new Observation.LogRead(at, damaged(l.record()))
        : o;
  }

  private @Nullable Bytes inactive(Observation.Polled look) {
    return switch (random.nextInt(4)) {
      case 0 -> null;
      case 1 -> damaged(look.table());
      default -> look.inactive();
    };
  }

  private Bytes maybe(Bytes bytes) {
    return random.nextInt(3) == 0 ? damaged(bytes) : bytes;
  }

  private Bytes damaged(Bytes in) {
    byte[] out = in.toArray();
    for (int n = random.nextInt(3); n >= 0 && out.length > 0; n--) {
      int from = random.nextInt(out.length);
      switch (random.nextInt(5)) {
        case 0 -> out = Arrays.copyOf(out, from);
        case 1 -> out[from] ^= (byte) (1 << random.nextInt(8));
        case 2 -> out[from] = (byte) random.nextInt(256);
        case 3 -> {
          int length = random.nextInt(Math.min(40, out.length - from)) + 1;
          System.arraycopy(out, from, out, random.nextInt(out.length - length + 1), length);
        }
        default -> {
          int word = Math.min(40, out.length / 4);
          if (word > 0) {
            out[4 * random.nextInt(word)] ^= (byte) (1 << random.nextInt(8));
          }
        }
      }
    }
    return Bytes.of(out);
  }
}
