package dmrec.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.Bytes;
import dmrec.event.Certainty;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.journal.ForkedJava;
import dmrec.journal.JournalWriter;
import dmrec.journal.Journals;
import dmrec.kernel.Clocks;
import dmrec.kernel.KernelException;
import dmrec.kernel.NetNamespace;
import dmrec.kernel.UeventInjector;
import dmrec.kernel.UeventReceiver;
import dmrec.kernel.UeventSocket;
import dmrec.target.DevNo;
import dmrec.topology.Device;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Uevents that only the memory of a killed recorder held: the next one counts them.
 *
 * <p>The uevents are real, and so are socket, ring, journal and SIGKILL. The device is none: its
 * event number is how many uevents were sent, as the kernel counts one for each. As it would send
 * them itself, their sender is not handed on.
 */
@Timeout(180)
class KilledRingTest {
  private static final int SENT = 1000;
  private static final int ROUNDS = 8;
  private static final int PATHS = 4;
  private static final int SIGKILL_STATUS = 128 + 9;
  private static final String NAME = "killed-ring-test";
  private static final int BUFFER_BYTES = 32 << 20;

  @TempDir private Path folder = Path.of("");

  /** Records so many uevents; says when the rest has left the socket, and waits to be killed. */
  static final class Child {
    private Child() {}

    public static void main(String[] args) throws Exception {
      UeventSocket socket = UeventSocket.open(UeventSocket.Groups.KERNEL, BUFFER_BYTES);
      try (JournalWriter writer = JournalWriter.open(Path.of(args[0]));
          UeventReceiver receiver =
              UeventReceiver.start(socket, KilledRingTest::isOurs, BUFFER_BYTES)) {
        Reader reader = new Reader(begin(writer, Long.parseLong(args[1])));
        System.out.println("ready");
        for (int left = Integer.parseInt(args[2]); left > 0; ) {
          left -= receiver.read(reader, Math.min(left, 64));
        }
        if (System.in.read() >= 0) {
          while (socket.queuedBytes() > 0) {
            Thread.onSpinWait();
          }
          System.out.println(receiver.ringBytes());
          System.in.read();
        }
      }
    }
  }

  private record Reader(Recorder recorder) implements UeventReceiver.Handler {
    @Override
    public void uevent(long wallNs, long monoNs, int groups, int pid, int uid, ByteBuffer message)
        throws IOException {
      recorder.accept(
          new Observation.UeventSeen(
              new Stamp(wallNs, monoNs), false, 0, 0, "", Bytes.of(message)));
    }

    @Override
    public void lost(
        long wallNs, long monoNs, long sinceWallNs, long sinceMonoNs, long count, boolean isCut) {
      throw new AssertionError(count + " uevents did not fit");
    }
  }

  private static boolean isOurs(UeventSocket socket) {
    return StandardCharsets.ISO_8859_1
        .decode(socket.message().duplicate())
        .toString()
        .contains(NAME);
  }

  /** A recorder that has polled the device, which has raised so many events. */
  private static Recorder begin(JournalWriter writer, long raised) throws IOException {
    Recorder recorder = new Recorder(EventSink.of(writer), null);
    Intake intake = new Intake(recorder, Clocks.open(), null);
    intake.accept(
        new Observation.Started(
            intake.stamp(),
            new DmEvent.RecordingStarted(
                "boot", "", "4.47.0", "test", "", List.of("uevent", "dm"), 0, "", "", "", 0)));
    State device = device(raised);
    Stamp began = intake.stamp();
    intake.accept(new Observation.Listed(intake.stamp(), began, State.list(List.of(device))));
    intake.accept(device.polled(began, intake.stamp()));
    intake.accept(new Observation.Sampled(intake.stamp(), began));
    return recorder;
  }

  /** Path by path fails and comes back. */
  private static State device(long raised) {
    StringBuilder table = new StringBuilder("0 0 1 1 service-time 0 " + PATHS + " 0");
    StringBuilder status = new StringBuilder("2 0 0 0 1 1 A 0 " + PATHS + " 0 ");
    for (int path = 0; path < PATHS; path++) {
      boolean failed = raised % 2 == 1 && raised / 2 % PATHS == path;
      table.append(' ').append(dev(path));
      status.append(dev(path)).append(failed ? " F 1 " : " A 1 ");
    }
    return State.of(1077, NAME, "multipath", table.toString(), status.toString()).events(raised);
  }

  private static DevNo dev(int path) {
    return new DevNo(8, 16 * path);
  }

