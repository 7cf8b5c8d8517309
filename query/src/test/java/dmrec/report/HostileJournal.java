package dmrec.report;

import dmrec.event.Actor;
import dmrec.event.Bytes;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Source;
import dmrec.journal.JournalOptions;
import dmrec.journal.JournalWriter;
import dmrec.target.DevNo;
import dmrec.target.Target;
import dmrec.topology.Topology;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A small journal in which every text that somebody else chooses is the same one. */
final class HostileJournal {
  static final long T0 = 1_772_334_725_000_000_000L;
  private static final DevNo DISK = new DevNo(8, 16);

  private final JournalWriter writer;
  private long seq;

  private HostileJournal(JournalWriter writer) {
    this.writer = writer;
  }

  static void write(Path folder, String text) throws IOException {
    try (JournalWriter writer =
        JournalWriter.begin(folder, JournalOptions.usual(), new Topology())) {
      new HostileJournal(writer).writeAll(text);
      writer.sync();
    }
  }

  private void writeAll(String text) throws IOException {
    DeviceRef device = new DeviceRef(new DevNo(254, 0), 25, text, "mpath-" + text);
    add(
        DeviceRef.NONE,
        new DmEvent.RecordingStarted(
            text, text, text, text, text, List.of(text), 1_000_000_000L, text, "", "", 0));
    add(DeviceRef.NONE, new DmEvent.DiskAdded(DISK, text, text, text, 131072, ""));
    add(device, new DmEvent.DeviceCreated(false, false));
    add(
        device,
        new DmEvent.TableLive(
            List.of(
                new Target(
                    0,
                    131072,
                    "multipath",
                    "0 0 1 1 round-robin 0 1 1 8:16 1",
                    "2 0 0 0 1 1 A 0 1 0 8:16 A 0"),
                new Target(131072, 8, text, text, text)),
            List.of(DISK),
            false));
    add(device, new DmEvent.PathFailed(DISK, text, 0, 1));
    add(device, new DmEvent.StatusChanged(1, text, text, text));
    add(device, new DmEvent.DeviceRenamed(text, text + "2"));
    add(
        new DeviceRef(new DevNo(254, 0), 25, text + "2", "mpath-" + text),
        new DmEvent.KernelMessage(text, 7, 3));
    add(DeviceRef.NONE, new DmEvent.Gap(text, 3, T0, T0 + 1_000_000_000L, text));
    add(DeviceRef.NONE, new DmEvent.RecordingStopped(text, 9, 0, 0));
  }

  private void add(DeviceRef device, DmEvent event) throws IOException {
    String text = device.name();
    EventRecord record =
        EventRecord.of(event)
            .seq(++seq)
            .at(T0 + seq * 1_000_000_000L, seq * 1_000_000_000L)
            .source(Source.UEVENT)
            .actor(new Actor(Actor.Relation.ASKED, 7, 7, 8, 0, 1000, text, text, 1, text, text))
            .device(device)
            .evidence(
                Bytes.of("change@/devices/virtual/block/dm-0\0DM_NAME=" + device.name() + "\0"))
            .build();
    writer.append(record);
  }
}
