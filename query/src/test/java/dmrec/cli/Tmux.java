package dmrec.cli;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * A program in a real terminal of 100 columns and 30 rows, whose screen can be read.
 *
 * <p>Has a server of its own, whose socket is in a folder of the test. Waits for what is to be seen
 * and never for a time.
 */
public final class Tmux implements AutoCloseable {
  private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(120);
  private static final long LOOK_AGAIN_MS = 30;

  private final Path folder;

  private Tmux(Path folder) {
    this.folder = folder;
  }

  /** Whether this machine has a tmux. */
  static boolean isInstalled() {
    try {
      Process process =
          new ProcessBuilder("tmux", "-V")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Starts a command in a folder, with some variables of its environment. */
  static Tmux start(Path folder, Map<String, String> env, List<String> command)
      throws IOException, InterruptedException {
    Tmux tmux = new Tmux(folder);
    List<String> words = new ArrayList<>(List.of("new-session", "-d", "-x", "100", "-y", "30"));
    words.addAll(List.of("-c", folder.toString()));
    StringBuilder line = new StringBuilder("env");
    env.forEach((name, value) -> line.append(' ').append(quoted(name + "=" + value)));
    command.forEach(word -> line.append(' ').append(quoted(word)));
    // What the program leaves behind stays to be seen.
    words.add(line + "; echo \"ended with $?\"; cat");
    tmux.run(words);
    return tmux;
  }

  private static String quoted(String word) {
    return "'" + word.replace("'", "'\\''") + "'";
  }

  private String run(List<String> words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.addAll(
        List.of("tmux", "-S", folder.resolve("tmux").toString(), "-f", "/dev/null", "-u"));
    command.addAll(words);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("LC_ALL", "C.UTF-8");
    builder.environment().remove("TMUX");
    Process process = builder.start();
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(command + ": " + out);
    }
    return out;
  }

  /** Types text as it is. */
  void type(String text) throws IOException, InterruptedException {
    run(List.of("send-keys", "-l", "--", text));
  }

  /** Presses a key, as {@code Enter}, {@code Tab} or {@code C-c}. */
  void press(String key) throws IOException, InterruptedException {
    run(List.of("send-keys", key));
  }

  /** The screen: a line for each row down to the last that holds anything. */
  String screen() throws IOException, InterruptedException {
    return run(List.of("capture-pane", "-p")).stripTrailing() + "\n";
  }

  /** The screen as soon as it is as it should be. */
  String await(String what, Predicate<String> seen) throws IOException, InterruptedException {
    long begin = System.nanoTime();
    String screen = screen();
    while (!seen.test(screen)) {
      if (System.nanoTime() - begin > PATIENCE_NS) {
        throw new AssertionError("not seen: " + what + "; the screen:\n" + screen);
      }
      Thread.sleep(LOOK_AGAIN_MS);
      screen = screen();
    }
    return screen;
  }

  /** The screen as soon as its last line is this. */
  String awaitLast(String line) throws IOException, InterruptedException {
    return await(
        "'" + line + "' at the end", screen -> ("\n" + screen).endsWith("\n" + line + "\n"));
  }

  @Override
  public void close() throws IOException {
    try {
      run(List.of("kill-server"));
    } catch (InterruptedException e) {
      throw new InterruptedIOException("interrupted");
    }
  }
}
