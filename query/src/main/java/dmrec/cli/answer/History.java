package dmrec.cli.answer;

import dmrec.cli.host.Failure;
import dmrec.cli.host.Host;
import dmrec.cli.host.JournalOption;
import dmrec.cli.host.Times;
import dmrec.journal.Damage;
import dmrec.journal.Journal;
import dmrec.journal.Position;
import dmrec.journal.Snapshot;
import dmrec.query.DeviceHistory;
import dmrec.query.HistoryData;
import dmrec.query.HistoryReader;
import dmrec.query.HistoryText;
import dmrec.query.TimeSpec;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "history",
    description =
        "Tell a device's life: each state it was in, how long, and the event that began it.",
    footer = {
      "",
      "A device is followed through renames. What bore the same name or number before or after it is"
          + " told as another life. '~' marks what the difference of two looks proves, with the time"
          + " between them; '>' a state that goes on.",
      "TIME is " + TimeSpec.FORMS + ".",
      "Exit code: 0, 1 where some of the journal is damaged or there was no such device, 2 for wrong"
          + " usage."
    })
public final class History implements Callable<Integer> {
  private final Host host;

  @Mixin private JournalOption journal = new JournalOption();
  @Mixin private AnswerOptions answer = new AnswerOptions();

  @Parameters(
      paramLabel = "DEVICE",
      description = "A name, a UUID, 254:3, dm-3, or a disk as sdb or 8:16.")
  private String device = "";

  @Option(
      names = "--since",
      paramLabel = "TIME",
      description = "Only what was so at this time or later.")
  private @Nullable String since;

  @Option(names = "--until", paramLabel = "TIME", description = "Nothing after this time.")
  private @Nullable String until;

  public History(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() throws IOException {
    Position last = Times.parse(host, "--until", until);
    Damage damage;
    DeviceHistory history;
    try (Journal opened = journal.open(host)) {
      Snapshot end = Past.until(host, opened, until);
      long sinceNs = since == null ? Long.MIN_VALUE : Past.sinceNs(host, opened, since);
      history = HistoryReader.read(opened, device, sinceNs, last, end.topology().wallNs());
      damage = end.damage().and(history.damage());
    }
    if (history.lives().isEmpty()) {
      host.report(damage);
      throw Failure.of("no device or disk '" + device + "' is recorded in that time");
    }
    host.print(
        switch (answer.form()) {
          case TEXT -> HistoryText.print(history, answer.zone(host), host.colour());
          case JSON -> HistoryData.json(history);
          case CSV -> HistoryData.csv(history);
        },
        answer.form());
    return host.report(damage);
  }
}
