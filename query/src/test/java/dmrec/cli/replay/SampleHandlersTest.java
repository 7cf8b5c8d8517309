package dmrec.cli.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.cli.Demo;
import dmrec.cli.Hosts;
import dmrec.cli.Main;
import dmrec.cli.Needs;
import dmrec.journal.ForkedJava;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The handlers to copy, with what their README says that they print. */
class SampleHandlersTest {
  private static final Path HANDLERS =
      Path.of(System.getProperty("dmrec.root", ".."), "samples", "handlers").toAbsolutePath();

  @TempDir @Nullable Path temp;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeEach
  void recordAFailover() throws IOException {
    Demo.record(journal());
  }

  @Test
  void findsTheFlappingPath() throws IOException {
    replay("--into", HANDLERS.resolve("FlappingPaths.java").toString());

    assertEquals(documented("FlappingPaths.java"), out.toString(StandardCharsets.UTF_8));
  }

  @Test
  void pagesForTheLastPath() throws IOException {
    replay("--where", "kind = path_failed", "--into", "each:" + HANDLERS.resolve("page-oncall.sh"));

    assertEquals(documented("page-oncall.sh"), out.toString(StandardCharsets.UTF_8));
  }

  @Test
  void pagesOneLineWhateverADeviceIsCalled() throws Exception {
    ProcessBuilder builder = new ProcessBuilder(HANDLERS.resolve("page-oncall.sh").toString());
    Map<String, String> env = builder.environment();
    env.put("DM_ACTION", "PATH_FAILED");
    env.put("DM_NR_VALID_PATHS", "0");
    env.put("DM_NAME", "a\n$(id)\u001b[31m`id`");
    env.put("DMREC_TIME", "now");

    assertEquals(
        "now a$(id)[31m`id` (no UUID) has no path left: its last one failed\n",
        said(builder, new byte[0]));
  }

  @Test
  void addsUpTheOutages() throws Exception {
    Needs.programs("python3");
    replay("--into", "exec:" + HANDLERS.resolve("outages.py"));

    assertEquals(documented("outages.py"), out.toString(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "path_failed 0 5s, path_failed 0 6s, path_reinstated 1 8s | no path for 3.000 s, once",
        "path_failed 0 1s, device_removed 0 2s, path_failed 0 4s | no path for 1.000 s, 2 times",
        "path_failed 1 1s, path_reinstated 2 2s | every map always had a path",
        "path_failed 0 1s, recording_started 0 2s, path_reinstated 1 3s | every map always had a path",
      })
  void measuresOutages(String events, String expected) throws Exception {
    Needs.programs("python3");
    StringBuilder lines = new StringBuilder();
    int seq = 0;
    for (String event : events.split(", ", 0)) {
      String[] words = event.split(" ", -1);
      String device =
          words[0].startsWith("rec")
              ? ""
              : ",\"device\":{\"dev\":\"254:0\",\"diskseq\":7,\"name\":\"m\\u001b\"}";
      lines.append(
          "{\"seq\":%d,\"time\":\"T\",\"mono_ns\":%s000000000,\"kind\":\"%s\"%s,\"disk\":\"sda\",\"path\":\"8:0\",\"valid_paths\":%s}\n"
              .formatted(++seq, words[2].replace("s", ""), words[0], device, words[1]));
    }

    String said =
        said(
            new ProcessBuilder(HANDLERS.resolve("outages.py").toString()),
            lines.toString().getBytes(StandardCharsets.UTF_8));

    assertTrue(said.contains(expected), said);
    assertFalse(said.contains("\u001b"), said);
  }

  @Test
  void listensToTheKernelAsUdevDoes() throws Exception {
    Needs.programs("cc");
    Needs.namespaces();
    // given: a program that knows nothing of dmrec, built without a warning
    Path program = Objects.requireNonNull(temp).resolve("uevents");
    String source = HANDLERS.resolve("uevents.c").toString();
    assertEquals(
        "",
        said(
            new ProcessBuilder(
                "cc", "-Wall", "-Wextra", "-Werror", "-o", program.toString(), source),
            new byte[0]));

    // when
    ProcessBuilder dmrec =
        new ProcessBuilder(
            ForkedJava.command(
                List.of("-XX:TieredStopAtLevel=1"),
                Main.class,
                "replay",
                journal().toString(),
                "--into",
                "uevent",
                "--only-recorded",
                "--run",
                program.toString()));
    String said = said(dmrec, new byte[0]);

    // then: what the README begins to show, and all the others
    List<String> events =
        said.lines().filter(line -> line.startsWith("mpatha: ")).map(this::anySeqnum).toList();
    List<String> documented = documented("./uevents").lines().map(this::anySeqnum).toList();
    assertEquals(10, events.size(), said);
    assertEquals(2, documented.size());
    assertEquals(documented, events.subList(0, 2));
  }

  private String anySeqnum(String line) {
    return line.replaceAll("SEQNUM \\d+", "SEQNUM N");
  }

  /** What a program says, which has to end well. */
  private static String said(ProcessBuilder builder, byte[] input) throws Exception {
    Process process = builder.redirectErrorStream(true).start();
    try (OutputStream to = process.getOutputStream()) {
      to.write(input);
    } catch (IOException e) {
      // It read no input, and ended.
    }
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), said);
    return said;
  }

  private int run(String... args) {
    return Main.run(Hosts.piped(out, err, Map.of(), Clock.systemUTC()), List.of(args));
  }

  private void replay(String... args) {
    List<String> all = new ArrayList<>(List.of("replay", journal().toString()));
    all.addAll(List.of(args));
    assertEquals(0, run(all.toArray(String[]::new)), () -> err.toString(StandardCharsets.UTF_8));
  }

  /** What the README shows below the command that names the handler. */
  private static String documented(String handler) throws IOException {
    StringBuilder text = new StringBuilder();
    boolean shown = false;
    for (String line : Files.readAllLines(HANDLERS.resolve("README.md"))) {
      if (line.startsWith("$ ") || line.startsWith("```")) {
        shown = line.contains(handler) && line.startsWith("$ dmrec replay ");
      } else if (shown && !line.startsWith("dmrec: ")) {
        text.append(line).append('\n');
      }
    }
    return text.toString();
  }

  private Path journal() {
    return Objects.requireNonNull(temp).resolve("journal");
  }
}
