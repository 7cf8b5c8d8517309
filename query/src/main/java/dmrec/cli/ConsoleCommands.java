package dmrec.cli;

import dmrec.cli.host.Failure;
import dmrec.cli.host.Host;
import dmrec.cli.host.JournalOption;
import dmrec.console.Commands;
import dmrec.console.Console;
import dmrec.console.ConsoleSettings;
import dmrec.console.Output;
import dmrec.console.Standpoint;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/**
 * The commands as the console runs them: on its journal, at its moment.
 *
 * @param host of the console itself
 * @param zone of the times
 */
record ConsoleCommands(Host host, ZoneId zone) implements Commands {
  /** What records, what needs no journal, and what the console has words of its own for. */
  private static final Set<String> NOT_HERE =
      Set.of("record", "doctor", "selftest", "demo", "key", "open", "import", "help");

  /** Runs a console on the terminal, or on what standard input holds. */
  static int console(Host host, Path journal, boolean utc) throws IOException {
    if (host.standpoint() != null) {
      throw Failure.usage("query: expected an expression; this is the console already");
    }
    List<String> terminals = List.of(System.getProperty("dmrec.terminal", "").split(","));
    ZoneId zone = utc ? ZoneOffset.UTC : host.clock().getZone();
    return terminals.contains("in") && host.outIsTerminal()
        ? Console.onTerminal(settings(host, journal, zone), new ConsoleCommands(host, zone))
        : onStream(host, journal, zone, new FileInputStream(FileDescriptor.in), true);
  }

  /** Runs each line of {@code in}. */
  static int onStream(Host host, Path journal, ZoneId zone, InputStream in, boolean inherit)
      throws IOException {
    return Console.onStream(
        settings(host, journal, zone),
        new ConsoleCommands(host, zone),
        in,
        host.out(),
        host.err(),
        inherit);
  }

  static ConsoleSettings settings(Host host, Path journal, ZoneId zone) throws IOException {
    return new ConsoleSettings(JournalOption.open(host, journal), zone, host.env(), host.colour());
  }

  @Override
  public Map<String, CommandSpec> specs() {
    Map<String, CommandSpec> specs = new LinkedHashMap<>();
    for (Map.Entry<String, CommandLine> each :
        Main.commandLine(host, null).getSubcommands().entrySet()) {
      CommandSpec spec = each.getValue().getCommandSpec();
      boolean isConsole = each.getKey().equals("query") && spec.positionalParameters().isEmpty();
      if (!NOT_HERE.contains(each.getKey()) && !isConsole && !spec.usageMessage().hidden()) {
        specs.put(each.getKey(), spec);
      }
    }
    return specs;
  }

  @Override
  public int run(List<String> args, Output output, Standpoint at) {
    // Who stands at a moment means times as seen from there: 14:02 is of its day.
    Clock clock =
        at.seq() == 0
            ? Clock.system(zone)
            : Clock.fixed(
                Instant.ofEpochSecond(
                    Math.floorDiv(at.wallNs(), 1_000_000_000L),
                    Math.floorMod(at.wallNs(), 1_000_000_000L)),
                zone);
    return Main.run(
        new Host(
            output.out(),
            output.err(),
            host.env(),
            clock,
            host.root(),
            output.terminal(),
            false,
            output.columns(),
            host.utf8(),
            at),
        args);
  }
}
