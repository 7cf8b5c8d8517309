package dmrec.cli.answer;

import dmrec.cli.host.AnswerForm;
import dmrec.cli.host.Host;
import dmrec.query.StackTree;
import java.time.ZoneId;
import java.time.ZoneOffset;
import picocli.CommandLine.Option;

/** How an answer is to be printed. */
final class AnswerOptions {
  @Option(
      names = "--output",
      paramLabel = "FORM",
      description = "text, json or csv (both with times in UTC). Default: ${DEFAULT-VALUE}.")
  private AnswerForm output = AnswerForm.TEXT;

  @Option(names = "--utc", description = "Times in UTC instead of local time.")
  private boolean utc;

  @Option(names = "--ascii", description = "Draw with ASCII characters only.")
  private boolean ascii;

  AnswerForm form() {
    return output;
  }

  ZoneId zone(Host host) {
    return utc ? ZoneOffset.UTC : host.clock().getZone();
  }

  StackTree.Options drawing(Host host) {
    return new StackTree.Options(!ascii && (host.utf8() || !host.outIsTerminal()), host.colour());
  }
}
