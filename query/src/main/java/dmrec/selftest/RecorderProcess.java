package dmrec.selftest;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A recorder as users have it: {@code dmrec record}, started by the same launcher. Its errors go to
 * a file of the self-test's folder, by which it is found again.
 */
final class RecorderProcess {
  private static final Pattern RECORDING = Pattern.compile("dmrec: recording \\d+ devices? to ");
  private static final Pattern WITHOUT = Pattern.compile("dmrec: (recording without .*)");

  private static final long START_NS = 180_000_000_000L;
  private static final long END_S = 60;
  private static final long TURN_MS = 20;

  private final Process process;
  private final Path errors;

  private RecorderProcess(Process process, Path errors) {
    this.process = process;
    this.errors = errors;
  }

  /** What asks a recorder for probes, or for none. */
  private static List<String> probes(boolean wanted) {
    return wanted ? List.of() : List.of("--no-probes");
  }

  /**
   * Starts one, and waits until it records.
   *
   * @param launcher the program {@code dmrec}
   * @param folder for its errors
   */
  static RecorderProcess start(
      Path launcher, Path folder, Path journal, boolean probes, LongSupplier nanoTime)
      throws IOException, InterruptedException {
    Path errors = folder.resolve(Remains.ERRORS);
    List<String> command = new ArrayList<>(List.of(launcher.toString(), "record"));
    command.addAll(probes(probes));
    command.addAll(List.of("-j", journal.toString()));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(errors.toFile());
    // It is no service.
    builder.environment().keySet().removeAll(List.of("NOTIFY_SOCKET", "WATCHDOG_USEC"));
    RecorderProcess recorder = new RecorderProcess(builder.start(), errors);
    recorder.process.getOutputStream().close();
    recorder.awaitStart(nanoTime);
    return recorder;
  }

  private void awaitStart(LongSupplier nanoTime) throws IOException, InterruptedException {
    long endNs = nanoTime.getAsLong() + START_NS;
    while (!RECORDING.matcher(said()).find()) {
      boolean isOver = !process.isAlive();
      if (isOver || nanoTime.getAsLong() - endNs > 0) {
        throw new SelfTestException(
            "selftest: expected 'dmrec record' to record, found "
                + (isOver ? "that it ended with status " + process.exitValue() : "no start of it")
                + ": "
                + said().strip());
      }
      Thread.sleep(TURN_MS);
    }
  }

  private String said() throws IOException {
    return Files.readString(errors, StandardCharsets.UTF_8);
  }

  /** What it says that it cannot record; empty where it has everything. */
  String lacks() throws IOException {
    Matcher matcher = WITHOUT.matcher(said());
    return matcher.find() ? matcher.group(1) : "";
  }

  /** Ends it, so that the journal is whole. */
  void stop() throws IOException, InterruptedException {
    process.destroy();
    if (!process.waitFor(END_S, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new SelfTestException(
          "selftest: expected the recorder to end within " + END_S + " s of SIGTERM, found none");
    }
    if (process.exitValue() != 0) {
      throw new SelfTestException(
          "selftest: expected the recorder to end with status 0, found "
              + process.exitValue()
              + ": "
              + said().strip());
    }
  }
}
