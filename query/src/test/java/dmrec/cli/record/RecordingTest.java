package dmrec.cli.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.cli.CommandTest;
import dmrec.cli.Demo;
import dmrec.cli.host.Amounts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a user of {@code record}, {@code doctor} and {@code demo} sees. */
class RecordingTest extends CommandTest {
  private static final Pattern AT = Pattern.compile("\"at\":\\[(\\d+),(\\d+)\\]");

  @Override
  protected Clock clock() {
    return Clock.fixed(Instant.parse("2026-03-01T03:00:10Z"), ZoneOffset.UTC);
  }

  @Test
  void recordsACaptureIntoANamedJournalAndTellsWhatItWrote() throws IOException {
    Path capture = capture();

    assertEquals(0, run("record", "--from", capture.toString(), "-j", file("j").toString()), err());

    assertTrue(err().matches("(?s)dmrec: recorded \\d+ events in .*path_failed.*"), err());
    assertEquals(0, run("log", "-j", file("j").toString(), "--kind", "path_failed"), err());
    assertTrue(out().lines().count() >= 3, out());
    assertTrue(out().lines().allMatch(line -> line.contains(" path_failed ")), out());
  }

  @Test
  void refusesAFolderThatOthersCanWriteToUnlessTold() throws IOException {
    String capture = capture().toString();
    Path open = Files.createDirectory(file("open"));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
    String journal = open.resolve("j").toString();

    assertEquals(1, run("record", "--from", capture, "-j", journal), err());
    assertTrue(err().contains("with mode 0777"), err());
    assertTrue(err().contains("--unsafe-folder"), err());

    assertEquals(0, run("record", "--from", capture, "-j", journal, "--unsafe-folder"), err());
    assertTrue(err().contains("with mode 0777"), err());
  }

  @Test
  void refusesAGroupThatIsNotThere() throws IOException {
    String journal = file("j").toString();
    assertEquals(
        1, run("record", "--from", capture().toString(), "-j", journal, "--group", "none-such"));
    assertTrue(err().contains("found none of the name none-such"), err());
  }

  @Test
  void recordsTheSameByWayOfASpool() throws IOException {
    String capture = capture().toString();

    assertEquals(0, run("record", "--from", capture, "-j", file("j").toString()), err());
    assertEquals(
        0,
        run(
            "record",
            "--from",
            capture,
            "-j",
            file("k").toString(),
            "--spool",
            file("s").toString()),
        err());

    assertEquals(0, run("log", "--all", "-j", file("j").toString()), err());
    String expected = out();
    assertEquals(0, run("log", "--all", "-j", file("k").toString()), err());
    assertEquals(expected, out());
    assertTrue(expected.lines().count() > 10, expected);
  }

  @Test
  void goesOnBehindADamagedLineAndSaysWhichItWas() throws IOException {
    List<String> lines = Files.readAllLines(capture());
    lines.add(2, "{\"seen\":\"list\",\"at\":[1,");
    Path damaged = Files.write(file("damaged.ndjson"), lines);

    assertEquals(1, run("record", "--from", damaged.toString(), "-j", file("j").toString()));

    assertTrue(err().contains(damaged + ":3: expected a JSON object"), err());
    assertTrue(err().contains(" path_failed"), err());
  }

  @Test
  void goesOnFromTheJournalWithALaterCaptureOfTheSameBoot() throws IOException {
    assertEquals(0, run("record", "--from", capture().toString(), "-j", file("j").toString()));
    assertEquals(0, run("dmsetup", "table", "--journal", file("j").toString()), err());
    String table = out();
    assertTrue(table.contains("multipath"), table);

    assertEquals(0, run("record", "--from", later("").toString(), "-j", file("j").toString()));

    assertEquals(0, run("log", "-j", file("j").toString(), "--kind", "recording_started"));
    assertTrue(out().lines().toList().get(1).endsWith(", same boot as before"), out());
    assertEquals(0, run("dmsetup", "table", "--journal", file("j").toString()), err());
    assertEquals(table, out());
    assertEquals(0, run("info", "-j", file("j").toString()), err());
    assertTrue(out().contains(" (as before)\n"), out());
  }

  @Test
  void infoTellsHowFullSocketAndRingWere() throws IOException {
    List<String> lines = new ArrayList<>(Files.readAllLines(later("")));
    lines.add(
        "{\"seen\":\"stop\","
            + lines.get(0).replaceAll(".*(\"at\":\\[.*?\\]).*", "$1")
            + ",\"reason\":\"signal\",\"dropped\":0,\"queue_max_bytes\":1024"
            + ",\"queue_size_bytes\":268435456,\"ring_max_bytes\":0,\"ring_size_bytes\":67108864}");
    Path capture = Files.write(file("later.ndjson"), lines);
    assertEquals(0, run("record", "--from", capture.toString(), "-j", file("j").toString()), err());

    assertEquals(0, run("info", "-j", file("j").toString()), err());
    assertTrue(
        out()
            .contains(
                "\n  uevents  at most 1 KiB of 256 MiB waited in the socket, 0 bytes of 64 MiB in"
                    + " the ring\n"),
        out());
    assertEquals(0, run("info", "-j", file("j").toString(), "--output", "json"), err());
    assertTrue(out().contains("\"stopped\":true,\"queue_max_bytes\":1024,"), out());
  }

