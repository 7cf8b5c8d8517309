package dmrec.cli.replay;

import dmrec.cli.host.Amounts;
import dmrec.cli.host.Failure;
import dmrec.cli.host.FilterChoice;
import dmrec.cli.host.Filters;
import dmrec.cli.host.Host;
import dmrec.cli.host.JournalArgument;
import dmrec.cli.host.JournalOption;
import dmrec.cli.host.Times;
import dmrec.handler.HandlerException;
import dmrec.handler.HandlerFactory;
import dmrec.handler.UeventWay;
import dmrec.journal.Journal;
import dmrec.journal.Position;
import dmrec.query.EventText;
import dmrec.query.SeqRange;
import dmrec.query.TimeSpec;
import dmrec.query.filter.Filter;
import dmrec.replay.EventChoice;
import dmrec.replay.HandlerLoader;
import dmrec.replay.JournalRecording;
import dmrec.replay.Pace;
import dmrec.replay.Recording;
import java.io.IOException;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "replay",
    description = "Feed recorded events to a handler.",
    footer = {
      "",
      "HANDLER is one of",
      "  print           each event as a line, as 'dmrec log' prints it",
      "  json            each event as a JSON object, one a line",
      "  FILE.java       a Java source file, which is compiled",
      "  CLASS or NAME   a class, or a handler that a service file offers",
      "                  (META-INF/services/dmrec.handler.DmEventHandler)",
      "  exec:COMMAND    one process, JSON lines on its standard input",
      "  each:COMMAND    one process an event, told in its environment",
      "                  (DMREC_KIND, DMREC_DEVICE, ..., and the uevent's own)",
      "  uevent, udev    uevents, for those who listen to the kernel or to udev",
      "  journal:DIR     a copy that stands alone, in a new folder",
      "",
      "A handler that throws, ends, or takes too long is a finding: the event, the stack before it"
          + " and the command that replays from there are printed.",
      "TIME is " + TimeSpec.FORMS + "; FILTER as for 'dmrec log'.",
      "Exit code: 0, 1 for a finding or where some of the journal is damaged, 2 for wrong usage,"
          + " 130 after Ctrl-C."
    })
public final class ReplayCommand implements Callable<Integer> {
  private static final Pattern SPEED = Pattern.compile("(\\d{1,6}(?:\\.\\d{1,6})?)x");

  private static final String TIMEOUT = "30s";

  private final Host host;

  @Mixin private JournalArgument journal = new JournalArgument();

  @Option(
      names = "--into",
      paramLabel = "HANDLER",
      required = true,
      description = "Who gets the events.")
  private String into = "";

  @Option(
      names = "--handler-path",
      paramLabel = "PLACE",
      description =
          "Where handlers and what they need are: a jar, or a folder with its classes and all its"
              + " jars; several, or a list with colons.")
  private List<String> handlerPath = List.of();

  @Option(names = "--from", paramLabel = "TIME", description = "Nothing before this time.")
  private @Nullable String from;

  @Option(names = "--to", paramLabel = "TIME", description = "Nothing after this time.")
  private @Nullable String to;

  @Option(names = "--where", paramLabel = "FILTER", description = "Only events that match.")
  private @Nullable String where;

  @Option(
      names = "--speed",
      paramLabel = "SPEED",
      description =
          "max, or how much faster than recorded: 1x, 10x, 0.5x. Default: ${DEFAULT-VALUE}.")
  private String speed = "max";

  @Option(
      names = "--max-pause",
      paramLabel = "TIME",
      description = "Cut silences that were longer to this, as 2s.")
  private @Nullable String maxPause;

  @Option(names = "--rate", paramLabel = "N", description = "No more than N events a second.")
  private double rate;

  @Option(
      names = "--break",
      paramLabel = "FILTER",
      description = "Stop and ask before each event that matches.")
  private @Nullable String breaks;

  @Option(
      names = "--step",
      description = "Stop and ask before each event; 'help' at the prompt lists what can be asked.")
  private boolean step;

