package dmrec.cli.answer;

import dmrec.cli.host.AnswerForm;
import dmrec.cli.host.Failure;
import dmrec.cli.host.Host;
import dmrec.cli.host.JournalOption;
import dmrec.event.EventRecord;
import dmrec.journal.Damage;
import dmrec.journal.Journal;
import dmrec.journal.Snapshot;
import dmrec.query.Csv;
import dmrec.query.EventSearch;
import dmrec.query.Explanation;
import dmrec.query.ExplanationData;
import dmrec.query.ExplanationText;
import dmrec.query.TimeSpec;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "why",
    description =
        "Explain the state a device is in: the chain of events, down the stack, to its root causes.",
    footer = {
      "",
      "Under each state is since when it is so, by which event, and its cause further down. '~' marks"
          + " what the difference of two looks proves, with the time between them; '?' what is only"
          + " close in time.",
      "TIME is " + TimeSpec.FORMS + "; without it, the end of the journal.",
      "Exit code: 0, 1 where some of the journal is damaged or there is no such device then,"
          + " 2 for wrong usage."
    })
public final class Why implements Callable<Integer> {
  private final Host host;

  @Mixin private JournalOption journal = new JournalOption();
  @Mixin private AnswerOptions answer = new AnswerOptions();

  @Parameters(
      paramLabel = "DEVICE",
      description = "A name, a UUID, 254:3, dm-3, or a disk as sdb or 8:16.")
  private String device = "";

  @Option(names = "--at", paramLabel = "TIME", description = "The time to look at.")
  private @Nullable String at;

  public Why(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() throws IOException {
    Damage damage;
    List<Explanation> explanations;
    try (Journal opened = journal.open(host)) {
      Snapshot past = Past.at(host, opened, at);
      EventSearch events = new EventSearch(opened);
      explanations = Explanation.of(past.topology(), Past.atNs(host, past, at), events, device);
      EventRecord removal =
          explanations.isEmpty()
              ? Explanation.removal(events, past.topology().seq(), device)
              : null;
      damage = past.damage().and(events.damage());
      if (explanations.isEmpty()) {
        host.report(damage);
        throw nobody(removal);
      }
    }
    StringBuilder out = new StringBuilder();
    if (answer.form() == AnswerForm.CSV) {
      out.append(Csv.row(ExplanationData.COLUMNS));
    }
    for (Explanation explanation : explanations) {
      out.append(
          switch (answer.form()) {
            case TEXT -> ExplanationText.draw(explanation, answer.zone(host), answer.drawing(host));
            case JSON -> ExplanationData.json(explanation);
            case CSV -> ExplanationData.csv(explanation);
          });
    }
    host.print(out.toString(), answer.form());
    return host.report(damage);
  }

  private Failure nobody(@Nullable EventRecord removal) {
    return Failure.of(
        "there is no device or disk '"
            + device
            + "' at that time; "
            + (removal == null
                ? "see 'dmrec tree'"
                : "it was removed at "
                    + TimeSpec.format(removal.wallNs(), answer.zone(host))
                    + " (#"
                    + removal.seq()
                    + "), see 'dmrec history "
                    + device
                    + "'"));
  }
}
