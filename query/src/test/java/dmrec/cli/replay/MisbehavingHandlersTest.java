package dmrec.cli.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.cli.Main;
import dmrec.journal.ForkedJava;
import dmrec.query.BenchJournal;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Programs that do what a handler must not, fed by the real command in a process of its own with a
 * small heap: the message, the exit code, and nothing left that was started.
 */
@Timeout(300)
class MisbehavingHandlersTest {
  private static final int EVENTS = 20_000;

  @TempDir private static Path folder = Path.of("");

  /** In the environment of all that is started, unless a program clears its own. */
  private final String marker = "DMREC_TEST_MARKER=" + UUID.randomUUID();

  /** A number of seconds that only this test sleeps. */
  private final String seconds = Long.toString(1_000_000_000L + System.nanoTime() % 1_000_000_000L);

  private long outputBytes;
  private String errors = "";

  @BeforeAll
  static void writeJournal() throws IOException {
    BenchJournal.write(folder.resolve("j"), EVENTS, 1_000_000);
  }

  private ProcessBuilder command(String into, String... more) {
    List<String> command =
        ForkedJava.command(
            List.of("-Xmx64m"),
            Main.class,
            "replay",
            folder.resolve("j").toString(),
            "--into",
            into);
    command.addAll(List.of(more));
    ProcessBuilder builder = new ProcessBuilder(command);
    String[] variable = marker.split("=", 2);
    builder.environment().put(variable[0], variable[1]);
    builder.redirectInput(new File("/dev/null"));
    builder.redirectError(folder.resolve("errors").toFile());
    return builder;
  }

  private int replay(String into, String... more) throws Exception {
    int status = replayUnchecked(into, more);
    assertFalse(errors.contains("OutOfMemory"), errors);
    return status;
  }

