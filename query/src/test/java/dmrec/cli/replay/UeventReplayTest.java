package dmrec.cli.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.cli.Hosts;
import dmrec.cli.Main;
import dmrec.cli.Needs;
import dmrec.cli.host.Host;
import dmrec.event.Bytes;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventJson;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.event.Mark;
import dmrec.event.Source;
import dmrec.journal.ForkedJava;
import dmrec.journal.JournalWriter;
import dmrec.journal.Journals;
import dmrec.target.DevNo;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Recorded uevents, replayed to real listeners in a namespace of their own. */
@Timeout(300)
class UeventReplayTest {
  private static final int MANY = 100_000;
  private static final long T0 = 1_772_334_725_000_000_000L;
  private static final DeviceRef DEVICE = new DeviceRef(new DevNo(254, 0), 25, "mpatha", "mpath-1");

  @TempDir private static Path shared = Path.of("");
  @TempDir private Path folder = Path.of("");

  @BeforeAll
  static void needsNamespaces() throws Exception {
    Needs.namespaces();
  }

  // The closed loop.

  static Stream<Path> samples() throws IOException {
    Path samples = Path.of(System.getProperty("dmrec.root", ".."), "samples");
    List<Path> all = new ArrayList<>();
    for (String folder : List.of("captures", "journals")) {
      try (Stream<Path> files = Files.list(samples.resolve(folder))) {
        files.filter(file -> file.toString().endsWith(".ndjson")).sorted().forEach(all::add);
      }
    }
    return all.stream();
  }

  @ParameterizedTest
  @MethodSource("samples")
  void aRecordingOfTheReplayHoldsTheSameUeventsInTheSameOrder(Path sample) throws Exception {
    Path first = journal(sample);
    Path second = folder.resolve("second");
    String record =
        ShellWords.join(java("record", "--uevents-only", "--no-kernel-log", "-j", second + ""));

    String err = replay(0, first, "--into", "uevent", "--only-recorded", "--run", "exec " + record);

    List<EventRecord> sent = uevents(first);
    List<EventRecord> heard = uevents(second);
    assertTrue(sent.size() > 30, err);
    assertEquals(
        sent.stream().map(UeventReplayTest::payload).toList(),
        heard.stream().map(UeventReplayTest::payload).toList(),
        err);
    for (int i = 0; i < sent.size(); i++) {
      EventRecord again = heard.get(i);
      assertTrue(Mark.INJECTED.isIn(again.marks()), () -> EventJson.write(again));
      assertEquals(kindOnceInjected(sent.get(i)), again.kind(), () -> EventJson.write(again));
      assertEquals(sent.get(i).device().dev(), again.device().dev());
    }
    assertTrue(err.contains("sent " + sent.size() + " recorded uevents through the kernel"), err);
  }

  /**
   * An injected message ends no life, so that its removal stays a trace; and where the first
   * recording had seen a path's change before its uevent came, the second one had not.
   */
  private static Kind kindOnceInjected(EventRecord record) {
    String text = record.evidence().text();
    if (text.contains("\0DM_ACTION=PATH_FAILED\0")) {
      return Kind.PATH_FAILED;
    }
    if (text.contains("\0DM_ACTION=PATH_REINSTATED\0")) {
      return Kind.PATH_REINSTATED;
    }
    return record.kind() == Kind.DEVICE_REMOVED ? Kind.UEVENT : record.kind();
  }

  private static List<EventRecord> uevents(Path journal) throws IOException {
    List<EventRecord> uevents = new ArrayList<>();
    for (EventRecord next : Journals.events(journal)) {
      if (next.source() == Source.UEVENT && next.kind() != Kind.DEVICE_CREATED) {
        uevents.add(next);
      }
    }
    return uevents;
  }

  private static String payload(EventRecord record) {
    return record.evidence().text().replaceAll("(?<=\0)SEQNUM=\\d+\0", "");
  }

  private Path journal(Path sample) throws IOException {
    Path journal = folder.resolve("first");
    if (sample.toString().endsWith(".events.ndjson")) {
      try (JournalWriter writer = JournalWriter.open(journal)) {
        for (String line : Files.readAllLines(sample)) {
          writer.append(EventJson.read(line));
        }
      }
    } else {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      Host host = Hosts.piped(out, out, Map.of(), Clock.systemUTC());
      List<String> record = List.of("record", "--from", sample + "", "-j", journal + "");
      assertEquals(0, Main.run(host, record), () -> out.toString(StandardCharsets.UTF_8));
    }
    return journal;
  }

  // All of 100,000, as fast as they are taken.

  @Test
  void everyListenerOfTheKernelSeesEveryOneOfManyUevents() throws Exception {
    Needs.programs("udevadm");
    String listener = compiled();
    Path udevadm = folder.resolve("udevadm");
    Path libudev = folder.resolve("libudev");

    String err =
        replay(
            0,
            many(),
            "--into",
            "uevent",
            "--run",
            "udevadm monitor --kernel --property >"
                + udevadm
                + " & "
                + listener
                + " kernel >"
                + libudev
                + " & wait");

    assertSent(err, "through the kernel (2 listeners)");
    assertEveryOne(udevadm, libudev);
  }

