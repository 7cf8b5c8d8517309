package dmrec.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.journal.ForkedJava;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The console in a real terminal. Screens are compared with stored ones, which a run with {@code
 * -Dscreens.write=FOLDER} makes anew.
 *
 * <p>Needs tmux: without one these tests do nothing but say so, unless {@code -Dlab=required};
 * {@link ConsoleTest} runs anywhere.
 */
class ConsoleScreensTest {
  private static final String END = "2026-11-22 09:53:41.919389960 #153>";
  private static final boolean TMUX = Tmux.isInstalled();

  @TempDir static @Nullable Path journals;
  private @Nullable Path folder;

  @BeforeAll
  static void recordTheFailover() throws IOException {
    Demo.record(Objects.requireNonNull(journals).resolve("failover"));
    if (!TMUX) {
      assertFalse(
          "required".equals(System.getProperty("lab")),
          "the console's screens need tmux; install it (apt install tmux)");
      System.err.println("The console's screens are not looked at: tmux is not installed");
    }
  }

  @BeforeEach
  void makeAFolder() throws IOException {
    folder = Files.createTempDirectory(Objects.requireNonNull(journals), "console");
  }

  @Test
  void findsTheFirstFailureOfAFailoverStepsThroughItAndDrawsTheStack() throws Exception {
    if (!TMUX) {
      return;
    }
    try (Tmux tmux = console(Map.of())) {
      tmux.awaitLast(END);
      enter(tmux, "first", "2026-11-22 09:51:19.556015260 #1>");
      enter(tmux, "next kind = path_failed", "2026-11-22 09:52:15.297277760 #51>");
      compare("found", tmux);

      enter(tmux, "next", "2026-11-22 09:52:16.017019270 #52>");
      enter(tmux, "next path_failed", "2026-11-22 09:52:31.381696920 #57>");
      enter(tmux, "next path_reinstated", "2026-11-22 09:52:37.249460140 #67>");
      enter(tmux, "back path_failed", "2026-11-22 09:52:31.381696920 #57>");
      compare("stepped", tmux);

      tmux.press("C-l");
      tmux.awaitLast("2026-11-22 09:52:31.381696920 #57>");
      enter(tmux, "tree", "2026-11-22 09:52:31.381696920 #57>");
      compare("tree", tmux);

      tmux.press("C-d");
      assertTrue(tmux.await("the end", s -> s.contains("ended with")).contains("ended with 0"));
    }
  }

  @Test
  void completesNamesFromTheJournalAndPagesWhatIsLongerThanTheScreen() throws Exception {
    if (!TMUX) {
      return;
    }
    try (Tmux tmux = console(Map.of())) {
      tmux.awaitLast(END);
      tmux.type("tr");
      tmux.press("Tab");
      tmux.awaitLast(END + " tree");
      tmux.type("data");
      tmux.press("Tab");
      tmux.press("Tab");
      tmux.await("both names", s -> s.contains("data-db") && s.contains("data-home"));
      tmux.press("C-c");
      tmux.awaitLast(END);

      tmux.type("log");
      tmux.press("Enter");
      tmux.awaitLast("q leaves, h helps");
      tmux.type("G");
      tmux.await("the end of the log", s -> s.contains("recording_stopped"));
      tmux.type("q");
      tmux.awaitLast(END);
    }
  }

  @Test
  void endsACommandAndNotItselfWithCtrlC() throws Exception {
    if (!TMUX) {
      return;
    }
    try (Tmux tmux = console(Map.of())) {
      tmux.awaitLast(END);
      tmux.type("log --follow -n 2");
      tmux.press("Enter");
      tmux.await("the log", s -> s.contains("recording_stopped"));
      tmux.press("C-c");
      tmux.awaitLast(END);

      tmux.type("follow");
      tmux.press("Enter");
      tmux.await("its beginning", s -> s.contains("Ctrl-C ends it"));
      tmux.press("C-c");
      tmux.awaitLast(END);

      tmux.type("log | sleep 1000");
      tmux.press("Enter");
      tmux.await("the note", s -> s.contains("are not shown"));
      tmux.press("C-c");
      tmux.awaitLast(END);
      enter(tmux, "at #51", "2026-11-22 09:52:15.297277760 #51>");
    }
  }

  @Test
  void pagesThroughThePagerOfTheUser() throws Exception {
    if (!TMUX) {
      return;
    }
    try (Tmux tmux = console(Map.of("PAGER", "sed -n '$s/.*/paged &/p'"))) {
      tmux.awaitLast(END);
      tmux.type("log");
      tmux.press("Enter");
      assertTrue(tmux.await("the pager", s -> s.contains("paged ")).contains("paged dmrec: 106"));
      tmux.awaitLast(END);
    }
  }

  @Test
  void keepsWhatWasTypedForItsOwnerButForLinesThatBeginWithASpace() throws Exception {
    if (!TMUX) {
      return;
    }
    Path history = Objects.requireNonNull(folder).resolve("state/dmrec-console/history");
    try (Tmux tmux = console(Map.of())) {
      tmux.awaitLast(END);
      enter(tmux, "at #51", "2026-11-22 09:52:15.297277760 #51>");
      enter(tmux, " at #57", "2026-11-22 09:52:31.381696920 #57>");
      tmux.press("C-d");
      tmux.await("the end", s -> s.contains("ended with"));
    }

    assertEquals("at #51\n", Files.readString(history));
    assertEquals(
        "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(history)));
  }

  private static void enter(Tmux tmux, String line, String prompt) throws Exception {
    tmux.type(line);
    tmux.press("Enter");
    tmux.awaitLast(prompt);
  }

  private Tmux console(Map<String, String> more) throws IOException, InterruptedException {
    Path here = Objects.requireNonNull(folder);
    Map<String, String> env = new HashMap<>(more);
    env.putIfAbsent("PAGER", "");
    env.put("LC_ALL", "C.UTF-8");
    env.put("TZ", "UTC");
    env.put("TERM", "tmux-256color");
    env.put("XDG_STATE_HOME", here.resolve("state").toString());
    return Tmux.start(
        here,
        env,
        ForkedJava.command(
            List.of(
                "-XX:TieredStopAtLevel=1",
                "-Xlog:disable",
                "-Ddmrec.terminal=out,err,in",
                "-Ddmrec.utf8=true"),
            Main.class,
            "query",
            "-j",
            // The screens show this path.
            "../failover"));
  }

  /** Compares as soon as they are alike: a busy machine may take its time to draw. */
  private static void compare(String name, Tmux tmux) throws Exception {
    String write = System.getProperty("screens.write", "");
    if (!write.isEmpty()) {
      Thread.sleep(2_000);
      Files.createDirectories(Path.of(write));
      Files.writeString(Path.of(write, name + ".screen"), tmux.screen());
      return;
    }
    try (InputStream in =
        ConsoleScreensTest.class.getResourceAsStream("screens/" + name + ".screen")) {
      String expected = in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(expected, tmux.await(name, screen -> screen.equals(expected)), name);
    }
  }
}