  private static void send(UeventInjector injector, long from, long to) throws KernelException {
    for (long i = from; i < to; i++) {
      boolean fails = i % 2 == 0;
      byte[] message =
          UeventInjector.uevent(
              "/devices/virtual/block/dm-1077",
              "ACTION=change",
              "DEVPATH=/devices/virtual/block/dm-1077",
              "SUBSYSTEM=block",
              "DM_TARGET=multipath",
              "DM_ACTION=" + (fails ? "PATH_FAILED" : "PATH_REINSTATED"),
              "DM_SEQNUM=" + (i + 1),
              "DM_PATH=" + dev((int) (i / 2 % PATHS)),
              "DM_NR_VALID_PATHS=" + (fails ? PATHS - 1 : PATHS),
              "DM_NAME=" + NAME,
              "DM_UUID=T-" + NAME,
              "MAJOR=254",
              "MINOR=1077",
              "DEVNAME=dm-1077",
              "DEVTYPE=disk",
              "DISKSEQ=1177");
      assertEquals(0, injector.inject(message));
    }
  }

  private interface Sending {
    void send(Process child, BufferedReader out, UeventInjector injector) throws Exception;
  }

  /** Has a child record in a network namespace of its own, and kills it behind {@code sending}. */
  private void killed(long raised, int recorded, Sending sending) throws Exception {
    NetNamespace.run(
        () -> {
          ProcessBuilder builder =
              new ProcessBuilder(
                  ForkedJava.command(
                      Child.class, journal().toString(), "" + raised, "" + recorded));
          Process child = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
          try (UeventInjector injector = new UeventInjector();
              BufferedReader out =
                  new BufferedReader(
                      new InputStreamReader(child.getInputStream(), StandardCharsets.US_ASCII))) {
            assertEquals("ready", out.readLine());
            sending.send(child, out, injector);
          } finally {
            child.toHandle().destroyForcibly();
          }
          assertEquals(SIGKILL_STATUS, child.waitFor());
          return null;
        });
  }

  private Path journal() {
    return folder.resolve("journal");
  }

  /** The next start; the device must be as the kernel says. */
  private void restart(long raised) throws IOException {
    try (JournalWriter writer = JournalWriter.open(journal())) {
      Device known = begin(writer, raised).topology().device(device(raised).dev());
      assertNotNull(known);
      assertTrue(device(raised).isShownBy(known), known.toString());
    }
  }

  private long recordedPathEvents() throws IOException {
    return Journals.events(journal()).stream()
        .filter(e -> e.kind() == Kind.PATH_FAILED || e.kind() == Kind.PATH_REINSTATED)
        .filter(e -> e.certainty() == Certainty.REPORTED)
        .count();
  }

  private List<DmEvent.EventsMissed> missed() throws IOException {
    List<DmEvent.EventsMissed> missed = new ArrayList<>();
    for (EventRecord record : Journals.events(journal())) {
      if (record.event() instanceof DmEvent.EventsMissed e) {
        missed.add(e);
      }
    }
    return missed;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 700, SENT})
  void whatOnlyTheRingHeldIsCountedExactly(int recorded) throws Exception {
    killed(
        0,
        recorded,
        (child, out, injector) -> {
          send(injector, 0, SENT);
          child.getOutputStream().write('\n');
          child.getOutputStream().flush();
          long held = Long.parseLong(Objects.requireNonNull(out.readLine()));
          assertEquals(recorded < SENT, held > 0, held + " bytes in the ring");
        });
    assertEquals(recorded, recordedPathEvents());

    restart(SENT);

    assertEquals(List.of(new DmEvent.EventsMissed(SENT - recorded, 0, SENT)), missed());
  }

  @Test
  void killedWheneverWhatIsRecordedAndWhatIsMissedIsWhatWasSent() throws Exception {
    SplittableRandom random = new SplittableRandom(5);
    long raised = 0;
    for (int round = 0; round < ROUNDS; round++) {
      long from = raised;
      long to = from + random.nextInt(1, 6000);
      long restNs = random.nextLong(400_000_000);
      killed(
          from,
          Integer.MAX_VALUE,
          (child, out, injector) -> {
            send(injector, from, to);
            LockSupport.parkNanos(restNs);
          });
      raised = to;
    }
    restart(raised);

    long missed = missed().stream().mapToLong(DmEvent.EventsMissed::count).sum();
    assertTrue(missed > 0, "each was killed with an empty ring");
    assertEquals(raised, recordedPathEvents() + missed);
  }
}