  @Test
  void everyListenerOfUdevSeesEveryOneOfManyUevents() throws Exception {
    Needs.programs("udevadm");
    String listener = compiled();
    Path udevadm = folder.resolve("udevadm");
    Path libudev = folder.resolve("libudev");

    String err =
        replay(
            0,
            many(),
            "--into",
            "udev",
            "--run",
            "udevadm monitor --udev --property >"
                + udevadm
                + " & "
                + listener
                + " udev >"
                + libudev
                + " & wait");

    assertSent(err, "to udev's listeners (2 listeners)");
    assertEveryOne(udevadm, libudev);
    try (Stream<String> lines = Files.lines(libudev)) {
      assertTrue(lines.filter(line -> line.contains(" PATH_FAILED ")).allMatch(this::hasOwnSeqnum));
    }
  }

  private boolean hasOwnSeqnum(String line) {
    String[] words = line.split(" ", -1);
    return Long.parseLong(words[1]) == Long.parseLong(words[3]) + 1000;
  }

  private static void assertSent(String err, String how) {
    assertTrue(
        err.contains(
            "sent " + MANY / 2 + " recorded uevents and " + MANY / 2 + " synthesised " + how),
        err);
    assertFalse(err.contains("lost"), err);
  }

  /** Each of both kinds once and in order, by both listeners. */
  private static void assertEveryOne(Path udevadm, Path libudev) throws IOException {
    List<String> expected = new ArrayList<>(MANY);
    List<String> expectedWords = new ArrayList<>(MANY);
    for (int i = 1; i <= MANY; i++) {
      boolean recorded = i % 2 == 0;
      expected.add((recorded ? "DM_SEQNUM=" : "DMREC_SEQ=") + (i + 1));
      expectedWords.add(
          recorded ? "change PATH_FAILED " + (i + 1) + " -" : "change GROUP_SWITCHED - " + (i + 1));
    }
    try (Stream<String> lines = Files.lines(udevadm)) {
      assertEquals(
          expected,
          lines
              .filter(line -> line.startsWith("DM_SEQNUM=") || line.startsWith("DMREC_SEQ="))
              .toList());
    }
    try (Stream<String> lines = Files.lines(udevadm)) {
      assertEquals(MANY, lines.filter(line -> line.equals("DM_NAME=mpatha")).count());
    }
    try (Stream<String> lines = Files.lines(libudev)) {
      assertEquals(
          expectedWords, lines.map(line -> line.replaceFirst("^change \\d+", "change")).toList());
    }
  }

  /** Recorded uevents of failed paths and switched groups by turns; made once. */
  private static synchronized Path many() throws IOException {
    Path journal = shared.resolve("many");
    if (Files.exists(journal)) {
      return journal;
    }
    try (JournalWriter writer = JournalWriter.open(journal)) {
      DmEvent started =
          new DmEvent.RecordingStarted(
              "boot",
              "6.1",
              "4.47.0",
              "1",
              "host",
              List.of("uevent"),
              0,
              "receive time",
              "",
              "",
              0);
      writer.append(record(1, Source.RECORDER, DeviceRef.NONE, started, Bytes.NONE));
      DmEvent switched = new DmEvent.GroupSwitched(0, 1, 2, "2 0 0 0 2 2 E 0 1 0 8:16 F 1 A 0 1 0");
      for (int seq = 2; seq <= MANY + 1; seq++) {
        boolean recorded = seq % 2 == 1;
        writer.append(
            recorded
                ? record(
                    seq,
                    Source.UEVENT,
                    DEVICE,
                    new DmEvent.PathFailed(new DevNo(8, 16), "sdb", 1, seq),
                    Bytes.of(pathFailed(seq)))
                : record(seq, Source.DM, DEVICE, switched, Bytes.NONE));
      }
    }
    return journal;
  }

  private static EventRecord record(
      long seq, Source source, DeviceRef device, DmEvent event, Bytes evidence) {
    return EventRecord.of(event)
        .seq(seq)
        .at(T0 + seq, seq)
        .source(source)
        .device(device)
        .evidence(evidence)
        .build();
  }

  private static String pathFailed(int seq) {
    return String.join(
        "\0",
        "change@/devices/virtual/block/dm-0",
        "ACTION=change",
        "DEVPATH=/devices/virtual/block/dm-0",
        "SUBSYSTEM=block",
        "DM_TARGET=multipath",
        "DM_ACTION=PATH_FAILED",
        "DM_SEQNUM=" + seq,
        "DM_PATH=8:16",
        "DM_NR_VALID_PATHS=1",
        "DM_NAME=mpatha",
        "DM_UUID=mpath-1",
        "MAJOR=254",
        "MINOR=0",
        "DEVNAME=dm-0",
        "DEVTYPE=disk",
        "DISKSEQ=25",
        "SEQNUM=" + (seq + 1000),
        "");
  }

