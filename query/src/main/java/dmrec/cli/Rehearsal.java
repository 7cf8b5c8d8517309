package dmrec.cli;

import dmrec.cli.host.Host;
import dmrec.console.Console;
import dmrec.event.Bytes;
import dmrec.event.DeviceRef;
import dmrec.event.DeviceState;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.journal.JournalOptions;
import dmrec.journal.JournalWriter;
import dmrec.target.DevNo;
import dmrec.target.Target;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;

/**
 * Runs what a user often runs, so that the build can archive the classes that needs.
 *
 * <p>Argument: a folder to work in.
 */
final class Rehearsal {
  private static final long T0 = 1_772_334_725_123_456_789L;
  private static final DeviceRef DEVICE =
      new DeviceRef(new DevNo(254, 0), 25, "mpatha", "mpath-3600a");

  private Rehearsal() {}

  public static void main(String[] args) throws IOException {
    Path journal = Path.of(args[0], "journal");
    try (JournalWriter writer = JournalWriter.open(journal, JournalOptions.usual().inAnyFolder())) {
      for (EventRecord record : records()) {
        writer.append(record);
      }
    }
    Demo.record(Path.of(args[0], "recorded"));
    String path = journal.toString();
    for (String command :
        List.of(
            "--version",
            "--help",
            "log -v",
            "log --utc -n 5",
            "log --since 2026-03-01T00:00Z --device mpatha",
            "log --output json",
            "tree --at #5",
            "dmsetup table",
            "dmsetup status",
            "dmsetup info -c",
            "dmsetup ls --tree",
            "info")) {
      rehearse(List.of(command.split(" ", -1)), path);
    }
    rehearseConsole(journal);
  }

  private static void rehearseConsole(Path journal) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream err = new PrintStream(out, true, StandardCharsets.UTF_8);
    ZoneId zone = ZoneId.systemDefault();
    Host host = new Host(out, err, Map.of(), Clock.system(zone), false, true, true, 99, true);
    String lines = "first\nnext path_failed\nback\ntree --at #3\nlog | cat\ntr\t m\t\nhelp\n";
    Console.onDumbTerminal(
        ConsoleCommands.settings(host, journal, zone),
        new ConsoleCommands(host, zone),
        new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8)),
        out);
  }

  private static void rehearse(List<String> command, String journal) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream err = new PrintStream(out, true, StandardCharsets.UTF_8);
    Clock clock = Clock.fixed(Instant.ofEpochSecond(T0 / 1_000_000_000L), ZoneId.systemDefault());
    Map<String, String> env = Map.of("DMREC_JOURNAL", journal);
    Host host = new Host(out, err, env, clock, false, true, false, 120, true);
    int code = Main.run(host, command);
    if (code != 0) {
      System.err.println(
          command + " ended with " + code + ": " + out.toString(StandardCharsets.UTF_8));
      System.exit(1);
    }
  }

  private static List<EventRecord> records() {
    Target target =
        new Target(
            0,
            2097152,
            "multipath",
            "0 0 1 1 round-robin 0 2 1 8:16 100 8:32 100",
            "2 0 0 0 1 1 A 0 2 0 8:16 A 0 8:32 A 0");
    List<DevNo> paths = List.of(new DevNo(8, 16), new DevNo(8, 32));
    return List.of(
        record(
            1,
            DeviceRef.NONE,
            new DmEvent.RecordingStarted(
                "boot",
                "6.1",
                "4.47.0",
                "1",
                "host",
                List.of("uevent"),
                1_000_000_000L,
                "read",
                "",
                "",
                0)),
        record(
            2, DeviceRef.NONE, new DmEvent.DiskBaseline(paths.get(0), "sdb", "naa.5", "", 64, "")),
        record(
            3,
            DEVICE,
            new DmEvent.Baseline(
                new DeviceState(
                    false,
                    false,
                    false,
                    false,
                    0,
                    1,
                    128,
                    true,
                    List.of(target),
                    false,
                    List.of(),
                    paths))),
        record(4, DEVICE, new DmEvent.PathFailed(paths.get(0), "sdb", 1, 1)),
        record(5, DEVICE, new DmEvent.PathReinstated(paths.get(0), "sdb", 2, 2)),
        record(6, DEVICE, new DmEvent.TableLive(List.of(target), paths, false)),
        record(7, DeviceRef.NONE, new DmEvent.RecordingStopped("signal", 7, 0, 0)));
  }

  private static EventRecord record(long seq, DeviceRef device, DmEvent event) {
    return EventRecord.of(event)
        .seq(seq)
        .at(T0 + seq, seq)
        .device(device)
        .evidence(Bytes.of("EVIDENCE"))
        .build();
  }
}
