package dmrec.record;

import dmrec.event.Bytes;
import dmrec.event.Source;
import dmrec.kernel.KernelException;
import dmrec.kernel.KernelLog;
import java.io.IOException;

/** What device-mapper writes to the kernel log. One thread. */
final class KernelLogSource implements AutoCloseable {
  /** A flood of lines must not keep the rest from being read. */
  private static final int RECORDS_A_TURN = 8192;

  private final KernelLog log;
  private long lastSeq = -1;
  private boolean isFailing;

  /** The last moment at which nothing was left to read. */
  private Stamp quiet;

  KernelLogSource(KernelLog log, Stamp opened) {
    this.log = log;
    this.quiet = opened;
  }

  /** Whether the log could not be read last; its descriptor may poll readable all the same. */
  boolean isFailing() {
    return isFailing;
  }

  /** Reads what was written so far; of a flood, a part. */
  void read(Intake to) throws IOException {
    for (int i = 0; i < RECORDS_A_TURN; i++) {
      KernelLog.Received received;
      try {
        received = log.receive();
      } catch (KernelException e) {
        if (!isFailing) {
          isFailing = true;
          to.accept(
              new Observation.Lost(
                  to.stamp(), quiet, Source.KMSG, -1, String.valueOf(e.getMessage())));
        }
        return;
      }
      isFailing = false;
      if (received == KernelLog.Received.NONE) {
        quiet = to.stamp();
        return;
      }
      if (received == KernelLog.Received.MESSAGE) {
        record(to, Bytes.of(log.message()));
      } else if (lastSeq < 0) {
        // No record was read yet from whose number the loss could be counted.
        lost(to, -1);
      }
    }
  }

  private void record(Intake to, Bytes record) throws IOException {
    long seq = LogSequence.of(record);
    if (lastSeq >= 0 && seq > lastSeq + 1) {
      lost(to, seq - lastSeq - 1);
    }
    lastSeq = seq >= 0 ? seq : lastSeq;
    if (LogSequence.isDeviceMapper(record)) {
      to.accept(new Observation.LogRead(to.stamp(), record));
    }
  }

  private void lost(Intake to, long count) throws IOException {
    to.acceptLoss(
        new Observation.Lost(
            to.stamp(),
            quiet,
            Source.KMSG,
            count,
            "the kernel log was overwritten before it was read"));
  }

  @Override
  public void close() {
    log.close();
  }
}
