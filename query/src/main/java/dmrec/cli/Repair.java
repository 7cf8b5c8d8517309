package dmrec.cli;

import dmrec.cli.host.Host;
import dmrec.cli.host.JournalArgument;
import dmrec.event.KernelText;
import dmrec.journal.Journal;
import dmrec.journal.JournalRepair;
import dmrec.journal.Verification;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "repair",
    description = "Copy what is sound of a damaged journal into a new one.",
    footer = {
      "",
      "The journal itself is only read. Where events are lost, the new one has a gap that says how"
          + " many. It is not signed: a signature is the recorder's.",
      "Exit code: 0 done and verified, 1 failed, 2 for wrong usage."
    })
final class Repair implements Callable<Integer> {
  private static final int SHOWN = 20;

  private final Host host;

  @Mixin private JournalArgument journal = new JournalArgument();

  @Option(
      names = "--to",
      paramLabel = "NEW",
      required = true,
      description = "The new journal's folder, which must not exist yet or be empty.")
  private Path to = Path.of("");

  Repair(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() throws IOException {
    Path from = journal.path(host);
    JournalRepair.Result result = JournalRepair.copy(from, to);
    StringBuilder text = new StringBuilder();
    text.append("copied ").append(result.copied()).append(" events to ");
    text.append(KernelText.printable(to.toString())).append('\n');
    text.append(
        result.gaps() == 0
            ? "nothing is missing\n"
            : result.missing()
                + (result.missing() == 1 ? " event is missing" : " events are missing")
                + ", told in "
                + result.gaps()
                + (result.gaps() == 1 ? " gap\n" : " gaps\n"));
    if (result.left() > 0) {
      text.append(result.left())
          .append(" events were left out, as their numbers had been there before\n");
    }
    if (result.shifts().isEmpty()) {
      text.append("all numbers are as they were\n");
    }
    int shown = 0;
    for (JournalRepair.Shift shift : result.shifts()) {
      if (shown++ == SHOWN) {
        text.append("and so on, ").append(result.shifts().size() - SHOWN).append(" times more\n");
        break;
      }
      text.append("from #").append(shift.oldSeq()).append(" on numbers are ");
      text.append(
          shift.by() == 0
              ? "as they were"
              : Math.abs(shift.by()) + (shift.by() < 0 ? " lower" : " higher"));
      text.append(": #").append(shift.oldSeq()).append(" is now #");
      text.append(shift.oldSeq() + shift.by()).append('\n');
    }
    Verification verified = Journal.verify(to, null, Verification.Progress.NONE);
    text.append("verified: the new journal is ");
    text.append(verified.isIntact() ? "intact\n" : "NOT INTACT; see 'dmrec verify'\n");
    host.print(text.toString());
    return verified.isIntact() ? 0 : 1;
  }
}
