package dmrec.selftest;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The programs of a self-test, which are run without a shell. For any thread.
 *
 * @param folders where they are looked for, in order
 * @param clock the wall clock
 * @param nanoTime a clock that nobody sets
 * @param endNs when the last of them is to end, by that clock; null where it is open
 */
record Programs(List<Path> folders, Clock clock, LongSupplier nanoTime, @Nullable Long endNs) {
  /** By the name of each, what to install where it is missing. */
  private static final Map<String, String> NEEDED =
      Map.of(
          "dmsetup", "dmsetup on Debian and Ubuntu, device-mapper on Fedora, RHEL and SUSE",
          "losetup", "mount on Debian and Ubuntu, util-linux on Fedora, RHEL and SUSE",
          "dd", "coreutils");

  private static final long TIMEOUT_NS = 30_000_000_000L;

  /** What any of them gets, however late it is. */
  private static final long LEAST_NS = 2_000_000_000L;

  /**
   * A program that has ended.
   *
   * @param status its exit status; -1 where it was killed, as it did not end in time
   * @param said its output and its errors
   * @param beforeNs wall clock before it was started
   * @param afterNs wall clock when it had ended
   */
  record Ran(List<String> command, long pid, int status, String said, long beforeNs, long afterNs) {
    String line() {
      return String.join(" ", command);
    }

    /** With what came of it until a time. */
    Ran until(long nowNs) {
      return new Ran(command, pid, status, said, beforeNs, nowNs);
    }

    /** Fails where it failed. */
    Ran orFail() throws SelfTestException {
      if (status != 0) {
        throw new SelfTestException(
            line()
                + (status < 0
                    ? ": expected its end, found none within "
                        + (afterNs - beforeNs) / 1_000_000_000L
                        + " s"
                    : ": expected exit status 0, found " + status)
                + (said.isBlank()
                    ? ""
                    : ": " + said.strip().lines().distinct().collect(Collectors.joining("; "))));
      }
      return this;
    }
  }

  /** Those on the user's path, and where administrators have them. */
  static Programs of(String path, Clock clock, LongSupplier nanoTime) {
    List<Path> folders = new ArrayList<>();
    for (String folder : (path + ":/usr/sbin:/sbin:/usr/bin:/bin").split(":", -1)) {
      if (folder.startsWith("/")) {
        folders.add(Path.of(folder));
      }
    }
    return new Programs(folders, clock, nanoTime, null);
  }

  /** The same, with an end. */
  Programs until(long endNs) {
    return new Programs(folders, clock, nanoTime, endNs);
  }

  private long timeoutNs() {
    return endNs == null
        ? TIMEOUT_NS
        : Math.max(LEAST_NS, Math.min(TIMEOUT_NS, endNs - nanoTime.getAsLong()));
  }

  /** Fails where one of them is missing. */
  void expectAll() throws SelfTestException {
    for (String name : List.of("dmsetup", "losetup", "dd")) {
      find(name);
    }
  }

  private Path find(String name) throws SelfTestException {
    for (Path folder : folders) {
      Path program = folder.resolve(name);
      if (Files.isExecutable(program)) {
        return program;
      }
    }
    throw new SelfTestException(
        "selftest: expected the program " + name + ", found none; install it: " + NEEDED.get(name));
  }

  /** Runs one to its end. */
  Ran run(String name, List<String> arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(name));
    command.addAll(arguments);
    List<String> found = new ArrayList<>(command);
    found.set(0, find(name).toString());
    ProcessBuilder builder = new ProcessBuilder(found).redirectErrorStream(true);
    builder.environment().keySet().removeIf(key -> key.startsWith("DM_"));
    builder.environment().put("LC_ALL", "C");
    long beforeNs = nowNs();
    Process process = builder.start();
    process.getOutputStream().close();
    CompletableFuture<String> said =
        CompletableFuture.supplyAsync(() -> read(process.getInputStream()));
    if (!process.waitFor(timeoutNs(), TimeUnit.NANOSECONDS)) {
      process.destroyForcibly();
      return new Ran(command, process.pid(), -1, "", beforeNs, nowNs());
    }
    long afterNs = nowNs();
    return new Ran(command, process.pid(), process.exitValue(), said.join(), beforeNs, afterNs);
  }

  private static String read(InputStream in) {
    try (in) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  long nowNs() {
    Instant now = clock.instant();
    return now.getEpochSecond() * 1_000_000_000L + now.getNano();
  }
}
