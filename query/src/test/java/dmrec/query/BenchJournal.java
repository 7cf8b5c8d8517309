package dmrec.query;

import dmrec.event.Bytes;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Source;
import dmrec.journal.JournalOptions;
import dmrec.journal.JournalWriter;
import dmrec.journal.SealPolicy;
import dmrec.journal.SyncPolicy;
import dmrec.target.DevNo;
import dmrec.target.Target;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** A journal to measure with: many maps whose paths fail and come back. */
public final class BenchJournal {
  static final long T0 = 1_772_334_725_000_000_000L;

  /** Usual time between two events, in nanoseconds. */
  public static final long STEP_NS = 20_000_000L;

  static final int MAPS = 64;

  private BenchJournal() {}

  static DeviceRef map(int i) {
    return new DeviceRef(
        new DevNo(254, i), i + 1, "mpath" + i, "mpath-3600508b40010" + (100_000 + i));
  }

  private static EventRecord record(
      long i, long stepNs, DeviceRef device, DmEvent event, Bytes evidence) {
    return EventRecord.of(event)
        .seq(i)
        .at(T0 + i * stepNs, i * stepNs)
        .source(Source.UEVENT)
        .device(device)
        .evidence(evidence)
        .build();
  }

  /**
   * 64 multipath devices of four paths; one of them fails a path once a minute, the others always.
   */
  public static void write(Path journal, long count, long stepNs) throws IOException {
    JournalOptions options = JournalOptions.usual().with(SyncPolicy.OS).with(SealPolicy.DEFAULT);
    try (JournalWriter writer = JournalWriter.open(journal, options)) {
      long seq = 1;
      for (int i = 0; i < MAPS; i++, seq++) {
        writer.append(
            record(seq, stepNs, map(i), new DmEvent.DeviceCreated(false, false), Bytes.NONE));
      }
      for (int i = 0; i < MAPS; i++, seq++) {
        List<DevNo> paths = new ArrayList<>();
        StringBuilder status = new StringBuilder("2 0 0 0 1 1 A 0 4 2 ");
        for (int p = 0; p < 4; p++) {
          paths.add(new DevNo(8, (i * 4 + p) * 16));
          status.append(paths.get(p)).append(" A 0 0 1 ");
        }
        Target target = new Target(0, 2_097_152, "multipath", "", status.toString());
        writer.append(
            record(
                seq,
                stepNs,
                map(i),
                new DmEvent.TableLive(List.of(target), paths, false),
                Bytes.NONE));
      }
      SplittableRandom random = new SplittableRandom(1);
      for (; seq <= count; seq++) {
        boolean rare = seq % 3000 == 0;
        int device = rare ? MAPS - 1 : random.nextInt(MAPS - 1);
        DevNo path = new DevNo(8, (device * 4 + random.nextInt(4)) * 16);
        boolean failed = random.nextBoolean();
        DmEvent event =
            failed
                ? new DmEvent.PathFailed(path, "sdb", 3, seq)
                : new DmEvent.PathReinstated(path, "sdb", 4, seq);
        Bytes evidence =
            Bytes.of(
                ("change@/devices/virtual/block/dm-"
                        + device
                        + "\0ACTION=change\0DM_TARGET=multipath"
                        + "\0DM_ACTION=PATH_FAILED\0DM_SEQNUM="
                        + seq
                        + "\0DM_PATH="
                        + path
                        + "\0DM_NR_VALID_PATHS=3\0DM_NAME=mpath"
                        + device
                        + "\0SEQNUM="
                        + seq)
                    .getBytes(StandardCharsets.US_ASCII));
        writer.append(record(seq, stepNs, map(device), event, evidence));
      }
    }
  }
}
