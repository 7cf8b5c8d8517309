package dmrec.cli.answer;

import dmrec.cli.host.Failure;
import dmrec.cli.host.Host;
import dmrec.cli.host.JournalArgument;
import dmrec.cli.host.Times;
import dmrec.cli.host.WholeFile;
import dmrec.event.KernelText;
import dmrec.journal.Journal;
import dmrec.journal.Position;
import dmrec.query.EventText;
import dmrec.query.TimeSpec;
import dmrec.report.HtmlReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "report",
    description =
        "Write a journal as one HTML file: a timeline, the stack drawn at each event, the events"
            + " with their evidence.",
    footer = {
      "",
      "The file needs a browser of 2023 or later, no network and no server; its policy forbids any"
          + " request. It holds names, UUIDs and serial numbers as they were recorded, and of"
          + " 100,000 events each one: name a stretch with --since and --until where that is much.",
      "TIME is " + TimeSpec.FORMS + ".",
      "Exit code: 0, 1 where some of the journal is damaged, 2 for wrong usage."
    })
public final class ReportCommand implements Callable<Integer> {
  private final Host host;

  @Mixin private JournalArgument journal = new JournalArgument();

  @Option(
      names = {"-o", "--file"},
      paramLabel = "FILE",
      description =
          "Write to FILE, which appears when it is whole; - is standard output. Default:"
              + " ${DEFAULT-VALUE}.")
  private Path file = Path.of("dmrec-report.html");

  @Option(names = "--force", description = "Replace FILE if it exists.")
  private boolean force;

  @Option(names = "--since", paramLabel = "TIME", description = "Nothing before this time.")
  private @Nullable String since;

  @Option(names = "--until", paramLabel = "TIME", description = "Nothing after this time.")
  private @Nullable String until;

  @Option(names = "--title", paramLabel = "TEXT", description = "The page's heading.")
  private String title = "";

  public ReportCommand(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() throws IOException {
    Position from = Times.parse(host, "--since", since);
    Position to = Times.parse(host, "--until", until);
    boolean toOut = file.toString().equals("-");
    if (toOut && host.outIsTerminal()) {
      throw Failure.usage("a report is nothing to read on a terminal; name a file with -o");
    }
    HtmlReport.Written written;
    try (Journal opened = journal.open(host)) {
      if (toOut) {
        written = HtmlReport.write(opened, from, to, title, host.out());
      } else {
        try (WholeFile whole = WholeFile.begin(file, force)) {
          written = HtmlReport.write(opened, from, to, title, whole.out());
          whole.keep();
        }
        host.note(
            KernelText.printable(file.toString())
                + ": "
                + written.events()
                + (written.events() == 1 ? " event, " : " events, ")
                + EventText.bytes(Files.isRegularFile(file) ? Files.size(file) : 0));
      }
    }
    return host.report(written.damage());
  }
}