  @Test
  void beginsAnewWithACaptureOfAnotherBoot() throws IOException {
    assertEquals(0, run("record", "--from", capture().toString(), "-j", file("j").toString()));

    assertEquals(0, run("record", "--from", later("0").toString(), "-j", file("j").toString()));

    assertEquals(0, run("log", "-j", file("j").toString(), "--kind", "recording_started"));
    assertTrue(out().matches("(?s).*, boot (\\S+)0 after boot \\1\n"), out());
    assertEquals(0, run("dmsetup", "table", "--journal", file("j").toString()), err());
    assertTrue(out().startsWith("No devices found"), out());
  }

  @Test
  void putsNoCaptureBehindLaterRecords() throws IOException {
    String journal = file("j").toString();
    Path capture = capture();
    assertEquals(0, run("record", "--from", capture.toString(), "-j", journal));

    assertEquals(1, run("record", "--from", capture.toString(), "-j", journal));

    assertTrue(
        err().startsWith("dmrec: " + journal + ": expected a journal that ends before"), err());
    assertEquals(0, run("log", "-j", journal, "--kind", "recording_started"));
    assertEquals(1, out().lines().count());
  }

  /** A recording of nothing, a minute after the capture's; {@code boot} makes it another boot. */
  private Path later(String boot) throws IOException {
    List<String> lines = Files.readAllLines(capture());
    Matcher end = AT.matcher(lines.get(lines.size() - 1));
    assertTrue(end.find());
    long wallNs = Long.parseLong(end.group(1)) + 60_000_000_000L;
    long monoNs = Long.parseLong(end.group(2)) + 60_000_000_000L;
    String start =
        AT.matcher(lines.get(0))
            .replaceFirst("\"at\":[" + wallNs + "," + monoNs + "]")
            .replaceFirst("(\"boot_id\":\"[^\"]*)", "$1" + boot);
    return Files.write(file("later.ndjson"), List.of(start));
  }

  @Test
  void doesNotPutACaptureIntoTheJournalOfThisMachine() throws IOException {
    assertEquals(2, run("record", "--from", capture().toString()));

    assertTrue(err().startsWith("dmrec: --from needs -j PATH"), err());
  }

  @Test
  void answersACaptureThatIsNotThereWithOneLine() {
    assertEquals(1, run("record", "--from", file("none").toString(), "-j", file("j").toString()));

    assertEquals("dmrec: " + file("none") + ": no such file; give the name of a capture\n", err());
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "2G", "many", "-1", "1x"})
  void refusesAReceiveBufferThatIsNoSize(String size) {
    assertEquals(2, run("record", "--receive-buffer=" + size, "-j", file("j").toString()), err());
    assertTrue(err().startsWith("dmrec: --receive-buffer: expected a size"), err());
  }

  @Test
  void servesNoMetricsOfACapture() throws IOException {
    String from = capture().toString();

    assertEquals(
        2, run("record", "--from", from, "--metrics", "[::1]:0", "-j", file("j").toString()));

    assertTrue(err().startsWith("dmrec: --metrics shows a recording from the kernel"), err());
  }

  @Test
  void makesNoJournalWhereTheMetricsCannotBeServed() {
    assertEquals(2, run("record", "--metrics=9464", "-j", file("j").toString()));

    assertTrue(err().startsWith("dmrec: --metrics: expected HOST:PORT"), err());
    assertEquals(1, err().lines().count());
    assertFalse(Files.exists(file("j")));
  }

  @ParameterizedTest
  @CsvSource({"0,0", "500ms,500000000", "5s,5000000000", "1m,60000000000"})
  void readsDurations(String text, long ns) {
    assertEquals(ns, Amounts.durationNs("--sample", text));
  }

  @ParameterizedTest
  @CsvSource({"4k,4096", "128M,134217728", "1G,1073741824", "77,77"})
  void readsSizes(String text, int bytes) {
    assertEquals(bytes, Amounts.bytes("--receive-buffer", text));
  }

  @Test
  void theDemoShowsARealFailoverFromTheFirstFailureToTheLastRepair() throws IOException {
    assertEquals(0, run("demo"), err());

    assertTrue(out().contains("4 of 4 paths valid"), out());
    assertTrue(out().contains("NO PATH LEFT, 0 of 4 paths valid"), out());
    assertTrue(out().contains(" path_reinstated "), out());
    assertTrue(out().contains("Try next"), out());
    // It is kept for the user to try; here nobody will.
    delete(Path.of(out().replaceAll("(?s).*DMREC_JOURNAL=(\\S+).*", "$1")));
  }

  @Test
  void theDoctorTriesEverySource() {
    run("doctor", "-j", file("j").toString());

    for (String what :
        List.of("kernel", "device-mapper", "path uevents", "uevents", "kernel log", "journal")) {
      assertTrue(
          out().lines().anyMatch(line -> line.matches("(ok|partly|missing) +" + what + " .*")),
          what + " is not in " + out());
    }
  }

  private Path file(String name) {
    return folder.resolve(name);
  }

  private Path capture() throws IOException {
    try (var in = Objects.requireNonNull(Demo.class.getResourceAsStream(Demo.CAPTURE))) {
      Path file = file("failover.ndjson");
      Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
      return file;
    }
  }

  private static void delete(Path journal) throws IOException {
    try (var files = Files.list(journal)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(journal);
  }
}
