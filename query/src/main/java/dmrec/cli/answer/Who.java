package dmrec.cli.answer;

import dmrec.cli.host.Failure;
import dmrec.cli.host.Host;
import dmrec.cli.host.JournalOption;
import dmrec.cli.host.OutputForm;
import dmrec.cli.host.SelectionOptions;
import dmrec.journal.Journal;
import dmrec.query.DeviceActors;
import dmrec.query.DeviceActorsText;
import dmrec.query.TimeSpec;
import java.io.IOException;
import java.time.ZoneOffset;
import java.util.concurrent.Callable;
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

  @Mixin private SelectionOptions which = new SelectionOptions();

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
    DeviceActors actors;
    try (Journal opened = journal.open(host)) {
      actors = DeviceActors.read(opened, device, which.selection(host, true));
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
