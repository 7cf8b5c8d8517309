package dmrec.cli;

import dmrec.cli.host.AnswerForm;
import dmrec.cli.host.Failure;
import dmrec.cli.host.Filters;
import dmrec.cli.host.Host;
import dmrec.cli.host.JournalOption;
import dmrec.cli.host.Times;
import dmrec.event.EventRecord;
import dmrec.journal.Journal;
import dmrec.query.EventSelection;
import dmrec.query.EventText;
import dmrec.query.SelectedEvents;
import dmrec.query.export.EventExport;
import dmrec.query.export.ExportFormat;
import dmrec.query.filter.AggregateData;
import dmrec.query.filter.AggregateText;
import dmrec.query.filter.Aggregator;
import dmrec.query.filter.FilterSyntaxException;
import dmrec.query.filter.Query;
import java.io.IOException;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "query",
    description =
        "Ask for the events that match, or for figures about them; without QUERY, in a conversation:"
            + " the console.")
final class QueryCommand implements Callable<Integer> {
  private static final int COLUMNS_OF_NO_TERMINAL = 100;

  private final Host host;

  @Mixin private JournalOption journal = new JournalOption();

  @Parameters(
      paramLabel = "QUERY",
      arity = "0..*",
      description = "As 'path_failed and under data-db | count by disk per 1h'; see below.")
  private List<String> words = List.of();

  @Option(names = "--since", paramLabel = "TIME", description = "Nothing before this time.")
  private @Nullable String since;

  @Option(names = "--until", paramLabel = "TIME", description = "Nothing after this time.")
  private @Nullable String until;

  @Option(
      names = "--all",
      description =
          "Also uevents and counters, which are only traces of other events. Figures are always of"
              + " all.")
  private boolean all;

  @Option(
      names = "--explain",
      description = "Then tell how the filter was evaluated, and how much was read.")
  private boolean explain;

  @Option(
      names = "--output",
      paramLabel = "FORM",
      description = "text, json (one object a line) or csv. Default: ${DEFAULT-VALUE}.")
  private AnswerForm output = AnswerForm.TEXT;

  @Option(names = "--utc", description = "Times in UTC instead of local time.")
  private boolean utc;

  QueryCommand(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() throws IOException {
    if (words.isEmpty()) {
      return ConsoleCommands.console(host, journal.path(host), utc);
    }
    Query query = parse(String.join(" ", words));
    ZoneId zone = utc ? ZoneOffset.UTC : host.clock().getZone();
    EventSelection selection =
        new EventSelection(
            Set.of(),
            null,
            Times.parse(host, "--since", since),
            Times.parse(host, "--until", until),
            all || query.aggregation() != null || output != AnswerForm.TEXT,
            query.filter());
    try (Journal opened = journal.open(host);
        SelectedEvents events = SelectedEvents.open(opened, selection)) {
      if (query.aggregation() == null) {
        printEvents(events, zone);
      } else {
        Aggregator groups = new Aggregator(query.aggregation(), zone);
        events.countInto(groups);
        print(groups, zone);
      }
      if (explain) {
        Filters.explain(host, opened, selection.filter(), events, zone);
      }
      return host.report(events.damage());
    }
  }

  private Query parse(String text) {
    try {
      return Query.parse(text, host.clock());
    } catch (FilterSyntaxException e) {
      throw Failure.usage("query: " + e.getMessage());
    }
  }

  private void printEvents(SelectedEvents events, ZoneId zone) throws IOException {
    if (output == AnswerForm.TEXT) {
      EventText text = new EventText(zone, host.colour(), false);
      for (EventRecord r = events.next(); r != null; r = events.next()) {
        host.print(text.print(r) + "\n");
      }
    } else {
      ExportFormat format = output == AnswerForm.CSV ? ExportFormat.CSV : ExportFormat.JSON;
      EventExport export = EventExport.begin(format, host.out(), host.outIsTerminal());
      for (EventRecord r = events.next(); r != null; r = events.next()) {
        export.write(r);
      }
      export.finish();
    }
    if (events.hiddenTraces() > 0) {
      host.note(
          events.hiddenTraces() + " uevents and counters are not shown; --all shows them too");
    }
  }

  private void print(Aggregator groups, ZoneId zone) throws IOException {
    if (groups.size() == 0 && output == AnswerForm.TEXT) {
      host.note("no event matches");
      return;
    }
    AggregateText.Options options =
        new AggregateText.Options(
            zone,
            host.columns() > 0 ? host.columns() : COLUMNS_OF_NO_TERMINAL,
            host.utf8() || !host.outIsTerminal(),
            host.colour());
    host.print(
        switch (output) {
          case TEXT -> AggregateText.print(groups, options);
          case JSON -> AggregateData.json(groups);
          case CSV -> AggregateData.csv(groups);
        },
        output);
  }
}
