package dmrec.cli.answer;

import dmrec.cli.host.Failure;
import dmrec.cli.host.Filters;
import dmrec.cli.host.Host;
import dmrec.cli.host.JournalOption;
import dmrec.cli.host.OutputForm;
import dmrec.cli.host.Times;
import dmrec.journal.Journal;
import dmrec.query.DeviceActors;
import dmrec.query.DeviceActorsText;
import dmrec.query.EventSelection;
import dmrec.query.TimeSpec;
import java.io.IOException;
import java.time.ZoneOffset;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "who",
    description =
        "Tell who touched a device or what lay under it: which processes, what they did, when, and"
            + " where they came from.",
    footer = {
      "",
      "'by lvcreate[812]' asked for it, or was refused; it happened 'in dd[77]' where the kernel was"
          + " working for that process. Processes that differ only in their numbers are told as one"
          + " and its others. A device is followed through renames, and what lay under it at any"
          + " moment of the time counts.",
      "TIME is " + TimeSpec.FORMS + ".",
      "'dmrec log --help' tells what FILTER is, as actor.uid != 0 or request_failed.",
      "Exit code: 0, 1 where some of the journal is damaged or there was no such device, 2 for wrong"
          + " usage."
    })
public final class Who implements Callable<Integer> {
  private final Host host;

  @Mixin private JournalOption journal = new JournalOption();

  @Parameters(
      paramLabel = "DEVICE",
      description = "A name, a UUID, 254:3, dm-3, or a disk as sdb or 8:16.")
  private String device = "";

  @Option(names = "--since", paramLabel = "TIME", description = "Nothing before this time.")
  private @Nullable String since;

  @Option(names = "--until", paramLabel = "TIME", description = "Nothing after this time.")
  private @Nullable String until;

  @Option(names = "--where", paramLabel = "FILTER", description = "Only events that match.")
  private @Nullable String where;

  @Option(
      names = "--output",
      paramLabel = "FORM",
      description = "text or json (with times in UTC). Default: ${DEFAULT-VALUE}.")
  private OutputForm output = OutputForm.TEXT;

  @Option(names = "--utc", description = "Times in UTC instead of local time.")
  private boolean utc;

  public Who(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() throws IOException {
    EventSelection selection =
        new EventSelection(
            Set.of(),
            null,
            Times.parse(host, "--since", since),
            Times.parse(host, "--until", until),
            true,
            Filters.parse(host, "--where", where));
    DeviceActors actors;
    try (Journal opened = journal.open(host)) {
      actors = DeviceActors.read(opened, device, selection);
    }
    int code = host.report(actors.damage());
    if (actors.devices().isEmpty() && actors.origins().isEmpty()) {
      throw Failure.of("no device or disk '" + device + "' is recorded in that time");
    }
    host.print(
        output == OutputForm.JSON
            ? DeviceActorsText.json(actors)
            : DeviceActorsText.print(
                actors, utc ? ZoneOffset.UTC : host.clock().getZone(), host.colour()));
    return code;
  }
}
