package dmrec.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.cli.host.Host;
import dmrec.cli.host.JournalOption;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.KernelText;
import dmrec.event.Source;
import dmrec.journal.JournalWriter;
import dmrec.target.DevNo;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-03-01T03:00:10Z"), ZoneOffset.UTC);
  private static final long T0 = 1_772_334_000_000_000_000L;

  @TempDir @Nullable Path folder;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeEach
  void writeJournal() throws IOException {
    DeviceRef device = new DeviceRef(new DevNo(254, 0), 25, "my\\x20disk", "");
    try (JournalWriter writer = JournalWriter.open(journal())) {
      append(writer, device, new DmEvent.DeviceCreated(false, false));
      append(writer, device, new DmEvent.CountersChanged(1, 2, 128));
      append(writer, device, new DmEvent.PathFailed(new DevNo(8, 16), "sdb", 1, 1));
    }
  }

  @Test
  void printsTheVersion() {
    assertEquals(0, run("--version"));
    assertTrue(out().startsWith("dmrec "), out());
  }

  @Test
  void printsEventsOnStdoutAndWhatIsHiddenOnStderr() {
    assertEquals(0, run("log"));

    assertEquals(2, out().lines().count(), out());
    assertTrue(out().contains(" my\\x20disk "), out());
    assertEquals("dmrec: 1 uevents and counters are not shown; --all shows them too\n", err());
  }

  @Test
  void printsEveryEventAsOneJsonObjectALine() {
    assertEquals(0, run("log", "--output", "json"));

    assertEquals(3, out().lines().count(), out());
    assertTrue(out().lines().allMatch(line -> line.startsWith("{\"seq\":")), out());
    assertEquals("", err());
  }

  @Test
  void takesTimesThatLookLikeOptions() {
    assertEquals(0, run("log", "--since", "-8s", "--all"));

    assertEquals(2, out().lines().count(), out());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "lgo",
        "--foo",
        "log --foo",
        "log --kind nothing",
        "log -n -1",
        "log -n x",
        "log --output xml",
        "tree a b",
        "dmsetup",
        "dmsetup table -m 3",
        "dmsetup nothing"
      })
  void answersWrongUsageWithOneLineAndTwo(String line) {
    assertEquals(2, run(line.isEmpty() ? new String[0] : line.split(" ", -1)), err());

    assertEquals("", out());
    assertEquals(1, err().lines().count(), err());
    assertTrue(err().startsWith("dmrec: "), err());
  }

  @Test
  void pointsAtWhatIsWrongWithATime() {
    assertEquals(2, run("tree", "--at", "14:62"));

    assertEquals("dmrec: --at: '14:62' is no time: minutes go to 59\n  14:62\n     ^\n", err());
  }

  @Test
  void answersAJournalThatIsNotThereWithOneLineAndOne() {
    assertEquals(1, run("log", "-j", journal().resolve("none").toString()));

    assertEquals(1, err().lines().count(), err());
    assertFalse(err().contains("Exception"), err());
  }

  @Test
  void saysSoWhereNothingIsKnownYet() {
    assertEquals(1, run("tree", "--at", "2026-02-01"));

    assertTrue(err().contains("begins at 2026-03-01T03:00:01.000000000Z"), err());
  }

  @Test
  void drawsOneDeviceByTheNameThatDmsetupShows() {
    assertEquals(0, run("tree", "my disk"), err());
    assertTrue(out().contains("254:0"), out());

    assertEquals(1, run("tree", "other"));
    assertTrue(err().contains("there is no device or disk 'other'"), err());
  }

  @Test
  void endsInSilenceWhereTheReaderHasSeenEnough() {
    assertEquals(0, run(failing("Broken pipe"), "log"));

    assertFalse(err().contains("pipe"), err());
  }

  @Test
  void failsWhereTheOutputCannotBeWritten() {
    assertEquals(1, run(failing("No space left on device"), "info"));

    assertEquals("dmrec: input or output failed: No space left on device\n", err());
  }

  @Test
  void findsTheJournalWhereTheEnvironmentSays() {
    assertEquals(Path.of("/var/lib/dmrec"), JournalOption.defaultPath(host(out, Map.of(), true)));
    assertEquals(
        Path.of("/j"), JournalOption.defaultPath(host(out, Map.of("DMREC_JOURNAL", "/j"), true)));
    assertEquals(
        Path.of("/state/dmrec"),
        JournalOption.defaultPath(host(out, Map.of("XDG_STATE_HOME", "/state"), false)));
    assertEquals(
        Path.of("/home/u/.local/state/dmrec"),
        JournalOption.defaultPath(
            host(out, Map.of("HOME", "/home/u", "XDG_STATE_HOME", "relative"), false)));
  }

  @Test
  void takesArgumentsByteByByte() {
    byte[] commandLine = KernelText.encode("java\0-cp\0x\0log\0--device\0a\udcff\0\0");

    assertEquals(
        List.of("log", "--device", "a\udcff", ""),
        RawArguments.last(new String[] {"log", "--device", "a\ufffd", ""}, commandLine));
  }

  private int run(String... args) {
    return run(out, args);
  }

  private int run(OutputStream to, String... args) {
    return Main.run(host(to, Map.of("DMREC_JOURNAL", journal().toString()), false), List.of(args));
  }

  private Host host(OutputStream to, Map<String, String> env, boolean root) {
    PrintStream errors = new PrintStream(err, true, StandardCharsets.UTF_8);
    return new Host(to, errors, env, CLOCK, root, false, false, 0, true);
  }

  private static OutputStream failing(String message) {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        throw new IOException(message);
      }
    };
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private Path journal() {
    if (folder == null) {
      throw new IllegalStateException("no folder");
    }
    return folder.resolve("journal");
  }

  private static void append(JournalWriter writer, DeviceRef device, DmEvent event)
      throws IOException {
    long seq = writer.lastSeq() + 1;
    writer.append(
        EventRecord.of(event)
            .seq(seq)
            .at(T0 + seq * 1_000_000_000L, seq)
            .source(Source.UEVENT)
            .device(device)
            .build());
  }
}
