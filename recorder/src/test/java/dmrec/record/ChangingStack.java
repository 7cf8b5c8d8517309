package dmrec.record;

import dmrec.event.Bytes;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.journal.JournalOptions;
import dmrec.journal.JournalWriter;
import dmrec.journal.Spool;
import dmrec.target.DevNo;
import dmrec.topology.TopologyView;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A recorder in a process of its own, of devices and disks that come and change. It says what it
 * has appended ({@code a SEQ UNNUMBERED}), what it is told ({@code ! NOTICE}) and, when its input
 * ends, what it was in the end ({@code end SEQ UNNUMBERED STATE}).
 */
final class ChangingStack {
  private static final int DEVICES = 12;
  private static final int SAY_EVERY = 25;

  private final SplittableRandom random;
  private final Recorder recorder;

  private ChangingStack(long seed, JournalSink sink) {
    this.random = new SplittableRandom(seed);
    this.recorder = new Recorder(sink, null);
    sink.countIn(recorder.summary());
  }

  /** Takes the journal, the spool or "-" for none, and a seed. */
  public static void main(String[] args) throws Exception {
    JournalOptions options =
        JournalOptions.usual()
            .withReserve(0)
            .withNotices(notice -> System.out.println("! " + notice));
    Path journal = Path.of(args[0]);
    long seed = Long.parseLong(args[2]);
    Semaphore alarm = new Semaphore(0);
    if (args[1].equals("-")) {
      try (JournalWriter writer = JournalWriter.open(journal, options)) {
        writer.guard(alarm::release);
        record(seed, writer, null, alarm);
      }
    } else {
      try (Spool spool = Spool.open(journal, Path.of(args[1]), options)) {
        spool.guard(alarm::release);
        record(seed, spool.writer(), spool, alarm);
      }
      System.out.println("moved");
    }
  }

  private static void record(
      long seed, JournalWriter writer, @Nullable Spool spool, Semaphore alarm) throws Exception {
    JournalSink sink = JournalSink.of(writer, notice -> System.out.println("! " + notice));
    ChangingStack stack = new ChangingStack(seed, sink);
    stack.recorder.accept(new Observation.Started(now(), started()));
    for (int i = 0; System.in.available() == 0; i++) {
      stack.change();
      if (alarm.tryAcquire(random(i), TimeUnit.MICROSECONDS) || i % 100 == 0) {
        sink.tick();
        if (spool != null) {
          spool.tick();
        }
      }
      if (i % SAY_EVERY == 0) {
        System.out.println("a " + writer.lastSeq() + " " + stack.unnumbered());
      }
    }
    if (spool != null) {
      // What is missing in the journal is found by the thread that moves.
      for (int i = 0; i < 20; i++) {
        Thread.sleep(50);
        sink.tick();
      }
    }
    stack.recorder.accept(new Observation.Stopped(now(), "test", 0));
    sink.sync();
    System.out.println(
        "end "
            + writer.lastSeq()
            + " "
            + stack.unnumbered()
            + " "
            + state(stack.recorder.topology()));
  }

  private static int random(int i) {
    return 200 + i * 7919 % 800;
  }

  /** Events that were not kept have no number. */
  private long unnumbered() {
    return recorder.summary().lost() - recorder.summary().removed();
  }

  private static Stamp now() {
    long ns = System.nanoTime();
    return new Stamp(System.currentTimeMillis() * 1_000_000L, ns);
  }

  private static DmEvent.RecordingStarted started() {
    return new DmEvent.RecordingStarted(
        "boot", "6.1", "4.47.0", "test", "host", List.of("sysfs"), 0, "receive time", "", "", -1);
  }

  /** One observation, of which there is an event mostly. */
  private void change() throws IOException {
    Stamp now = now();
    int which = random.nextInt(DEVICES);
    if (random.nextInt(3) == 0) {
      DevNo dev = new DevNo(8, which * 16);
      recorder.accept(
          new Observation.DiskPolled(
              now, now, dev, "sd" + (char) ('a' + which), "wwid", "", random.nextInt(1 << 20), ""));
    } else {
      DevNo dev = new DevNo(254, which);
      recorder.accept(
          new Observation.SysfsPolled(
              now,
              now,
              dev,
              which + 1,
              128,
              text("mpath" + which),
              text("mpath-" + which),
              random.nextBoolean(),
              random.nextBoolean(),
              List.of()));
    }
  }

  private static Bytes text(String text) {
    return Bytes.of(text.getBytes(StandardCharsets.UTF_8));
  }

  /** A state without the number and time of its last event. */
  static String state(TopologyView topology) {
    List<String> state = new ArrayList<>();
    for (EventRecord record : topology.records()) {
      if (!(record.event() instanceof DmEvent.RecordingStopped)
          && !(record.event() instanceof DmEvent.RecordingStarted)) {
        state.add(record.device() + " " + record.event());
      }
    }
    return Integer.toHexString(state.hashCode());
  }
}
