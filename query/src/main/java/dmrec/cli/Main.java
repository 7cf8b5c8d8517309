package dmrec.cli;

import dmrec.cli.host.Failure;
import dmrec.cli.host.Host;
import dmrec.cli.host.Version;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.Constructor;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;

/** The {@code dmrec} program. */
@Command(
    name = "dmrec",
    description = "A flight recorder for the Linux device-mapper.",
    mixinStandardHelpOptions = true,
    scope = CommandLine.ScopeType.INHERIT,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND")
public final class Main implements Callable<Integer> {
  public static void main(String[] args) {
    if (args.length == 1 && args[0].equals("--version") && printVersion()) {
      return;
    }
    System.exit(run(Host.ofThisProcess(), RawArguments.of(args)));
  }

  /** Prints the version without building the command line, which takes longer. */
  private static boolean printVersion() {
    try {
      // Not closed: the long way writes to the same descriptor.
      new FileOutputStream(FileDescriptor.out)
          .write(("dmrec " + Version.number() + "\n").getBytes(StandardCharsets.UTF_8));
      return true;
    } catch (IOException e) {
      return false; // The long way says so.
    }
  }

  @Override
  public Integer call() {
    throw Failure.usage("which command? 'dmrec --help' lists them");
  }

  /** Runs one command line; the result is the exit code. */
  public static int run(Host host, List<String> args) {
    StringWriter text = new StringWriter();
    CommandLine commandLine = commandLine(host, args.isEmpty() ? null : args.get(0));
    commandLine.setOut(new PrintWriter(text));
    int code;
    try {
      code = commandLine.execute(args.toArray(String[]::new));
      host.out().write(text.toString().getBytes(StandardCharsets.UTF_8));
      host.out().flush();
    } catch (IOException e) {
      code = Errors.report(host, e);
    }
    host.err().flush();
    return code;
  }

  /**
   * The command line.
   *
   * @param asked the only command that is asked for; all are there where it is null or none
   */
  static CommandLine commandLine(Host host, @Nullable String asked) {
    CommandLine commandLine = new CommandLine(new Main(), new Factory(host));
    Commands.addTo(commandLine, asked);
    commandLine.setErr(new PrintWriter(host.err(), true, StandardCharsets.UTF_8));
    commandLine.setColorScheme(
        CommandLine.Help.defaultColorScheme(host.colour() ? Ansi.ON : Ansi.OFF));
    FilterHelp.addTo(commandLine);
    commandLine.setAbbreviatedOptionsAllowed(true);
    commandLine.setCaseInsensitiveEnumValuesAllowed(true);
    commandLine.setUsageHelpWidth(host.columns() > 60 ? Math.min(host.columns(), 100) : 80);
    commandLine.setUsageHelpLongOptionsMaxWidth(30);
    commandLine.setParameterExceptionHandler((e, arguments) -> Errors.reportUsage(host, e));
    commandLine.setExecutionExceptionHandler((e, command, parsed) -> Errors.report(host, e));
    return commandLine;
  }

  /** Commands take the host in their constructor; everything else is picocli's. */
  private record Factory(Host host) implements CommandLine.IFactory {
    @Override
    public <K> K create(Class<K> type) throws Exception {
      Constructor<K> constructor = takingHost(type);
      return constructor == null
          ? CommandLine.defaultFactory().create(type)
          : constructor.newInstance(host);
    }

    private static <K> @Nullable Constructor<K> takingHost(Class<K> type) {
      try {
        return type.getDeclaredConstructor(Host.class);
      } catch (NoSuchMethodException e) {
        return null;
      }
    }
  }
}
