package dmrec.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dmrec.cli.host.Host;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/** Commands run one after the other by a user whose home is the test's folder. */
public abstract class CommandTest {
  @TempDir
  @SuppressWarnings("NullAway.Init") // by JUnit
  protected Path folder;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  /** The exit code; what the command before it said is gone. */
  protected final int run(String... args) {
    out.reset();
    err.reset();
    return Main.run(host(), List.of(args));
  }

  /** The user's machine. */
  protected final Host host() {
    return Hosts.of(out, err, Map.of("HOME", folder.toString()), clock(), terminal());
  }

  /** Time and zone of the user. */
  protected Clock clock() {
    return Clock.fixed(Instant.parse("2026-11-22T10:00:00Z"), ZoneOffset.UTC);
  }

  /** Whether the user reads the answers as they come. */
  protected boolean terminal() {
    return false;
  }

  /** Packs a journal into a file of the folder. */
  protected final void pack(Path journal, String name, String... more) {
    List<String> args = new ArrayList<>(List.of("pack", journal.toString(), "-o", path(name)));
    args.addAll(List.of(more));
    assertEquals(0, run(args.toArray(String[]::new)), err());
  }

  protected final String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  /** What {@link #out} is the text of. */
  protected final byte[] outBytes() {
    return out.toByteArray();
  }

  protected final String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  protected final String path(String name) {
    return folder.resolve(name).toString();
  }
}