  @Option(names = "--loop", paramLabel = "N", description = "Feed all of it N times.")
  private long loops = 1;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      description =
          "How long the handler may take for one event, as 500ms; 0 for ever. Default:"
              + " ${DEFAULT-VALUE}.")
  private String timeout = TIMEOUT;

  @Option(
      names = "--on-error",
      paramLabel = "WHAT",
      description =
          "When the handler fails: stop (the default), continue with the next event, or break"
              + " (ask).")
  private OnError onError = OnError.STOP;

  @Mixin private ComparisonOptions compare = new ComparisonOptions();

  @Mixin private Debugging debugging = new Debugging();

  @Option(names = "--dry-run", description = "Feed nobody; tell what would be fed.")
  private boolean dryRun;

  @Option(
      names = "--shrink",
      paramLabel = "OUT",
      description =
          "Find the fewest events that make the handler fail the same way, and write them as a"
              + " journal into a new folder. Ctrl-C keeps the fewest so far.")
  private @Nullable Path shrink;

  @Option(names = "--utc", description = "Times in UTC instead of local time.")
  private boolean utc;

  @Mixin private ListenerOptions listeners = new ListenerOptions();

  @Spec private @Nullable CommandSpec spec;

  public ReplayCommand(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path path = journal.path(host);
    ZoneId zone = utc ? ZoneOffset.UTC : host.clock().getZone();
    Filter filter = Filters.parse(host, "--where", where);
    Filter breakFilter = Filters.parse(host, "--break", breaks);
    Pace pace = pace();
    Position since = Times.parse(host, "--from", from);
    Position until = Times.parse(host, "--to", to);
    // A person takes longer than a handler may.
    long timeoutNs = debugging.isWanted() ? 0 : Amounts.durationNs("--timeout", timeout);
    if (loops < 1) {
      throw Failure.usage("--loop: expected 1 or more, found " + loops);
    }
    if (shrink != null && (dryRun || step || breaks != null || loops > 1 || pace.waits())) {
      throw Failure.usage(
          "--shrink replays again and again as fast as it can; it goes without --dry-run, --step,"
              + " --break, --loop, --speed and --rate");
    }
    if (host.standpoint() != null && (step || breaks != null || onError == OnError.BREAK)) {
      throw Failure.usage(
          "--step, --break and --on-error break ask at a terminal, which is the console's here; run"
              + " 'dmrec replay' outside of it");
    }
    EventText text = new EventText(zone, host.colour(), false);
    compare.check(loops, shrink != null);
    listeners.check(into, dryRun);
    if (listeners.wantsNamespace() && !dryRun) {
      return CleanNamespace.run(host, Objects.requireNonNull(spec), journal.path(host));
    }
    boolean captured = compare.isAsked() || shrink != null || !host.isThisProcess();
    try (Programs programs = new Programs(captured, timeoutNs);
        Journal opened = JournalOption.open(host, path)) {
      HandlerFactory factory = factory(new BuiltInHandlers(host, text, listeners, programs), text);
      SeqRange range = SeqRange.of(opened, since, until);
      if (range.isEmpty()) {
        throw Failure.of(path + ": there is no event between --from and --to");
      }
      if (debugging.isPending() && !dryRun) {
        // Here, where all that can be said before somebody attaches has been said.
        return debugging.run(host, Objects.requireNonNull(spec), into);
      }
      Recording recording =
          JournalRecording.of(
              opened,
              range.fromSeq(),
              range.toSeq(),
              filter == null ? EventChoice.ALL : new FilterChoice(filter));
      if (shrink != null) {
        return new ShrinkRun(host, zone, factory, programs, shrink, ofShrunk(shrink))
            .run(recording, timeoutNs, filter != null);
      }
      if (dryRun) {
        int code = new DryRun(host, zone).tell(recording, pace, factory.name());
        UeventWay way = ListenerOptions.way(into);
        if (way != null) {
          listeners.dryRun(way, host, recording);
        }
        return code;
      }
      ReplaySession session =
          new ReplaySession(
              host,
              opened,
              recording,
              new ReplaySession.Settings(
                  pace,
                  timeoutNs,
                  loops,
                  onError,
                  step,
                  breakFilter,
                  zone,
                  range.lastSeq(opened),
                  seq -> again(path, seq)),
              factory,
              programs,
              compare);
      return listeners.whileListening(host, into, step || breakFilter != null, session::run);
    }
  }

  private HandlerFactory factory(BuiltInHandlers builtIn, EventText text) {
    HandlerFactory handler = named(builtIn, "--into", into);
    if (!compare.isAsked()) {
      return handler;
    }
    String other = compare.against();
    return compare.around(
        handler, other == null ? null : named(builtIn, "--against", other), text::print);
  }

  private HandlerFactory named(BuiltInHandlers builtIn, String option, String name) {
    HandlerFactory found = builtIn.find(name);
    if (found != null) {
      return found;
    }
    builtIn.watchPrograms();
    try {
      return new HandlerLoader(handlerPath, BuiltInHandlers.NAMES).find(name);
    } catch (HandlerException e) {
      throw Failure.usage(option + ": " + e.getMessage());
    }
  }

  private Pace pace() {
    double times = 0;
    if (!speed.equalsIgnoreCase("max")) {
      Matcher matcher = SPEED.matcher(speed.toLowerCase(Locale.ROOT));
      times = matcher.matches() ? Double.parseDouble(matcher.group(1)) : 0;
      if (times == 0) {
        throw Failure.usage("--speed: expected max, 1x, 10x or 0.5x, found " + speed);
      }
    }
    if (!(rate >= 0) || rate > 1e9) {
      throw Failure.usage("--rate: expected events a second, found " + rate);
    }
    return new Pace(
        times,
        maxPause == null ? Long.MAX_VALUE : Amounts.durationNs("--max-pause", maxPause),
        rate == 0 ? 0 : (long) (1e9 / rate));
  }

  /** The command that replays what was shrunk. */
  private String ofShrunk(Path out) {
    return ShellWords.join(start(out));
  }

  /** How a command begins that replays a journal to the same handler. */
  private List<String> start(Path path) {
    List<String> words =
        new ArrayList<>(List.of("dmrec", "replay", path.toString(), "--into", into));
    for (String place : handlerPath) {
      words.addAll(List.of("--handler-path", place));
    }
    return words;
  }

  /** The command that replays from an event on. */
  private String again(Path path, long seq) {
    List<String> words = start(path);
    words.addAll(List.of("--from", "#" + seq));
    if (to != null) {
      words.addAll(List.of("--to", to));
    }
    if (where != null) {
      words.addAll(List.of("--where", where));
    }
    if (!timeout.equals(TIMEOUT)) {
      words.addAll(List.of("--timeout", timeout));
    }
    words.addAll(listeners.words());
    return ShellWords.join(words);
  }
}
