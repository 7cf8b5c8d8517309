package dmrec.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dmrec.event.Bytes;
import dmrec.event.Kind;
import dmrec.journal.JournalWriter;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AllocationTest {
  /** Measured: see the report; a path event of a device with four paths. */
  private static final long MOST_BYTES = 24_000;

  @TempDir private Path folder = Path.of("");

  @Test
  void aPathEventCostsLittleMemoryOnItsWayToTheJournal() throws Exception {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long self = Thread.currentThread().getId();
    State mpath =
        State.of(
            1,
            "mpatha",
            "multipath",
            "0 0 1 1 service-time 0 4 1 8:0 1 8:16 1 8:32 1 8:48 1",
            "2 0 0 0 1 1 A 0 4 2 8:0 A 0 0 1 8:16 A 0 0 1 8:32 A 0 0 1 8:48 A 0 0 1 ");
    try (JournalWriter writer = JournalWriter.open(folder.resolve("journal"))) {
      Recorder recorder = new Recorder(EventSink.of(writer), null);
      Stamp start = new Stamp(1, 1);
      recorder.accept(mpath.polled(start, start));
      ByteBuffer[] messages = {message("PATH_FAILED"), message("PATH_REINSTATED")};
      long least = Long.MAX_VALUE;
      int batch = 2000;
      for (int b = 0; b < 10; b++) {
        long before = threads.getThreadAllocatedBytes(self);
        for (int i = 0; i < batch; i++) {
          Stamp at = new Stamp(2L + i, 2L + i);
          recorder.accept(
              new Observation.UeventSeen(at, false, 0, 0, "", Bytes.of(messages[i & 1])));
        }
        least = Math.min(least, (threads.getThreadAllocatedBytes(self) - before) / batch);
      }
      assertEquals(10L * batch / 2, recorder.summary().byKind().get(Kind.PATH_FAILED));
      long bytes = least;
      assertTrue(bytes < MOST_BYTES, () -> bytes + " bytes an event");
      if (Boolean.getBoolean("dmrec.report")) {
        System.out.println("bytes allocated a path event: " + bytes);
      }
    }
  }

  private static ByteBuffer message(String action) {
    return Bytes.of(
            "change@/devices/virtual/block/dm-1\0ACTION=change\0"
                + "DEVPATH=/devices/virtual/block/dm-1\0SUBSYSTEM=block\0DM_TARGET=multipath\0"
                + "DM_ACTION="
                + action
                + "\0DM_SEQNUM=2\0DM_PATH=8:16\0DM_NR_VALID_PATHS=4\0DM_NAME=mpatha\0"
                + "DM_UUID=mpath-36001405aaaa0001\0MAJOR=254\0MINOR=1\0DEVNAME=dm-1\0"
                + "DEVTYPE=disk\0DISKSEQ=101\0SEQNUM=784\0")
        .buffer();
  }
}
