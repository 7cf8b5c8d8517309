package dmrec.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.journal.JournalWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Places that cannot be recorded into: one clear line each, and nothing lost. */
class JournalTroubleTest extends CommandTest {
  private static final Pattern WALL = Pattern.compile("\\[(\\d{19}),(\\d+)\\]");
  private static final long HOUR_NS = 3_600_000_000_000L;
  private static final int NOBODY = 65534;

  @Override
  protected Clock clock() {
    return Clock.fixed(Instant.parse("2026-03-01T03:00:10Z"), ZoneOffset.UTC);
  }

  @Test
  void twoRecordersOnOneJournal() throws IOException {
    Path journal = file("j");
    record(journal);
    String before = log(journal);
    try (JournalWriter first = JournalWriter.open(journal)) {
      assertEquals(1, run("record", "--from", later().toString(), "-j", journal.toString()));
      line(journal + ": another writer holds this journal: pid " + ProcessHandle.current().pid());
      assertTrue(first.lastSeq() > 0);
    }
    assertEquals(before, log(journal));
    assertEquals(0, run("record", "--from", later().toString(), "-j", journal.toString()), err());
  }

  @Test
  void aFolderThatCannotBeWrittenTo() throws IOException {
    // The kernel itself refuses there, root too.
    Path place = Path.of("/proc/self/dmrec");
    assertEquals(1, run("record", "--from", capture().toString(), "-j", place.toString()));
    line(place + ": cannot create it: ");
  }

  @Test
  void aJournalOfAnotherUser() throws IOException {
    Path journal = file("j");
    if (Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"))) {
      record(journal);
      Files.setAttribute(journal, "unix:uid", NOBODY, LinkOption.NOFOLLOW_LINKS);
    } else {
      journal = Path.of("/usr");
    }
    assertEquals(1, run("record", "--from", later().toString(), "-j", journal.toString()));
    line(journal + ": expected a journal of the user who records");
  }

  @Test
  void aMissingFolderIsMadeForWritingAndNotForReading() throws IOException {
    Path journal = file("a/b/c");
    assertEquals(1, run("log", "-j", journal.toString()));
    line(journal + ": there is no such journal");
    assertFalse(Files.exists(file("a")));
    record(journal);
    assertEquals("rwxr-x---", mode(journal));
  }

  private static String mode(Path path) throws IOException {
    return java.nio.file.attribute.PosixFilePermissions.toString(
        Files.getPosixFilePermissions(path));
  }

  @Test
  void aFileThatIsNoJournal() throws IOException {
    Path file = Files.writeString(file("file"), "mine");
    assertEquals(1, run("record", "--from", capture().toString(), "-j", file.toString()));
    line(file + ": expected a journal, which is a folder, found a file");
    assertEquals("mine", Files.readString(file));
  }

  @Test
  void aFolderOfOtherThings() throws IOException {
    Path other = Files.createDirectory(file("other"));
    Files.writeString(other.resolve("thesis.tex"), "mine");
    assertEquals(1, run("record", "--from", capture().toString(), "-j", other.toString()));
    line(other + ": expected a journal or an empty folder, found thesis.tex in it");
    try (var files = Files.list(other)) {
      assertEquals(1, files.count());
    }
  }

  @Test
  void aClockThatJumpsBackAnHour() throws IOException {
    List<String> lines = Files.readAllLines(capture());
    int half = lines.size() / 2;
    List<String> stepped = new ArrayList<>(lines.subList(0, half));
    for (String each : lines.subList(half, lines.size())) {
      Matcher wall = WALL.matcher(each);
      stepped.add(
          wall.replaceAll(
              m -> "[" + (Long.parseLong(m.group(1)) - HOUR_NS) + "," + m.group(2) + "]"));
    }
    Path capture = Files.write(file("stepped.ndjson"), stepped);
    record(file("straight"));
    assertEquals(0, run("record", "--from", capture.toString(), "-j", file("j").toString()), err());

    List<String> told = kinds(file("j"));
    assertTrue(told.remove("clock_stepped"));
    assertEquals(kinds(file("straight")), told);
    assertEquals(0, run("log", "-j", file("j").toString(), "--kind", "clock_stepped"), err());
    assertEquals(1, out().lines().count());
    assertTrue(out().contains("the clock was set back by "), out());
    try (var files = Files.list(file("j"))) {
      // Within a file times only go up.
      assertEquals(2, files.filter(file -> file.toString().endsWith(".cq4")).count());
    }
  }

  private List<String> kinds(Path journal) {
    assertEquals(0, run("log", "-j", journal.toString(), "--all", "--output", "json"), err());
    List<String> kinds = new ArrayList<>();
    Matcher kind = Pattern.compile("\"kind\":\"(\\w+)\"").matcher(out());
    while (kind.find()) {
      kinds.add(kind.group(1));
    }
    return kinds;
  }

  /** Exactly one line on stderr, which begins so. */
  private void line(String begin) {
    assertTrue(err().startsWith("dmrec: " + begin), err());
    assertEquals(1, err().lines().count(), err());
  }

  private void record(Path journal) throws IOException {
    assertEquals(0, run("record", "--from", capture().toString(), "-j", journal.toString()), err());
  }

  private String log(Path journal) {
    assertEquals(0, run("log", "-j", journal.toString(), "--all", "--output", "json"), err());
    return out();
  }

  private Path capture() throws IOException {
    try (var in = Objects.requireNonNull(Demo.class.getResourceAsStream(Demo.CAPTURE))) {
      Path file = file("failover.ndjson");
      Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
      return file;
    }
  }

  /** The first line of the capture, a day later. */
  private Path later() throws IOException {
    Matcher wall = WALL.matcher(Files.readAllLines(capture()).get(0));
    String line =
        wall.replaceAll(
            m ->
                "["
                    + (Long.parseLong(m.group(1)) + 24 * HOUR_NS)
                    + ","
                    + (Long.parseLong(m.group(2)) + 24 * HOUR_NS)
                    + "]");
    return Files.writeString(file("later.ndjson"), line + "\n");
  }

  private Path file(String name) {
    return folder.resolve(name);
  }
}
