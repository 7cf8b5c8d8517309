package dmrec.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dmrec.event.Bytes;
import dmrec.event.Kind;
import dmrec.event.PathEvent;
import dmrec.journal.JournalWriter;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AllocationTest {
  /** Fewer than a seal has. */
  private static final int BATCH = 200;

  private static final int BATCHES = 500;

  @TempDir private Path folder = Path.of("");

  /** But for the seals and checkpoints between them. */
  @Test
  void aPathEventAllocatesNothingOnItsWayToTheJournal() throws Exception {
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
      PathEvent event = new PathEvent();
      long least = Long.MAX_VALUE;
      for (int b = 0; b < BATCHES; b++) {
        long before = threads.getThreadAllocatedBytes(self);
        for (int i = 0; i < BATCH; i++) {
          assertTrue(event.read(messages[i & 1]));
          event.received(2L + i, 2L + i, null);
          assertTrue(recorder.accept(event));
        }
        least = Math.min(least, threads.getThreadAllocatedBytes(self) - before);
      }
      assertEquals(BATCHES * BATCH / 2L, recorder.summary().byKind().get(Kind.PATH_FAILED));
      assertEquals(0, least);
    }
  }

  private static ByteBuffer message(String action) {
    return Bytes.of(
            "change@/devices/virtual/block/dm-1\0ACTION=change\0"
                + "DEVPATH=/devices/virtual/block/dm-1\0SUBSYSTEM=block\0DM_TARGET=multipath\0"
                + "DM_ACTION="
                + action
                + "\0DM_SEQNUM=2\0DM_PATH=8:16\0DM_NR_VALID_PATHS=4\0DM_NAME=mpatha\0"
                + "DM_UUID=T-mpatha\0MAJOR=254\0MINOR=1\0DEVNAME=dm-1\0"
                + "DEVTYPE=disk\0DISKSEQ=101\0SEQNUM=784\0")
        .buffer();
  }
}
