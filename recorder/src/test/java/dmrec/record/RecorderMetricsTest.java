package dmrec.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.JournalEntry;
import dmrec.event.Kind;
import dmrec.event.UeventBacklog;
import dmrec.kernel.NetNamespace;
import dmrec.kernel.UeventInjector;
import dmrec.kernel.UeventReceiver;
import dmrec.topology.Topology;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class RecorderMetricsTest {
  private static final byte[] PATH_FAILED =
      UeventInjector.uevent(
          "/devices/virtual/block/dm-1077",
          "ACTION=change",
          "DEVPATH=/devices/virtual/block/dm-1077",
          "SUBSYSTEM=block",
          "DM_TARGET=multipath",
          "DM_ACTION=PATH_FAILED",
          "DM_SEQNUM=1",
          "DM_PATH=8:16",
          "DM_NR_VALID_PATHS=1",
          "DM_NAME=vitals-test",
          "DM_UUID=mpath-vitals-test",
          "MAJOR=254",
          "MINOR=1077",
          "DEVTYPE=disk");

  private static final int RING_BYTES = UeventReceiver.LEAST_RING_BYTES;

  /** Keeps nothing. */
  private static final EventSink NOWHERE =
      new EventSink() {
        private final Topology topology = new Topology();

        @Override
        public long append(JournalEntry entry) {
          return 1;
        }

        @Override
        public Topology topology() {
          return topology;
        }
      };

  private static RecordingLoop open(int bufferBytes) throws IOException {
    return RecordingLoop.open(
        new RecordingOptions(false, false, false, true, bufferBytes, RING_BYTES, 0, false, "test"),
        line -> {});
  }

  @Test
  void countsWhatTheKernelDropsAsItDoes() throws Exception {
    NetNamespace.runUndisturbed(RecorderMetricsTest::countsDrops);
  }

  /** False where another uevent came between. */
  private static boolean countsDrops() throws Exception {
    int sent = 2000; // More than such a ring and a tiny buffer hold, if nobody reads.
    long before = UeventInjector.seqnum();
    RecorderMetrics metrics = new RecorderMetrics(0);
    Recorder recorder = new Recorder(metrics.measuring(NOWHERE), null);
    try (RecordingLoop loop = open(1);
        UeventInjector injector = new UeventInjector()) {
      for (int i = 0; i < sent; i++) {
        injector.inject(PATH_FAILED);
      }
      metrics.publish(recorder, loop, 1);
      long dropped = metrics.queueDrops();
      assertTrue(dropped > 0 && metrics.ringBytes() > 0, "dropped " + dropped);
      assertEquals(0, metrics.lost());

      loop.run(
          recorder,
          () -> {},
          () -> {
            metrics.publish(recorder, loop, 2);
            if (metrics.lost() > 0) {
              loop.stop("done");
            }
          });

      metrics.publish(recorder, loop, 3);
      if (UeventInjector.seqnum() - before != sent) {
        return false;
      }
      assertEquals(metrics.queueDrops(), metrics.lost());
      assertEquals(recorder.summary().byKind().get(Kind.GAP), metrics.events(Kind.GAP));
      UeventBacklog backlog = metrics.backlog();
      assertTrue(backlog.queueMaxBytes() > 0 && backlog.queueSizeBytes() > 0, backlog.toString());
      assertTrue(backlog.ringMaxBytes() > 0 && backlog.ringMaxBytes() <= RING_BYTES);
      assertEquals(RING_BYTES, backlog.ringSizeBytes());
      EventRecord last = Objects.requireNonNull(recorder.last());
      assertEquals(backlog, ((DmEvent.RecordingStopped) last.event()).backlog());
      assertEquals(0, metrics.ringBytes());
      assertEquals(
          recorder.summary().byKind().get(Kind.PATH_FAILED), metrics.events(Kind.PATH_FAILED));
      assertEquals(recorder.summary().events(), Arrays.stream(metrics.lagCounts()).sum());
      assertTrue(metrics.lagMaxNs() > 0 && metrics.lagSumNs() >= metrics.lagMaxNs());
      return true;
    }
  }

  @Test
  void countsWhatIsRefused() throws Exception {
    NetNamespace.run(
        () -> {
          RecorderMetrics metrics = new RecorderMetrics(0);
          Recorder recorder = new Recorder(NOWHERE, null);
          try (RecordingLoop loop = open(16 << 20);
              UeventInjector injector = new UeventInjector()) {
            injector.multicast(1, PATH_FAILED);
            injector.multicast(1, PATH_FAILED);
            injector.inject(PATH_FAILED);
            loop.run(
                recorder,
                () -> {},
                () -> {
                  metrics.publish(recorder, loop, 1);
                  if (metrics.events(Kind.PATH_FAILED) > 0) {
                    loop.stop("done");
                  }
                });
          }
          assertEquals(2, metrics.refused());
          return null;
        });
  }

  @Test
  void agesCountFromTheLastTurnAndTheTurnOfTheLastEvent() throws Exception {
    RecorderMetrics metrics = new RecorderMetrics(100);
    Recorder recorder = new Recorder(NOWHERE, null);
    metrics.publish(recorder, 110);
    assertEquals(30, metrics.lastEventAgeNs(130));
    assertEquals(20, metrics.turnAgeNs(130));

    recorder.accept(new Observation.Stopped(new Stamp(1, 1), "test", 0));
    metrics.publish(recorder, 140);
    metrics.publish(recorder, 150);

    assertEquals(20, metrics.lastEventAgeNs(160));
    assertEquals(10, metrics.turnAgeNs(160));
    assertEquals(0, metrics.turnAgeNs(149));
  }

  @Test
  void measuringAndPublishingCostNoMemoryToSpeakOf() throws Exception {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long self = Thread.currentThread().getId();
    RecorderMetrics metrics = new RecorderMetrics(0);
    EventSink sink = metrics.measuring(NOWHERE);
    Recorder recorder = new Recorder(NOWHERE, null);
    recorder.accept(new Observation.Stopped(new Stamp(1, 1), "test", 0));
    EventRecord record = Objects.requireNonNull(recorder.last());
    long least = Long.MAX_VALUE;
    int batch = 1000;
    for (int b = 0; b < 20; b++) {
      long before = threads.getThreadAllocatedBytes(self);
      for (int i = 0; i < batch; i++) {
        sink.append(record);
        metrics.publish(recorder, i);
      }
      least = Math.min(least, threads.getThreadAllocatedBytes(self) - before);
    }
    // One small object a turn, where the compiler does not take it away.
    assertTrue(least <= 32L * batch, least + " bytes in " + batch + " turns");
    assertEquals(20L * batch, Arrays.stream(metrics.lagCounts()).sum());
  }
}