  private int replayUnchecked(String into, String... more) throws Exception {
    Process process = command(into, more).start();
    byte[] buffer = new byte[1 << 16];
    outputBytes = 0;
    try (InputStream in = process.getInputStream()) {
      for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
        outputBytes += length;
      }
    }
    int status = process.waitFor();
    errors = Files.readString(folder.resolve("errors"));
    return status;
  }

  private void says(String part) {
    assertTrue(errors.contains(part), errors);
  }

  @AfterEach
  void leavesNoProcess() throws IOException {
    List<String> left = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : all) {
        String line = read(process.resolve("cmdline"));
        if (read(process.resolve("environ")).contains(marker) || line.contains(seconds)) {
          left.add(process.getFileName() + " " + line.replace('\0', ' '));
        }
      }
    }
    assertEquals(List.of(), left);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "";
    }
  }

  @Test
  void oneThatBehavesGetsAllEvents() throws Exception {
    assertEquals(0, replay("exec:cat"), errors);

    says("fed 20,000 events");
    assertTrue(outputBytes > EVENTS * 300L, () -> "only " + outputBytes);
  }

  @Test
  void oneThatBlocksForEver() throws Exception {
    assertEquals(1, replay("exec:sleep " + seconds, "--timeout", "2s"));
    says("took longer than 2000 ms (--timeout) at #");
    says("its process does not read: the pipe to it is full");

    assertEquals(1, replay("each:sleep " + seconds, "--timeout", "1s"));
    says("its process went on running");
    says("again:  dmrec replay ");
  }

  @Test
  void oneThatBlocksAtTheEndDeafToBeingAsked() throws Exception {
    assertEquals(
        1,
        replay(
            "exec:trap '' TERM HUP; cat >/dev/null; while :; do sleep " + seconds + "; done",
            "--timeout",
            "2s"));
    says("did not end within 1.0 s after the last event; it was ended.");
  }

  @Test
  void oneThatPrintsAGigabyte() throws Exception {
    assertEquals(0, replay("exec:yes | head -c 1000000000; cat >/dev/null"), errors);

    assertEquals(1_000_000_000, outputBytes);
  }

  @Test
  void oneThatPrintsAGigabyteWhichIsCompared() throws Exception {
    assertEquals(
        1,
        replay(
            "each:yes | head -c 80000000",
            "--against",
            "each:yes | head -c 80000002",
            "--to",
            "#1"),
        errors);
    assertEquals(
        1,
        replay(
            "exec:yes & cat >/dev/null; sleep 2", "--against", "exec:cat >/dev/null", "--to", "#9"),
        errors);
  }

  @Test
  void oneThatLeaks() throws Exception {
    assertEquals(
        1,
        replay("exec:ulimit -v 100000; x=leak; while read -r line; do x=$x$x; done 2>/dev/null"));
    says("exec:ulimit -v 100000; x=leak; while read -r line; do x=$x$x; done 2>/dev/null failed");
    says("after it was given ");
  }

  @Test
  void oneThatClosesItsInput() throws Exception {
    assertEquals(1, replay("exec:read line; exec <&-; sleep " + seconds));

    says("it closed its input and went on running after it was given ");
  }

  @Test
  void oneThatExits() throws Exception {
    assertEquals(1, replay("exec:head -n 100 >/dev/null"));
    says("it exited with status 0 after it was given ");
    says("may not have read (a pipe holds up to 64 KiB).");

    assertEquals(1, replay("exec:cat >/dev/null; exit 3"));
    says("it exited with status 3 at the end of the stream.");

    assertEquals(1, replay("each:exit 3"));
    says("failed at #1\n");
    says("it exited with status 3.");
  }

  @Test
  void oneThatIsKilled() throws Exception {
    assertEquals(1, replay("exec:read line; kill -9 $$"));
    says("it was killed by SIGKILL (status 137) after it was given ");

    assertEquals(1, replay("each:kill -s SEGV $$"));
    says("it was killed by SIGSEGV (status 139).");
  }

  @Test
  void oneThatForksAndDetaches() throws Exception {
    String sleep = "sleep " + seconds;
    String daemons =
        "("
            + sleep
            + " &); (setsid "
            + sleep
            + " &); setsid env -i sh -c '"
            + sleep
            + " & "
            + sleep
            + "' & trap '' TERM; (setsid "
            + sleep
            + " </dev/null >/dev/null 2>&1 &)";
    assertEquals(0, replay("exec:" + daemons + "; cat >/dev/null"), errors);
    says("processes behind, which were ended: ");

    assertEquals(0, replay("each:" + daemons, "--to", "#4"), errors);
    says("processes behind, which were ended: ");
  }

  @Test
  void oneThatForksAsFastAsItCan() throws Exception {
    String forks =
        "f() { i=0; while [ $i -lt 300 ]; do i=$((i+1)); (setsid sleep "
            + seconds
            + " &); done; }; f & f & cat >/dev/null";
    assertEquals(0, replay("exec:" + forks), errors);

    says("behind, which were ended: ");
  }

  private String java(String body) throws IOException {
    Path source = folder.resolve("Bad.java");
    Files.writeString(
        source,
        """
        import dmrec.handler.*;
        public class Bad implements DmEventHandler {
          static java.util.List<byte[]> kept = new java.util.ArrayList<>();
          public void handle(ReplayedEvent event) throws Exception {
            %s
          }
        }
        """
            .formatted(body));
    return source.toString();
  }

  @Test
  void oneInJavaThatLeaks() throws Exception {
    assertEquals(1, replayUnchecked(java("kept.add(new byte[1 << 20]);")));
    says("failed at #");
    says("java.lang.OutOfMemoryError: Java heap space");
  }

  @Test
  void oneInJavaThatForks() throws Exception {
    String forks = "new ProcessBuilder(\"sh\", \"-c\", \"%s\").inheritIO().start().waitFor();";
    String sleep = "setsid env -i sleep " + seconds + " &";
    assertEquals(0, replay(java(forks.formatted(sleep)), "--to", "#5"), errors);
    says("processes behind, which were ended: ");

    assertEquals(1, replay(java(forks.formatted(sleep) + "System.exit(0);"), "--to", "#5"));
    says("ended dmrec itself (System.exit) at #1");
  }

  @Test
  void oneInJavaThatPrintsAGigabyte() throws Exception {
    String line = "String s = \"x\".repeat(99_999); for (int i = 0; i < 1000; i++)";
    assertEquals(0, replay(java(line + " System.out.println(s);"), "--to", "#10"), errors);

    assertEquals(1_000_000_000, outputBytes);
  }

  @Test
  void oneInJavaThatBlocksForEver() throws Exception {
    assertEquals(1, replay(java("Thread.sleep(Long.MAX_VALUE);"), "--timeout", "1s"));
    says("took longer than 1000 ms (--timeout) at #1");

    assertEquals(1, replay(java("while (true) {}"), "--timeout", "1s"));
    says("hangs: it took longer than 1000 ms");
  }

  @Test
  void oneThatIsThereWhenTheReplayIsToldToEnd() throws Exception {
    Process process =
        command("exec:setsid sleep " + seconds + " & while read -r line; do sleep 1; done").start();
    while (process.isAlive() && !isRunning("sleep\0" + seconds)) {
      Thread.sleep(20);
    }
    process.destroy();

    assertEquals(143, process.waitFor());
    assertTrue(
        Files.readString(folder.resolve("errors")).contains("stopped by SIGTERM, go on with"));
  }

  private static boolean isRunning(String commandLine) throws IOException {
    try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : all) {
        if (read(process.resolve("cmdline")).contains(commandLine)) {
          return true;
        }
      }
    }
    return false;
  }

  @Test
  void sparesWhatTheShellBeforeItStarted() throws Exception {
    // given a shell that starts something and then becomes dmrec
    List<String> shell = new ArrayList<>(List.of("sh", "-c", "sleep 300 & exec \"$@\"", "sh"));
    ProcessBuilder dmrec = command("exec:(setsid sleep " + seconds + " &); cat >/dev/null");
    shell.addAll(dmrec.command());
    dmrec.command(shell);
    dmrec.redirectOutput(new File("/dev/null"));

    // when it ends
    Process process = dmrec.start();
    long pid = process.pid();
    List<ProcessHandle> before = new ArrayList<>();
    while (before.isEmpty()) {
      ProcessHandle.of(pid).ifPresent(handle -> handle.children().forEach(before::add));
    }
    assertEquals(0, process.waitFor(), () -> read(folder.resolve("errors")));

    // then what was not its own still runs
    assertTrue(before.get(0).isAlive());
    before.get(0).destroyForcibly();
    // Whoever adopts it need not bury it.
    while (!read(Path.of("/proc/" + before.get(0).pid() + "/cmdline")).isEmpty()) {
      Thread.sleep(5);
    }
  }
}
