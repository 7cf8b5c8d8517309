package dmrec.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.JournalEntry;
import dmrec.event.Kind;
import dmrec.event.Mark;
import dmrec.kernel.KernelException;
import dmrec.kernel.NetNamespace;
import dmrec.kernel.UeventInjector;
import dmrec.kernel.UeventReceiver;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class RecordingLoopTest {
  private static final String NAME = "flight-recorder-test";
  private static final int ROOMY_BYTES = 32 << 20;
  private static final int RING_BYTES = UeventReceiver.LEAST_RING_BYTES;

  /** More than such a ring and a tiny buffer hold, if nobody reads. */
  private static final int BURST = 2000;

  /** The records of one run, of our own device alone. */
  private static final class Journal extends ListSink {
    private final Recorder recorder = new Recorder(this, null);

    List<EventRecord> paths() {
      return records.stream()
          .filter(r -> r.event() instanceof DmEvent.PathFailed || isReinstated(r))
          .toList();
    }

    private static boolean isReinstated(EventRecord record) {
      return record.event() instanceof DmEvent.PathReinstated;
    }

    long lost() {
      long lost = 0;
      for (EventRecord record : records) {
        lost += record.event() instanceof DmEvent.Gap gap ? gap.count() : 0;
      }
      return lost;
    }
  }

  private static RecordingLoop open(int bufferBytes) throws KernelException {
    return RecordingLoop.open(
        new RecordingOptions(false, false, false, true, bufferBytes, RING_BYTES, 0, false, "test"),
        line -> {});
  }

  private static byte[] path(String action, int seq) {
    return UeventInjector.uevent(
        "/devices/virtual/block/dm-1077",
        "ACTION=change",
        "DEVPATH=/devices/virtual/block/dm-1077",
        "SUBSYSTEM=block",
        "DM_TARGET=multipath",
        "DM_ACTION=" + action,
        "DM_SEQNUM=" + seq,
        "DM_PATH=8:16",
        "DM_NR_VALID_PATHS=1",
        "DM_NAME=" + NAME,
        "DM_UUID=mpath-" + NAME,
        "MAJOR=254",
        "MINOR=1077",
        "DEVTYPE=disk");
  }

  @Test
  void injectedPathUeventsAreRecordedMarkedWithTheirSender() throws Exception {
    NetNamespace.run(
        () -> {
          Journal journal = new Journal();
          try (RecordingLoop loop = open(ROOMY_BYTES);
              UeventInjector injector = new UeventInjector()) {
            assertEquals(0, injector.inject(path("PATH_FAILED", 1)));
            assertEquals(0, injector.inject(path("PATH_REINSTATED", 2)));
            loop.run(
                journal.recorder,
                () -> {},
                () -> {
                  if (journal.paths().size() == 2) {
                    loop.stop("done");
                  }
                });
          }
          assertEquals(Kind.PATH_FAILED, journal.paths().get(0).kind());
          assertEquals(Kind.PATH_REINSTATED, journal.paths().get(1).kind());
          for (EventRecord record : journal.paths()) {
            assertEquals(Mark.INJECTED.bit(), record.marks());
            assertNotNull(record.actor());
            assertEquals(ProcessHandle.current().pid(), record.actor().pid());
            assertEquals(0, record.actor().uid());
            assertEquals(NAME, record.device().name());
          }
          assertEquals(0, journal.recorder.topology().devices().size());
          EventRecord last = journal.records.get(journal.records.size() - 1);
          DmEvent.RecordingStopped stopped = (DmEvent.RecordingStopped) last.event();
          assertEquals("done", stopped.reason());
          assertEquals(journal.records.size(), stopped.events());
          return null;
        });
  }

  @Test
  void whatAProcessMulticastsIsRefusedAndCounted() throws Exception {
    NetNamespace.run(
        () -> {
          Journal journal = new Journal();
          try (RecordingLoop loop = open(ROOMY_BYTES);
              UeventInjector injector = new UeventInjector()) {
            injector.multicast(1, path("PATH_FAILED", 1));
            injector.multicast(1, path("PATH_FAILED", 2));
            injector.inject(path("PATH_FAILED", 3));
            loop.run(
                journal.recorder,
                () -> {},
                () -> {
                  if (!journal.paths().isEmpty()) {
                    loop.stop("done");
                  }
                });
            assertEquals(2, loop.refused());
          }
          assertEquals(1, journal.paths().size());
          assertEquals(2, journal.recorder.summary().dropped());
          return null;
        });
  }

  @Test
  void aBurstIntoATinyBufferIsAGapOfExactlyWhatWasDropped() throws Exception {
    NetNamespace.runUndisturbed(RecordingLoopTest::burst);
  }

  private static boolean burst() throws Exception {
    Journal journal = new Journal();
    long before = UeventInjector.seqnum();
    AtomicBoolean again = new AtomicBoolean();
    try (RecordingLoop loop = open(1);
        UeventInjector injector = new UeventInjector()) {
      for (int i = 0; i < BURST; i++) {
        injector.inject(path("PATH_FAILED", i));
      }
      loop.run(
          journal.recorder,
          () -> {},
          () -> {
            if (journal.lost() > 0 && again.compareAndSet(false, true)) {
              inject(injector, "PATH_REINSTATED", BURST);
            } else if (again.get()) {
              loop.stop("done");
            }
          });
    }
    if (UeventInjector.seqnum() - before != BURST + 1) {
      return false;
    }
    List<EventRecord> paths = journal.paths();
    EventRecord last = paths.get(paths.size() - 1);
    assertEquals(Kind.PATH_REINSTATED, last.kind());
    assertEquals(BURST - (paths.size() - 1), journal.lost());
    assertEquals(journal.lost(), journal.recorder.summary().lost());
    return true;
  }

  private static void inject(UeventInjector injector, String action, int seq) {
    try {
      assertEquals(0, injector.inject(path(action, seq)));
    } catch (KernelException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aFloodWithoutAnEndIsCountedWhileItLastsAndToTheLastMessage() throws Exception {
    NetNamespace.runUndisturbed(RecordingLoopTest::flood);
  }

  private static boolean flood() throws Exception {
    Journal journal = new Journal();
    AtomicInteger sent = new AtomicInteger();
    AtomicBoolean enough = new AtomicBoolean();
    long before = UeventInjector.seqnum();
    List<Thread> senders = new ArrayList<>();
    long endNs = System.nanoTime() + 20_000_000_000L;
    try (RecordingLoop loop = open(1)) {
      for (int i = 0; i < 3; i++) {
        Thread sender = new Thread(() -> send(sent, enough), "flood");
        senders.add(sender);
        sender.start();
      }
      loop.run(
          journal.recorder,
          () -> {},
          () -> {
            if ((journal.lost() > 1000 && sent.get() > 5000) || System.nanoTime() > endNs) {
              enough.set(true);
              joinAll(senders);
              loop.stop("enough");
            }
          });
    }
    if (UeventInjector.seqnum() - before != sent.get()) {
      return false;
    }
    assertTrue(journal.lost() > 0, "nothing was lost");
    assertEquals(sent.get(), journal.paths().size() + journal.lost());
    return true;
  }

  @Test
  void aFloodOfWhatIsNotKeptDoesNotKeepTheLoopFromTurning() throws Exception {
    NetNamespace.run(
        () -> {
          Journal journal = new Journal();
          AtomicBoolean enough = new AtomicBoolean();
          AtomicInteger turns = new AtomicInteger();
          List<Thread> senders = new ArrayList<>();
          byte[] other = UeventInjector.uevent("/devices/x", "ACTION=change", "SUBSYSTEM=net");
          try (RecordingLoop loop = open(1)) {
            for (int i = 0; i < 3; i++) {
              Thread sender = new Thread(() -> send(other, enough, new AtomicInteger()), "flood");
              senders.add(sender);
              sender.start();
            }
            loop.run(
                journal.recorder,
                () -> {},
                () -> {
                  if (turns.incrementAndGet() == 10) {
                    loop.stop("turned");
                  }
                });
          } finally {
            enough.set(true);
            joinAll(senders);
          }
          assertEquals(10, turns.get());
          return null;
        });
  }

  private static void send(AtomicInteger sent, AtomicBoolean enough) {
    send(path("PATH_FAILED", 1), enough, sent);
  }

  private static void send(byte[] message, AtomicBoolean enough, AtomicInteger sent) {
    try (UeventInjector injector = new UeventInjector()) {
      while (!enough.get()) {
        assertEquals(0, injector.inject(message));
        sent.incrementAndGet();
      }
    } catch (KernelException e) {
      throw new AssertionError(e);
    }
  }

  private static void joinAll(List<Thread> threads) {
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  @Test
  void aJournalThatCannotBeWrittenEndsTheRecordingWithItsReason() throws Exception {
    NetNamespace.run(
        () -> {
          AtomicInteger appended = new AtomicInteger();
          Recorder recorder =
              new Recorder(
                  new ListSink() {
                    @Override
                    public long append(JournalEntry entry) throws IOException {
                      if (appended.incrementAndGet() == 2) {
                        throw new IOException("no space left");
                      }
                      return super.append(entry);
                    }
                  },
                  null);
          try (RecordingLoop loop = open(ROOMY_BYTES);
              UeventInjector injector = new UeventInjector()) {
            injector.inject(path("PATH_FAILED", 1));
            IOException e =
                assertThrows(IOException.class, () -> loop.run(recorder, () -> {}, () -> {}));
            assertEquals("no space left", e.getMessage());
            assertEquals(2, appended.get());
          }
          return null;
        });
  }

  @Test
  void ueventsOfOtherSubsystemsAllocateNothing() throws Exception {
    NetNamespace.run(
        () -> {
          Journal journal = new Journal();
          try (RecordingLoop loop = open(ROOMY_BYTES);
              UeventInjector injector = new UeventInjector()) {
            Batches batches = new Batches(injector);
            loop.run(
                journal.recorder,
                () -> {},
                () -> {
                  if (!batches.next()) {
                    loop.stop("done");
                  }
                });
            // A turn itself makes a few small objects, however many messages it reads.
            assertTrue(batches.leastBytes < 1000, "a turn allocated " + batches.leastBytes);
          }
          return null;
        });
  }

  /** Sends a thousand messages between two turns, and sees what the turn that reads them takes. */
  private static final class Batches {
    private static final int MESSAGES = 1000;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final byte[] message =
        UeventInjector.uevent(
            "/devices/virtual/net/x",
            "ACTION=change",
            "DEVPATH=/devices/virtual/net/x",
            "SUBSYSTEM=net");
    private final UeventInjector injector;
    private long leastBytes = Long.MAX_VALUE;
    private long before = -1;
    private int turns;

    Batches(UeventInjector injector) {
      this.injector = injector;
    }

    boolean next() {
      long self = Thread.currentThread().getId();
      long now = threads.getThreadAllocatedBytes(self);
      if (before >= 0) {
        leastBytes = Math.min(leastBytes, now - before);
      }
      try {
        for (int i = 0; i < MESSAGES; i++) {
          injector.inject(message);
        }
      } catch (KernelException e) {
        throw new AssertionError(e);
      }
      before = threads.getThreadAllocatedBytes(self);
      return ++turns < 40;
    }
  }
}
