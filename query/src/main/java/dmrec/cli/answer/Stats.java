package dmrec.cli.answer;

import dmrec.cli.host.Failure;
import dmrec.cli.host.Host;
import dmrec.cli.host.JournalOption;
import dmrec.cli.host.Times;
import dmrec.journal.Journal;
import dmrec.journal.Position;
import dmrec.query.JournalStats;
import dmrec.query.StatsData;
import dmrec.query.StatsReader;
import dmrec.query.StatsText;
import dmrec.query.TimeSpec;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "stats",
    description =
        "Count events by kind, device, time and who asked for them; tell which paths flap, and each"
            + " multipath device's longest outage.",
    footer = {
      "",
      "Traces are uevents and counters that only hint at other events.",
      "TIME is " + TimeSpec.FORMS + ".",
      "Exit code: 0, 1 where some of the journal is damaged, 2 for wrong usage."
    })
public final class Stats implements Callable<Integer> {
  private final Host host;

  @Mixin private JournalOption journal = new JournalOption();
  @Mixin private AnswerOptions answer = new AnswerOptions();

  @Option(names = "--since", paramLabel = "TIME", description = "Nothing before this time.")
  private @Nullable String since;

  @Option(names = "--until", paramLabel = "TIME", description = "Nothing after this time.")
  private @Nullable String until;

  @Option(
      names = "--top",
      paramLabel = "N",
      description =
          "So many devices, paths, commands and units at most, in text. Default: ${DEFAULT-VALUE}.")
  private int top = 20;

  public Stats(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() throws IOException {
    if (top < 1) {
      throw Failure.usage("--top: expected 1 or more, found " + top);
    }
    Position from = Times.parse(host, "--since", since);
    Position to = Times.parse(host, "--until", until);
    JournalStats stats;
    try (Journal opened = journal.open(host)) {
      stats = StatsReader.read(opened, from, to);
    }
    host.print(
        switch (answer.form()) {
          case TEXT -> StatsText.print(stats, answer.zone(host), answer.drawing(host), top);
          case JSON -> StatsData.json(stats);
          case CSV -> StatsData.csv(stats);
        },
        answer.form());
    return host.report(stats.damage());
  }
}