  /** The program that uses libudev. */
  private String compiled() throws Exception {
    Needs.programs("cc");
    Path source = folder.resolve("udev-listener.c");
    Path program = folder.resolve("udev-listener");
    try (InputStream in =
        Objects.requireNonNull(getClass().getResourceAsStream("/udev-listener.c"))) {
      Files.copy(in, source);
    }
    Process cc =
        new ProcessBuilder("cc", "-O1", "-o", program + "", source + "", "-l:libudev.so.1")
            .redirectErrorStream(true)
            .start();
    String said = new String(cc.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, cc.waitFor(), said);
    return program.toString();
  }

  // What goes wrong.

  @Test
  void saysWhichListenerLostHowManyWhereItDoesNotRead() throws Exception {
    String err = replay(0, many(), "--into", "udev", "--run", compiled() + " udev stuck");

    assertTrue(err.matches("(?s).*dmrec: udev-listener \\(pid \\d+\\) lost \\d+.*"), err);
    assertTrue(err.contains(" has not read all of them"), err);
  }

  @Test
  void whatReadsFromTheListenerHasTimeToPrintWhatItHolds() throws Exception {
    replay(
        0,
        many(),
        "--into",
        "uevent",
        "--to",
        "#101",
        "--run",
        compiled() + " kernel | sort -k 2n | tail -n 2");

    assertTrue(
        read(folder.resolve("out"))
            .matches("change \\d+ GROUP_SWITCHED - 100\nchange \\d+ PATH_FAILED 101 -\n"),
        read(folder.resolve("out")));
  }

  @Test
  void aProgramThatBelievesInTheDevicesCannotChangeDev() throws Exception {
    String err =
        replay(
            0,
            many(),
            "--into",
            "uevent",
            "--to",
            "#9",
            "--run",
            "touch /dev/of-long-ago; echo >/dev/null; exec " + compiled() + " kernel");

    assertTrue(err.contains("/dev/of-long-ago"), err);
    assertFalse(Files.exists(Path.of("/dev/of-long-ago")));
  }

  @Test
  void aProgramThatEndsBeforeItListensIsNamed() throws Exception {
    String err = replay(1, many(), "--into", "uevent", "--run", "exit 3");

    assertEquals(
        "dmrec: 'exit 3' ended with exit code 3 before it listened to the kernel's uevents\n", err);
  }

  @Test
  void aProgramThatDiesWhileItIsFedIsAFindingAndNothingOfItStays() throws Exception {
    Path pids = folder.resolve("pids");
    String err =
        replay(
            1,
            many(),
            "--into",
            "uevent",
            "--run",
            compiled()
                + " kernel | head -n 50 >/dev/null & setsid sleep 1000 & echo $! >"
                + pids
                + "; wait %1; exit 5");

    assertTrue(err.contains(" ended with exit code 5 "), err);
    assertGone(pids);
  }

  @Test
  void nothingStaysWhereTheOuterDmrecIsKilled() throws Exception {
    Path pids = folder.resolve("pids");
    Path heard = folder.resolve("heard");
    List<String> command =
        java(
            "replay",
            many().toString(),
            "--into",
            "uevent",
            "--rate",
            "50",
            "--run",
            "setsid sleep 1000 & echo $$ $! $PPID >"
                + pids
                + "; "
                + compiled()
                + " kernel >"
                + heard);
    Process outer =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("o").toFile())
            .start();
    try {
      while (outer.isAlive() && (!Files.exists(heard) || Files.size(heard) == 0)) {
        Thread.sleep(20);
      }
      assertTrue(outer.isAlive(), () -> read(folder.resolve("o")));
    } finally {
      outer.destroyForcibly();
    }
    assertGone(pids);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static void assertGone(Path pids) throws Exception {
    for (String pid : Files.readString(pids).trim().split(" ", -1)) {
      while (isRunning(pid)) {
        Thread.sleep(20); // The class has a timeout.
      }
    }
  }

  private static boolean isRunning(String pid) {
    try {
      return !Files.readString(Path.of("/proc", pid, "stat")).matches("(?s).*\\) Z .*");
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void sendsNothingToTheMachinesOwnListeners() throws Exception {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Host host = Hosts.piped(new ByteArrayOutputStream(), err, Map.of(), Clock.systemUTC());

    int code = Main.run(host, List.of("replay", many().toString(), "--into", "udev"));

    assertEquals(2, code);
    assertTrue(err.toString(StandardCharsets.UTF_8).contains("--really-here"), err::toString);
  }

  /** Replays in a process of its own; what it said besides what the program printed. */
  private String replay(int expectedCode, Path journal, String... options) throws Exception {
    List<String> command = java("replay", journal.toString());
    command.addAll(List.of(options));
    Path err = folder.resolve("err");
    Path out = folder.resolve("out");
    Process process =
        new ProcessBuilder(command)
            .redirectError(err.toFile())
            .redirectOutput(out.toFile())
            .start();
    try {
      assertTrue(process.waitFor(200, TimeUnit.SECONDS), () -> read(err));
    } finally {
      process.toHandle().destroyForcibly();
    }
    assertEquals(expectedCode, process.exitValue(), () -> read(err));
    return read(err);
  }

  private static List<String> java(String... args) {
    return ForkedJava.command(List.of("-XX:TieredStopAtLevel=1"), Main.class, args);
  }
}
