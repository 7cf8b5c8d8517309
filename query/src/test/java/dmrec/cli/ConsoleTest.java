package dmrec.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.cli.host.Host;
import dmrec.console.Console;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.KernelText;
import dmrec.event.Source;
import dmrec.journal.JournalWriter;
import dmrec.target.DevNo;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The console without a terminal, over a recorded failover. */
class ConsoleTest {
  @TempDir static @Nullable Path recorded;
  @TempDir @Nullable Path folder;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeAll
  static void recordTheFailover() throws IOException {
    Demo.record(failover());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "show; 153",
        "first; 1",
        "last; 153",
        "at #51; 51",
        "at 09:52:15.297277760; 51",
        "at 09:52:15.297277759; 50",
        "at 2026-11-22 09:52; 37",
        "at -26s; 121",
        "first path_failed; 51",
        "last path_failed; 117",
        "last kind = path_failed and device = mpatha; 117",
        "at #51 ! next; 52",
        "at #51 ! next path_failed; 57",
        "at #51 ! back; 45",
        "at #51 ! back --all; 50",
        "at #52 ! next; 57",
        "at #52 ! next --all; 53",
        "at #57 ! back path_failed ! back path_failed; 51",
        "at #51 ! next device = data-home; 84",
        "at #57 ! bookmark worst ! first ! at worst; 57",
        "at #57 ! back uevent; 56"
      })
  void movesTo(String lines, long seq) throws IOException {
    String[] all = lines.split(" ! ", -1);
    run(String.join("\n", all) + "\n");

    out.reset();
    run(String.join("\n", all) + "\nshow\n");

    List<String> shown = out().lines().toList();
    assertTrue(shown.get(shown.size() - 1).contains("  #" + seq + " "), out() + err());
  }

  @Test
  void staysWhereItIsWhenThereIsNothingToMoveTo() throws IOException {
    assertEquals(1, run("next\nat #999\nfirst\nback\nat 2026-11-01\nat 99:99\nshow\n"));

    assertEquals(2, out().lines().count(), out());
    assertTrue(out().lines().allMatch(line -> line.contains("  #1 ")), out());
    assertEquals(
        List.of(
            "dmrec: no event behind #153",
            "dmrec: there is no #999; the record before is #153",
            "dmrec: no event before #1",
            "dmrec: nothing is known of that time: the journal begins at"
                + " 2026-11-22T09:51:19.556015260Z"),
        err().lines().limit(4).toList());
  }

  @Test
  void asksEveryCommandAtTheMoment() throws IOException {
    run("at #51\ntree\ndmsetup status mpatha\ntree --at last mpatha\n");
    String inConsole = out();
    out.reset();
    run("at #51\n");
    ask("tree", "--at", "#51");
    ask("dmsetup", "status", "mpatha", "--at", "#51");
    ask("tree", "mpatha");

    assertEquals(out(), inConsole, err());
    assertTrue(inConsole.contains("3 of 4 paths valid"), inConsole);
  }

  @Test
  void tellsOfTheWholeJournalWhereACommandIsAboutNoMoment() throws IOException {
    run("at #51\nhistory data-home\nstats\n");
    String inConsole = out();
    out.reset();
    run("at #51\n");
    ask("history", "data-home");
    ask("stats");

    assertEquals(out(), inConsole, err());
  }

  @Test
  void readsTimesInCommandsAsSeenFromTheMoment() throws IOException {
    assertEquals(0, run("at #51\nlog --since -1s --until now\n"), err());

    assertEquals(2, out().lines().count(), out());
    assertTrue(out().lines().allMatch(line -> line.contains("#51")), out());
  }

  @Test
  void takesItsMomentForItsOwnJournalOnly() throws IOException {
    Path other = Objects.requireNonNull(folder).resolve("other");
    Demo.record(other);

    run("at #1\ntree -j '" + other + "' mpatha\n");

    assertTrue(out().contains("4 of 4 paths valid"), out() + err());
  }

  @Test
  void pipesAndRedirectsWhatACommandPrints() throws IOException {
    Path file = Objects.requireNonNull(folder).resolve("a file");

    assertEquals(
        0,
        run(
            "log --kind path_failed | grep -c 'path 8:16' | sed 's/^/failed /'\n"
                + ("first > '" + file + "'\n")
                + ("at #51 >> '" + file + "'\n")
                + "log | head -n 1\n"),
        err());

    assertTrue(out().startsWith("failed 2\n"), out());
    assertEquals(2, out().lines().count(), out());
    assertEquals(2, Files.readString(file).lines().count());
  }

  @Test
  void goesOnBehindALineThatFailsAndTellsInTheEnd() throws IOException {
    assertEquals(
        1, run("nothing\nlogg\nlog --foo\ntree 'x\ntree > /no/such/folder\n# a comment\n\nshow\n"));

    assertEquals(1, out().lines().count(), out());
    assertEquals(5, err().lines().count(), err());
    assertTrue(err().contains("did you mean log?"), err());
    assertTrue(err().lines().allMatch(line -> line.startsWith("dmrec: ")), err());
  }

  @Test
  void runsTheWatchedCommandBehindEachMove() throws IOException {
    run("watch tree mpatha | grep valid\nat #51\nat #57\nshow\nwatch off\nlast\n");

    assertEquals(3, out().lines().filter(line -> line.contains("paths valid")).count(), out());
  }

  @Test
  void endsWithQuitAndLeavesTheRestUnread() throws IOException {
    assertEquals(0, run("quit\nnothing\n"));
    assertEquals("", out() + err());
  }

  @Test
  void seesWhatIsRecordedMeanwhile() throws IOException {
    Path journal = Objects.requireNonNull(folder).resolve("live");
    DeviceRef device = new DeviceRef(new DevNo(254, 0), 1, "vg-lv", "");
    try (JournalWriter writer = JournalWriter.open(journal)) {
      append(writer, device, new DmEvent.DeviceCreated(false, false));
      // The second line is read when the first has run.
      ByteArrayInputStream lines =
          new ByteArrayInputStream("last\nlast\nback\nnext\n".getBytes(StandardCharsets.UTF_8)) {
            private boolean appended;

            @Override
            public synchronized int available() {
              return 0;
            }

            @Override
            public synchronized int read(byte[] to, int offset, int length) {
              if (!appended) {
                appended = true;
                return super.read(to, offset, 5);
              }
              try {
                append(writer, device, new DmEvent.DeviceSuspended(false));
              } catch (IOException e) {
                throw new IllegalStateException(e);
              }
              return super.read(to, offset, length);
            }
          };
      Host host = host(Map.of());
      ConsoleCommands.onStream(host, journal, ZoneOffset.UTC, lines, false);
    }

    List<String> shown = out().lines().toList();
    assertEquals(4, shown.size(), out() + err());
    assertTrue(shown.get(0).contains("#1 "), out());
    assertTrue(shown.get(1).contains("device_suspended"), out());
    assertTrue(shown.get(3).contains("device_suspended"), out());
  }

  @Test
  void opensAJournalThatHoldsNothingYet() throws IOException {
    Path journal = Objects.requireNonNull(folder).resolve("empty");
    JournalWriter.open(journal).close();

    assertEquals(1, runOn(journal, "show\nnext\n"));

    assertFalse(err().contains("defect"), err());
  }

  @Test
  void showsNoNameThatATerminalWouldObey() throws IOException {
    Path journal = Objects.requireNonNull(folder).resolve("hostile");
    List<String> names =
        List.of("\u001b[2J\u001b]0;x\u0007", "a\nb", "rtl\u202egnp", "sp ace\"q", "\udcff\r");
    try (JournalWriter writer = JournalWriter.open(journal)) {
      for (String name : names) {
        DeviceRef device =
            new DeviceRef(new DevNo(254, (int) writer.lastSeq()), writer.lastSeq() + 1, name, name);
        append(writer, device, new DmEvent.DeviceCreated(false, false));
      }
    }
    StringBuilder lines = new StringBuilder("first\nnext\nnext\nnext\nnext\nshow -v\nlog\ntree\n");
    for (String name : names) {
      lines.append("tree ").append(dmrec.query.Names.quoted(name)).append('\n');
    }
    lines.append("tree \t\t\ndmsetup info\nlog --output json -n 2\nquit\n");

    ByteArrayOutputStream screen = new ByteArrayOutputStream();
    Host host = host(Map.of("NO_COLOR", "1"));
    Console.onDumbTerminal(
        ConsoleCommands.settings(host, journal, ZoneOffset.UTC),
        new ConsoleCommands(host, ZoneOffset.UTC),
        new ByteArrayInputStream(lines.toString().getBytes(StandardCharsets.UTF_8)),
        screen);

    String text = KernelText.decode(screen.toByteArray());
    assertFalse(text.contains("\u001b[2J"), KernelText.printable(text));
    assertFalse(text.contains("\u001b]"), KernelText.printable(text));
    assertFalse(text.contains("\u202e"), text);
    assertFalse(text.chars().anyMatch(c -> c >= 0xdc80 && c <= 0xdcff), text);
    assertFalse(text.contains("there is no device"), text);
  }

  private static void append(JournalWriter writer, DeviceRef device, DmEvent event)
      throws IOException {
    long seq = writer.lastSeq() + 1;
    writer.append(
        EventRecord.of(event)
            .seq(seq)
            .at(1_772_334_000_000_000_000L + seq, seq)
            .source(Source.DM)
            .device(device)
            .build());
  }

  private int run(String lines) throws IOException {
    return runOn(failover(), lines);
  }

  private int runOn(Path journal, String lines) throws IOException {
    return ConsoleCommands.onStream(
        host(Map.of()),
        journal,
        ZoneOffset.UTC,
        new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8)),
        false);
  }

  private void ask(String... args) {
    List<String> words = new ArrayList<>(List.of(args));
    Main.run(host(Map.of("DMREC_JOURNAL", failover().toString())), words);
  }

  private Host host(Map<String, String> env) {
    return Hosts.piped(out, err, env, Clock.systemUTC());
  }

  private static Path failover() {
    return Objects.requireNonNull(recorded).resolve("failover");
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }
}
