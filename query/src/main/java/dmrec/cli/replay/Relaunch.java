package dmrec.cli.replay;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jline.utils.Signals;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Starts dmrec once more, as another process with the same Java, options, class path and streams:
 * for what a JVM that runs cannot change about itself, as its namespaces or its debugger.
 *
 * <p>While the other one runs, this one only waits: SIGTERM is passed on, and Ctrl-C reaches the
 * other anyway, as both are of the terminal's foreground.
 */
final class Relaunch {
  private static final long TURN_MS = 100;

  private final List<String> prefix;
  private final List<String> jvmOptions = new ArrayList<>();
  private final Map<String, String> environment = new HashMap<>();

  private Relaunch(List<String> prefix) {
    this.prefix = prefix;
  }

  /** By way of a command that runs the one that is appended to it; of none where it is empty. */
  static Relaunch under(List<String> prefix) {
    return new Relaunch(List.copyOf(prefix));
  }

  /** With a further option of the JVM, behind those that this one has. */
  Relaunch option(String jvmOption) {
    jvmOptions.add(jvmOption);
    return this;
  }

  /** With a variable in its environment. */
  Relaunch variable(String name, String value) {
    environment.put(name, value);
    return this;
  }

  /** Starts it with the command line that {@code running} is of. */
  Process start(CommandSpec running) throws IOException {
    CommandSpec program = running.root();
    List<String> command = new ArrayList<>(prefix);
    command.add(Path.of(System.getProperty("java.home", ""), "bin", "java").toString());
    for (String option : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      // A debugger's port is this process's.
      if (!option.startsWith("-agentlib:jdwp") && !option.startsWith("-Xrunjdwp")) {
        command.add(option);
      }
    }
    command.addAll(jvmOptions);
    command.addAll(List.of("-cp", System.getProperty("java.class.path", "")));
    command.add(program.userObject().getClass().getName());
    command.addAll(program.commandLine().getParseResult().originalArgs());
    ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
    builder.environment().putAll(environment);
    return builder.start();
  }

  /** Waits for it; {@code turn} is called every now and then. The result is its exit code. */
  static int await(Process process, Runnable turn) throws InterruptedException {
    Object oldInt = Signals.register("INT", () -> {});
    Object oldTerm = Signals.register("TERM", () -> process.toHandle().destroy());
    try {
      while (!process.waitFor(TURN_MS, TimeUnit.MILLISECONDS)) {
        turn.run();
      }
      return process.exitValue();
    } finally {
      Signals.unregister("INT", oldInt);
      Signals.unregister("TERM", oldTerm);
    }
  }
}
