package dmrec.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

  private void replay(String... args) {
    List<String> all = new java.util.ArrayList<>(List.of("replay", journal().toString()));
    all.addAll(List.of(args));
    Host host = Hosts.piped(out, err, Map.of(), Clock.systemUTC());
    assertEquals(0, Main.run(host, all), () -> err.toString(StandardCharsets.UTF_8));
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
