package dmrec.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import com.sun.management.ThreadMXBean;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
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
class VitalsTest {
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
        public long append(EventRecord record) {
          return 1;
        }

        @Override
        public Topology topology() {
          return topology;
        }
      };

  private static RecordingLoop open(int bufferBytes) throws IOException {
    return RecordingLoop.open(
        new WatchOptions(false, false, true, bufferBytes, RING_BYTES, 0, false, "test"),
        line -> {});
  }

  @Test
  void countsWhatTheKernelDropsAsItDoes() throws Exception {
    NetNamespace.run(
        () -> {
          for (int attempt = 0; attempt < UeventInjector.ATTEMPTS; attempt++) {
            if (countsDrops()) {
              return null;
            }
          }
          return abort("the machine itself sent uevents during each of five attempts");
        });
  }

  /** False where another uevent came between. */
  private static boolean countsDrops() throws Exception {
    int sent = 2000; // More than such a ring and a tiny buffer hold, if nobody reads.
    long before = UeventInjector.seqnum();
    Vitals vitals = new Vitals(0);
    Recorder recorder = new Recorder(vitals.measuring(NOWHERE), null);
    try (RecordingLoop watch = open(1);
        UeventInjector injector = new UeventInjector()) {
      for (int i = 0; i < sent; i++) {
        injector.inject(PATH_FAILED);
      }
      vitals.publish(recorder, watch, 1);
      long dropped = vitals.queueDrops();
      assertTrue(dropped > 0 && vitals.ringBytes() > 0, "dropped " + dropped);
      assertEquals(0, vitals.lost());

      watch.run(
          recorder,
          () -> {},
          () -> {
            vitals.publish(recorder, watch, 2);
            if (vitals.lost() > 0) {
              watch.stop("done");
            }
          });

      vitals.publish(recorder, watch, 3);
      if (UeventInjector.seqnum() - before != sent) {
        return false;
      }
      assertEquals(vitals.queueDrops(), vitals.lost());
      assertEquals(recorder.summary().byKind().get(Kind.GAP), vitals.events(Kind.GAP));
      assertTrue(vitals.highestRingBytes() > 0);
      assertEquals(0, vitals.ringBytes());
      assertEquals(
          recorder.summary().byKind().get(Kind.PATH_FAILED), vitals.events(Kind.PATH_FAILED));
      assertEquals(recorder.summary().events(), Arrays.stream(vitals.lagCounts()).sum());
      assertTrue(vitals.lagMaxNs() > 0 && vitals.lagSumNs() >= vitals.lagMaxNs());
      return true;
    }
  }

  @Test
  void countsWhatIsRefused() throws Exception {
    NetNamespace.run(
        () -> {
          Vitals vitals = new Vitals(0);
          Recorder recorder = new Recorder(NOWHERE, null);
          try (RecordingLoop watch = open(16 << 20);
              UeventInjector injector = new UeventInjector()) {
            injector.multicast(1, PATH_FAILED);
            injector.multicast(1, PATH_FAILED);
            injector.inject(PATH_FAILED);
            watch.run(
                recorder,
                () -> {},
                () -> {
                  vitals.publish(recorder, watch, 1);
                  if (vitals.events(Kind.PATH_FAILED) > 0) {
                    watch.stop("done");
                  }
                });
          }
          assertEquals(2, vitals.refused());
          return null;
        });
  }

  @Test
  void agesCountFromTheLastTurnAndTheTurnOfTheLastEvent() throws Exception {
    Vitals vitals = new Vitals(100);
    Recorder recorder = new Recorder(NOWHERE, null);
    vitals.publish(recorder, 110);
    assertEquals(30, vitals.lastEventAgeNs(130));
    assertEquals(20, vitals.turnAgeNs(130));

    recorder.accept(new Observation.Stopped(new Stamp(1, 1), "test", 0));
    vitals.publish(recorder, 140);
    vitals.publish(recorder, 150);

    assertEquals(20, vitals.lastEventAgeNs(160));
    assertEquals(10, vitals.turnAgeNs(160));
    assertEquals(0, vitals.turnAgeNs(149));
  }

  @Test
  void measuringAndPublishingCostNoMemoryToSpeakOf() throws Exception {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long self = Thread.currentThread().getId();
    Vitals vitals = new Vitals(0);
    EventSink sink = vitals.measuring(NOWHERE);
    Recorder recorder = new Recorder(NOWHERE, null);
    recorder.accept(new Observation.Stopped(new Stamp(1, 1), "test", 0));
    EventRecord record = Objects.requireNonNull(recorder.last());
    long least = Long.MAX_VALUE;
    int batch = 1000;
    for (int b = 0; b < 20; b++) {
      long before = threads.getThreadAllocatedBytes(self);
      for (int i = 0; i < batch; i++) {
        sink.append(record);
        vitals.publish(recorder, i);
      }
      least = Math.min(least, threads.getThreadAllocatedBytes(self) - before);
    }
    // One small object a turn, where the compiler does not take it away.
    assertTrue(least <= 32L * batch, least + " bytes in " + batch + " turns");
    assertEquals(20L * batch, Arrays.stream(vitals.lagCounts()).sum());
  }
}
