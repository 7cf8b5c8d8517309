package dmrec.cli.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.cli.CommandTest;
import dmrec.cli.Main;
import dmrec.journal.ForkedJava;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code dmrec record} in a process of its own, whose journal others remove, move and cut. */
@Timeout(180)
class JournalTakenAwayTest extends CommandTest {
  private static final Pattern RECORDED =
      Pattern.compile("dmrec: recorded \\d+ events in .*; lost (\\d+), refused 0");

  private static final int PATIENCE_S = 40;

  private final List<String> said = new ArrayList<>();
  private Process recorder;
  private BufferedReader err;
  private Path journal = Path.of("");

  @BeforeEach
  void aRecorder() throws IOException {
    journal = folder.resolve("journal");
    ProcessBuilder builder =
        new ProcessBuilder(
            ForkedJava.command(
                Main.class,
                "record",
                "--uevents-only",
                "--no-kernel-log",
                "--receive-buffer=4k",
                "-j",
                journal.toString()));
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    recorder = builder.start();
    // Whoever waits for what is never said comes to an end.
    CompletableFuture.delayedExecutor(PATIENCE_S, TimeUnit.SECONDS)
        .execute(recorder::destroyForcibly);
    err =
        new BufferedReader(
            new InputStreamReader(recorder.getErrorStream(), StandardCharsets.UTF_8));
    await("dmrec: recording .*");
  }

  @AfterEach
  void isGone() throws Exception {
    recorder.toHandle().destroyForcibly();
    recorder.waitFor();
    err.close();
  }

  /** The next line that says so. */
  private String await(String pattern) throws IOException {
    for (String line = err.readLine(); line != null; line = err.readLine()) {
      said.add(line);
      if (line.matches(pattern)) {
        return line;
      }
    }
    throw new AssertionError("expected " + pattern + ", was told " + said);
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.list(journal)) {
      return all.filter(file -> file.toString().endsWith(".cq4")).sorted().toList();
    }
  }

  /** How many events are lost, as the recorder says at its end. */
  private long stopped() throws Exception {
    recorder.toHandle().destroy();
    Matcher recorded = RECORDED.matcher(await(RECORDED.pattern()));
    assertTrue(recorded.matches());
    assertEquals(0, recorder.waitFor(), said::toString);
    assertTrue(said.stream().noneMatch(line -> line.matches("\\s+at .*")), said::toString);
    return Long.parseLong(recorded.group(1));
  }

  /** What the journal's gaps count. */
  private long toldLost() {
    run("log", "-j", journal.toString(), "--kind", "gap", "--output", "json");
    Matcher count = Pattern.compile("\"lost\":\"journal\",\"count\":(\\d+)").matcher(out());
    long sum = 0;
    while (count.find()) {
      sum += Long.parseLong(count.group(1));
    }
    return sum;
  }

  private void assertToldExactly(long lost) {
    assertNotEquals(0, lost);
    assertEquals(lost, toldLost());
    assertEquals(0, run("tree", "-j", journal.toString()), err());
  }

  @Test
  void aDeletedFileIsToldAndAnotherBegun() throws Exception {
    Path file = files().get(0);
    Files.delete(file);

    String told = await("dmrec: .* is gone.*");

    assertTrue(told.contains(file.getFileName().toString()), told);
    assertEquals(1, files().size());
    assertToldExactly(stopped());
  }

  @Test
  void aFileThatIsCutIsToldAndAnotherBegun() throws Exception {
    try (FileChannel file = FileChannel.open(files().get(0), StandardOpenOption.WRITE)) {
      file.truncate(0);
    }

    await("dmrec: .* was cut to 0 bytes.*");

    assertEquals(2, files().size());
    long lost = stopped();
    assertNotEquals(0, lost);
    assertEquals(lost, toldLost());
  }

  @Test
  void aFolderThatIsMovedAwayIsMadeAnewWhereTheJournalBelongs() throws Exception {
    Path aside = folder.resolve("aside");
    Files.move(journal, aside);

    String told = await("dmrec: .* the folder was renamed to .*");

    assertTrue(told.contains(aside.toString()), told);
    assertEquals(1, files().size());
    assertToldExactly(stopped());
  }

  @Test
  void aSecondRecorderDoesNotEnterWhereTheLockIsRemoved() throws Exception {
    for (int i = 0; i < 5; i++) {
      Files.deleteIfExists(journal.resolve("writer.lock"));

      assertEquals(1, run("record", "--uevents-only", "--no-kernel-log", "-j", journal.toString()));

      assertTrue(err().contains("another writer holds this journal: pid " + recorder.pid()), err());
    }
    // It was removed a few times, and each time is found within a second.
    while (!Files.exists(journal.resolve("writer.lock"))) {
      await("dmrec: .*writer.lock.*");
    }
    assertFalse(files().isEmpty());
    assertEquals(0, stopped());
  }
}
