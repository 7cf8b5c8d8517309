package dmrec.samples;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;

/**
 * The kernel lab: boots a real kernel and runs a scenario with {@code dmrec record}.
 *
 * <p>Property {@code lab} decides where it is not prepared: {@code optional} (tests are skipped,
 * one line says so) or {@code required} (they fail). {@code off} skips them always; {@code reuse}
 * takes what an earlier run left in {@code samples/target/lab}, for work on the tests.
 */
final class Lab {
  private static final Path ROOT = Path.of(System.getProperty("dmrec.root", "..")).toAbsolutePath();
  private static final String MODE = System.getProperty("lab", "optional");
  private static final int TIMEOUT_SECONDS = 2700;
  private static final AtomicBoolean TOLD = new AtomicBoolean();

  private Lab() {}

  /**
   * Boots a kernel, runs the scenario, and returns the folder of what it left.
   *
   * @param kernel a series as {@code 6.12}; empty: what {@code DMREC_LAB_KERNEL} names, or Debian's
   *     own
   */
  static Path run(String kernel, String scenario, String... arguments) {
    if (MODE.equals("off")) {
      skip("the kernel lab is off (-Dlab=off)");
    }
    String series = kernel.isEmpty() ? environment("DMREC_LAB_KERNEL", "") : kernel;
    String name = series.isEmpty() ? scenario : scenario + "-" + series;
    Path out = ROOT.resolve("samples/target/lab").resolve(name);
    if (MODE.equals("reuse") && Files.exists(out.resolve("exit-status"))) {
      return out;
    }
    require(
        cache().resolve(series).resolve("ready"),
        "the kernel lab is not prepared; prepare it with: sudo samples/lab/prepare"
            + (series.isEmpty() ? "" : " --kernel " + series));
    // The guest runs the dmrec of this build.
    require(
        ROOT.resolve("query/target/dmrec/ready"),
        "dmrec is not packaged yet; 'mvn verify' does that before it runs these tests");
    try {
      clear(out);
      boot(series, scenario, out, arguments);
    } catch (IOException e) {
      Assertions.fail("scenario " + scenario + " could not be run", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      Assertions.fail("interrupted while scenario " + scenario + " ran", e);
    }
    return out;
  }

  /** A file of the samples. */
  static Path sample(String name) {
    return ROOT.resolve("samples").resolve(name);
  }

  private static void require(Path file, String orElse) {
    if (!Files.exists(file)) {
      if (MODE.equals("required")) {
        Assertions.fail(orElse);
      }
      skip(orElse);
    }
  }

  private static void skip(String why) {
    if (!TOLD.getAndSet(true)) {
      System.err.println("dmrec: kernel tests are skipped: " + why);
    }
    abort(why);
  }

  private static Path cache() {
    String named = environment("DMREC_LAB", "");
    return named.isEmpty()
        // As the scripts say: HOME, which is not always where the JVM takes the user's home from.
        ? Path.of(environment("HOME", "/"), ".cache", "dmrec-lab")
        : Path.of(named);
  }

  private static String environment(String name, String orElse) {
    return System.getenv().getOrDefault(name, orElse);
  }

  private static void boot(String series, String scenario, Path out, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(ROOT.resolve("samples/lab/run").toString());
    command.add(scenario);
    command.add("--kernel=" + series);
    command.add("--out=" + out);
    command.add("--timeout=" + TIMEOUT_SECONDS);
    command.addAll(List.of(arguments));
    Path log = out.resolveSibling(out.getFileName() + ".log");
    long began = System.nanoTime();
    Process process =
        new ProcessBuilder(command)
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    Thread killer = new Thread(process::destroy);
    Runtime.getRuntime().addShutdownHook(killer);
    int status = process.waitFor();
    Runtime.getRuntime().removeShutdownHook(killer);
    System.err.printf(
        "dmrec: scenario %s took %d s%n",
        out.getFileName(), TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began));
    if (status != 0) {
      Path said = out.resolve("stderr");
      Assertions.fail(
          "scenario "
              + scenario
              + " ended with status "
              + status
              + ":\n"
              + Files.readString(log)
              + (Files.exists(said) ? Files.readString(said) : "")
              + "see "
              + out);
    }
  }

  private static void clear(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> all = Files.walk(folder)) {
        for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(each);
        }
      }
    }
    Files.createDirectories(folder);
  }
}
