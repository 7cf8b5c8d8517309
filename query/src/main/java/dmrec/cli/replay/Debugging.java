package dmrec.cli.replay;

import dmrec.cli.host.Failure;
import dmrec.cli.host.Host;
import dmrec.event.KernelText;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Stack;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/**
 * {@code --debug}: dmrec starts itself again as a JVM that waits for a debugger. On the loopback
 * device only: whoever attaches may run anything.
 */
final class Debugging {
  private static final String DEBUGGED = "dmrec.debugged";
  private static final String DEFAULT_PORT = "5005";

  @Option(
      names = "--debug",
      paramLabel = "PORT",
      arity = "0..1",
      fallbackValue = DEFAULT_PORT,
      preprocessor = AttachedOnly.class,
      description =
          "Wait for a Java debugger on this port of 127.0.0.1 before anything is fed (default "
              + DEFAULT_PORT
              + ", 0 for any that is free). The handler may then take any time.")
  private @Nullable Integer port;

  /** Whether a debugger is, or will be, asked for. */
  boolean isWanted() {
    return port != null;
  }

  /** Whether this process has to be started again, for a debugger to wait for. */
  boolean isPending() {
    return isWanted() && !Boolean.getBoolean(DEBUGGED);
  }

  /**
   * Runs the command again, once a debugger is there; the result is its exit code.
   *
   * @param handler what is going to be debugged, for the user
   */
  int run(Host host, CommandSpec command, String handler) throws IOException, InterruptedException {
    Path agent = Path.of(System.getProperty("java.home", ""), "lib", "libjdwp.so");
    if (!Files.exists(agent)) {
      throw Failure.of(
          "--debug: this Java cannot be debugged: there is no "
              + agent
              + "; name another by DMREC_JAVA");
    }
    int free = freePort(Objects.requireNonNull(port));
    host.note(
        "waiting for a debugger at 127.0.0.1:%d (jdb -attach %d); the handler is %s"
            .formatted(free, free, KernelText.printable(handler)));
    Process process =
        Relaunch.under(List.of())
            .option(
                "-agentlib:jdwp=transport=dt_socket,server=y,suspend=y,quiet=y,address=127.0.0.1:"
                    + free)
            .option("-D" + DEBUGGED + "=true")
            .start(command);
    try {
      return Relaunch.await(process, () -> {});
    } finally {
      process.toHandle().destroyForcibly();
    }
  }

  private static int freePort(int port) {
    if (port < 0 || port > 65_535) {
      throw Failure.usage("--debug: expected a port from 0 to 65535, found " + port);
    }
    try (ServerSocket probe =
        new ServerSocket(port, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
      return probe.getLocalPort();
    } catch (IOException e) {
      throw Failure.of(
          "--debug: port "
              + port
              + " of 127.0.0.1 cannot be had: "
              + e.getMessage()
              + "; name another, as --debug=5006, or --debug=0 for any",
          e);
    }
  }

  /** The port comes with an equals sign: the word behind {@code --debug} is the journal. */
  static final class AttachedOnly implements IParameterPreprocessor {
    @Override
    public boolean preprocess(
        Stack<String> args, CommandSpec command, ArgSpec option, Map<String, Object> info) {
      if (!"=".equals(info.get("separator"))) {
        args.push(DEFAULT_PORT);
      }
      return false;
    }
  }
}
