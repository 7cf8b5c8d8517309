package dmrec.cli.answer;

import dmrec.cli.host.Host;
import dmrec.cli.host.JournalOption;
import dmrec.journal.Journal;
import dmrec.journal.Snapshot;
import dmrec.query.DiffText;
import dmrec.query.SubStack;
import dmrec.query.TimeSpec;
import dmrec.topology.TopologyView;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "diff",
    description =
        "Compare the stack at two times: what appeared, vanished, was renamed, was reloaded with"
            + " which table lines, changed its state.",
    footer = {
      "",
      "Devices are the same by their number and DISKSEQ, not by name: what reuses a name or number"
          + " is another device.",
      "TIME is " + TimeSpec.FORMS + ".",
      "Exit code: 0 where nothing is different, 1 where something is, 2 for wrong usage or where"
          + " the journal cannot tell."
    })
public final class Diff implements Callable<Integer> {
  private static final int CANNOT_TELL = 2;

  private final Host host;

  @Mixin private JournalOption journal = new JournalOption();
  @Mixin private AnswerOptions answer = new AnswerOptions();

  @Parameters(index = "0", paramLabel = "TIME1", description = "The earlier time.")
  private String from = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "TIME2",
      description = "The later time. Default: the end of the journal.")
  private @Nullable String to;

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      description = "Only what this device stands on and what stands on it.")
  private @Nullable String device;

  public Diff(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() throws IOException {
    Snapshot before;
    Snapshot after;
    try (Journal opened = journal.open(host)) {
      before = Past.at(host, opened, from);
      after = Past.at(host, opened, to);
    }
    DiffText diff = DiffText.between(part(before), part(after));
    host.print(
        switch (answer.form()) {
          case TEXT -> diff.text(answer.zone(host), host.colour());
          case JSON -> diff.json();
          case CSV -> diff.csv();
        },
        answer.form());
    boolean isDamaged = host.report(before.damage().and(after.damage())) > 0;
    return isDamaged ? CANNOT_TELL : diff.isEmpty() ? 0 : 1;
  }

  private TopologyView part(Snapshot past) {
    return device == null ? past.topology() : SubStack.of(past.topology(), device);
  }
}
