package dmrec.cli.answer;

import dmrec.cli.host.Failure;
import dmrec.cli.host.Filters;
import dmrec.cli.host.Host;
import dmrec.cli.host.JournalOption;
import dmrec.cli.host.OutputForm;
import dmrec.cli.host.SelectionOptions;
import dmrec.event.EventJson;
import dmrec.event.EventRecord;
import dmrec.journal.Damage;
import dmrec.journal.Journal;
import dmrec.query.EventSelection;
import dmrec.query.EventText;
import dmrec.query.SelectedEvents;
import dmrec.query.TimeSpec;
import java.io.IOException;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "log",
    description = "Print the events of a journal, oldest first.",
    footer = {
      "",
      "A line has the time, the record's number, the device, the kind and what happened. '~' marks"
          + " what the difference of two looks proves, with the time between them; '?' what was"
          + " only correlated. At its end 'by lvcreate[812]' is who asked for it, 'in dd[77]' for"
          + " whom the kernel was working when it happened.",
      "TIME is " + TimeSpec.FORMS + ".",
      "FILTER joins conditions with and, or, not and parentheses: FIELD = != < <= > >= VALUE,"
          + " FIELD ~ GLOB or /regex/, FIELD in (A, B), or a kind alone; and by the stack at that"
          + " moment: under DEVICE, over DEVICE, uses DEVICE. As --where 'path_failed and"
          + " valid_paths = 0' or 'device ~ mpath* and time > -5m'. 'dmrec query --help' lists the"
          + " fields.",
      "Exit code: 0, 1 where some of the journal is damaged, 2 for wrong usage."
    })
public final class Log implements Callable<Integer> {
  private static final long LOOK_AGAIN_MS = 50;

  private final Host host;

  @Mixin private JournalOption journal = new JournalOption();

  @Option(
      names = {"-f", "--follow"},
      description = "Go on with new events as they are recorded.")
  private boolean follow;

  @Mixin private SelectionOptions which = new SelectionOptions();

  @Option(
      names = "--explain",
      description = "Then tell how --where was evaluated, and how much was read.")
  private boolean explain;

  @Option(
      names = {"-n", "--lines"},
      paramLabel = "N",
      description = "Only the last N events (with --follow: of those before).")
  private @Nullable Integer last;

  @Option(
      names = "--all",
      description = "Also uevents and counters, which are only traces of other events.")
  private boolean all;

  @Option(
      names = "--output",
      paramLabel = "FORM",
      description = "text or json (one object a line, all kinds). Default: ${DEFAULT-VALUE}.")
  private OutputForm output = OutputForm.TEXT;

  @Option(
      names = {"-v", "--evidence"},
      description = "With each event what proves it, word for word.")
  private boolean evidence;

  @Option(names = "--utc", description = "Times in UTC instead of local time.")
  private boolean utc;

  public Log(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (last != null && last < 0) {
      throw Failure.usage("-n: expected 0 or more, found " + last);
    }
    ZoneId zone = utc ? ZoneOffset.UTC : host.clock().getZone();
    EventText text = new EventText(zone, host.colour(), evidence);
    boolean traces = all || output == OutputForm.JSON;
    EventSelection selection = which.selection(host, traces);
    try (Journal opened = journal.open(host);
        SelectedEvents events = SelectedEvents.open(opened, selection)) {
      if (last != null) {
        for (EventRecord record : events.last(last)) {
          print(record, text);
        }
      }
      boolean goesOn = follow;
      print(events, text);
      Damage told = Damage.NONE;
      while (goesOn) {
        host.out().flush();
        // Who follows may never come to the end.
        told = report(events, told);
        Thread.sleep(LOOK_AGAIN_MS);
        // Asked first: what was appended before it ended is still printed.
        goesOn = !events.hasEnded();
        print(events, text);
      }
      tellWhatIsHidden(events);
      if (explain) {
        Filters.explain(host, opened, selection.filter(), events, zone);
      }
      return report(events, told).isNone() ? 0 : 1;
    }
  }

  /** Tells the damage that was passed since it was told last. */
  private Damage report(SelectedEvents events, Damage told) throws IOException {
    Damage all = events.damage();
    host.report(all.without(told));
    return all;
  }

  private void print(SelectedEvents events, EventText text) throws IOException {
    for (EventRecord record = events.next(); record != null; record = events.next()) {
      print(record, text);
    }
  }

  private void print(EventRecord record, EventText text) throws IOException {
    host.print((output == OutputForm.JSON ? EventJson.write(record) : text.print(record)) + "\n");
  }

  private void tellWhatIsHidden(SelectedEvents events) throws IOException {
    if (output != OutputForm.TEXT) {
      return;
    }
    if (events.hiddenTraces() > 0) {
      host.note(
          events.hiddenTraces() + " uevents and counters are not shown; --all shows them too");
    }
    if (events.gapsBeside() > 0) {
      host.note(
          events.gapsBeside()
              + " gaps in the recording are not shown, in which this device may have changed;"
              + " --kind gap without --device shows them");
    }
  }
}
