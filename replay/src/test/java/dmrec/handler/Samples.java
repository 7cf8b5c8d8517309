package dmrec.handler;

import dmrec.event.Bytes;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Source;
import dmrec.target.DevNo;
import dmrec.topology.Topology;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;

/** Events and contexts to feed handlers with. */
final class Samples {
  static final DeviceRef MPATHA =
      new DeviceRef(new DevNo(254, 0), 25, "mpatha", "mpath-3600a0980383034");

  private static final String UEVENT =
      "change@/devices/virtual/block/dm-0\0ACTION=change\0DEVPATH=/devices/virtual/block/dm-0\0"
          + "SUBSYSTEM=block\0DM_TARGET=multipath\0DM_ACTION=PATH_FAILED\0DM_SEQNUM=4\0"
          + "DM_PATH=8:16\0DM_NR_VALID_PATHS=3\0DM_NAME=mpatha\0SEQNUM=4711\0";

  private Samples() {}

  static EventRecord pathFailed(long seq) {
    return pathFailed(seq, UEVENT);
  }

  static EventRecord pathFailed(long seq, String evidence) {
    return record(
        seq, MPATHA, new DmEvent.PathFailed(new DevNo(8, 16), "sdb", 3, 4), Bytes.of(evidence));
  }

  static EventRecord record(long seq, DeviceRef device, DmEvent event, Bytes evidence) {
    return EventRecord.of(event)
        .seq(seq)
        .at(1_772_334_725_000_000_000L + seq, 1_000_000_000L + seq)
        .source(Source.UEVENT)
        .device(device)
        .evidence(evidence)
        .build();
  }

  /** A context whose output is kept. */
  static final class Output {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    ReplayContext context() {
      return Samples.context(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    }

    String text() {
      return bytes.toString(StandardCharsets.UTF_8);
    }
  }

  static ReplayContext context(PrintStream out) {
    return new ReplayContext(
        new Topology(),
        Clock.systemUTC(),
        new JournalIdentity("journal", "host", "boot", "6.1", 1),
        out);
  }

  static String message(Throwable e) {
    return String.valueOf(e.getMessage());
  }

  static ReplaySummary summary(long events, long failures) {
    return new ReplaySummary(events, failures, 1, events, 0, 0);
  }
}
