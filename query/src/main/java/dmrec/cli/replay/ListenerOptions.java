package dmrec.cli.replay;

import static java.nio.charset.StandardCharsets.UTF_8;

import dmrec.cli.host.Failure;
import dmrec.cli.host.Host;
import dmrec.handler.DmEventHandler;
import dmrec.handler.UeventHandler;
import dmrec.handler.UeventPort;
import dmrec.handler.UeventWay;
import dmrec.kernel.NetNamespaces;
import dmrec.replay.Pace;
import dmrec.replay.Recording;
import dmrec.replay.Replay;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What is said of a replay to real listeners: {@code --into uevent} and {@code --into udev}. */
final class ListenerOptions {
  @Option(
      names = "--run",
      paramLabel = "COMMAND",
      description =
          "With --into uevent or udev: make a network namespace that live uevents do not reach, run"
              + " COMMAND in it (by sh), replay once it listens, then end it.")
  private @Nullable String run;

  @Option(
      names = "--only-recorded",
      description =
          "With --into uevent or udev: leave out what was no uevent; else such an event is sent as"
              + " the uevent that the kernel did not send, marked DMREC_SYNTHESISED=1.")
  private boolean onlyRecorded;

  @Option(
      names = "--really-here",
      description =
          "With --into uevent or udev: send also where this machine's own udev and daemons listen,"
              + " who will believe it.")
  private boolean reallyHere;

  private @Nullable ListeningProgram program;

  /** How a handler of that name reaches listeners; null where it is none of these. */
  static @Nullable UeventWay way(String into) {
    return switch (into) {
      case "uevent" -> UeventWay.KERNEL;
      case "udev" -> UeventWay.UDEV;
      default -> null;
    };
  }

  /** Refuses what makes no sense, and what would harm. */
  void check(String into, boolean dryRun) {
    UeventWay way = way(into);
    if (way == null) {
      String option =
          run != null
              ? "--run"
              : onlyRecorded ? "--only-recorded" : reallyHere ? "--really-here" : "";
      if (!option.isEmpty()) {
        throw Failure.usage(option + " belongs to --into uevent or udev, not to '" + into + "'");
      }
    } else if (run == null && !reallyHere && !dryRun && NetNamespaces.isHosts()) {
      throw Failure.usage(
          "--into "
              + into
              + ": this is the machine's own network namespace, where udev and every daemon would"
              + " believe what is replayed; add --run COMMAND to replay to COMMAND in one of its"
              + " own, or --really-here");
    }
  }

  /** Whether this process has to be started again, in a namespace of its own. */
  boolean wantsNamespace() {
    return run != null && !CleanNamespace.isInside();
  }

  /** What is done while the program listens. */
  interface Body {
    int run() throws IOException, InterruptedException;
  }

  /**
   * Replays, where there is a program while it listens; then that has ended, with all it started.
   *
   * @param quiet whether the program's standard input is to be empty
   */
  int whileListening(Host host, String into, boolean quiet, Body replay)
      throws IOException, InterruptedException {
    UeventWay way = way(into);
    String command = run;
    if (way == null || command == null) {
      return replay.run();
    }
    try (ListeningProgram started = ListeningProgram.start(host, way, command, quiet)) {
      started.awaitListening();
      program = started;
      int code = replay.run();
      String failure = code == 0 ? started.lastMoment() : "";
      if (!failure.isEmpty()) {
        host.note(failure);
      }
      return failure.isEmpty() ? code : 1;
    }
  }

  /** The handler. */
  DmEventHandler handler(UeventWay way, Host host) {
    ListeningProgram started = program;
    KernelUeventPort.Check check = started == null ? sentAll -> {} : started::check;
    return handler(way, host, each -> KernelUeventPort.open(each, check));
  }

  /** Tells what would be sent. */
  void dryRun(UeventWay way, Host host, Recording recording) throws InterruptedException {
    DmEventHandler handler = handler(way, host, DryUeventPort::new);
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, UTF_8);
    new Replay(recording, handler, new Replay.Options(Pace.MAX, 0, 1, nowhere), finding -> false)
        .run();
  }

  private DmEventHandler handler(UeventWay way, Host host, UeventPort.Opener opener) {
    return new UeventHandler(way, onlyRecorded, opener, line -> note(host, line));
  }

  private static void note(Host host, String line) {
    try {
      host.note(line);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The options as they were given, for a command that does the same again. */
  List<String> words() {
    List<String> words = new ArrayList<>();
    if (onlyRecorded) {
      words.add("--only-recorded");
    }
    if (reallyHere) {
      words.add("--really-here");
    }
    if (run != null) {
      words.addAll(List.of("--run", run));
    }
    return words;
  }
}
