package dmrec.cli.record;

import dmrec.bundle.EventsImport;
import dmrec.bundle.FilesOfDays;
import dmrec.cli.host.Failure;
import dmrec.cli.host.Host;
import dmrec.cli.host.JournalOption;
import dmrec.cli.host.Times;
import dmrec.cli.host.Version;
import dmrec.event.KernelText;
import dmrec.foreign.ForeignFormat;
import dmrec.foreign.ForeignImport;
import dmrec.foreign.ForeignInput;
import dmrec.foreign.ForeignOptions;
import dmrec.foreign.ForeignSummary;
import dmrec.foreign.When;
import dmrec.journal.JournalOptions;
import dmrec.journal.JournalWriter;
import dmrec.journal.Position;
import dmrec.query.KindCounts;
import dmrec.query.TimeSpec;
import dmrec.record.EventSink;
import dmrec.topology.Topology;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "import",
    description = "Make a journal of what other programs kept where dmrec was not running.",
    footer = {
      "",
      "FORMAT, found by the file's beginning where it is not given:",
      "  udevadm     udevadm monitor --property",
      "  pcap        pcap or pcapng of an nlmon device: ip link add nlmon0 type nlmon",
      "  journal     journalctl -o json, of the kernel, multipathd and dmeventd",
      "  dmesg       dmesg, with or without -T, -x, -r and --time-format iso",
      "  multipathd  syslog or journalctl text, of the same three",
      "  events      dmrec log --output json, or dmrec export --format json; one file only",
      "",
      "What is told, and how sure it is:",
      "  the kernel's uevent of a path     path_failed, path_reinstated  reported",
      "  udev's copy of it, without it     path_failed, path_reinstated  derived",
      "  Failing path, Reinstating path    kernel_message                reported",
      "    in the kernel log               path_failed, path_reinstated  derived, if none above",
      "  checker failed path, reinstated,  daemon_message                reported",
      "    mark as failed of multipathd    path_failed, path_reinstated  inferred, if none above",
      "  any other line of device-mapper   kernel_message, or the fault  reported",
      "  any other line of multipathd      daemon_message                reported",
      "  all other uevents                 as dmrec records them         reported",
      "A change of a path that several tell within 5 s is told once, by the first of that list.",
      "Nothing is made up: there is no baseline, so 'dmrec tree' shows no devices, and an event"
          + " names of its device what the files tell.",
      "",
      "Several files are merged by their times. Times without a year or a zone are of ZONE and the"
          + " year of the file's last change. udevadm and dmesg count from the boot: give"
          + " --boot-time or --started, or the last line counts as old as the file.",
      "TIME is " + TimeSpec.FORMS + ".",
      "Exit code: 0, 1 where something could not be used, 2 for wrong usage."
    })
public final class ImportCommand implements Callable<Integer> {
  private static final String EVENTS = "events";

  private final Host host;

  @Parameters(paramLabel = "FILE", arity = "1..*", description = "What to import.")
  private List<Path> files = new ArrayList<>();

  @Mixin private JournalOption journal = new JournalOption();

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description =
          "udevadm, pcap, journal, dmesg, multipathd or events, for all files. Default: by content.")
  private @Nullable String format;

  @Option(
      names = "--boot-time",
      paramLabel = "TIME",
      description = "When that machine was booted, for times that count from there.")
  private @Nullable String bootTime;

  @Option(
      names = "--started",
      paramLabel = "TIME",
      description = "The time of a file's first line, for times that count from the boot.")
  private @Nullable String started;

  @Option(
      names = "--zone",
      paramLabel = "ZONE",
      description = "Of times that name none, as Europe/Berlin or +01:00. Default: this machine's.")
  private @Nullable String zone;

  public ImportCommand(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() throws IOException {
    if (!journal.isNamed(host)) {
      throw Failure.usage(
          "import needs -j PATH: what is imported does not belong into the journal of this"
              + " machine; name a new folder");
    }
    Path folder = journal.named(host);
    if (EVENTS.equals(format) || (format == null && files.size() == 1 && isEvents(files.get(0)))) {
      return events(folder);
    }
    List<ForeignInput> inputs = new ArrayList<>();
    for (Path file : files) {
      inputs.add(input(file));
    }
    return foreign(inputs, options(), folder);
  }

  private int events(Path folder) throws IOException {
    if (files.size() > 1) {
      throw Failure.usage("--format events takes one file: its events have their numbers already");
    }
    EventsImport told = EventsImport.of(files.get(0), folder);
    host.note(
        told.events()
            + (told.events() == 1 ? " event" : " events")
            + (told.isRenumbered() ? ", numbered anew from 1," : "")
            + " to "
            + shown(folder));
    return 0;
  }

  private int foreign(List<ForeignInput> inputs, ForeignOptions options, Path folder)
      throws IOException {
    ForeignSummary summary;
    JournalWriter writer = JournalWriter.begin(folder, JournalOptions.usual(), new Topology());
    FilesOfDays files = new FilesOfDays();
    boolean kept = false;
    try (writer) {
      summary =
          ForeignImport.run(
              inputs,
              options,
              EventSink.of(writer),
              wallNs -> files.hold(writer, wallNs).complaint(),
              host::say);
      writer.sync();
      kept = summary.events() > 0;
    } finally {
      // A part of an import is worth keeping, an empty journal is not.
      if (!kept && writer.lastSeq() == 0) {
        writer.discard();
      }
    }
    if (!kept) {
      throw Failure.of(
          "expected something about mapped devices, found nothing in "
              + summary.passed()
              + " lines or packets"
              + (summary.damaged() > 0 ? "; " + summary.damaged() + " could not be used" : ""));
    }
    tell(summary, options, folder);
    return summary.damaged() == 0 ? 0 : 1;
  }

  private void tell(ForeignSummary summary, ForeignOptions options, Path folder) {
    StringBuilder text = new StringBuilder();
    text.append(summary.events())
        .append(summary.events() == 1 ? " event from " : " events from ")
        .append(TimeSpec.format(summary.firstNs(), options.zone()))
        .append(" to ")
        .append(TimeSpec.format(summary.lastNs(), options.zone()))
        .append(summary.recordings() == 1 ? "" : ", of " + summary.recordings() + " boots")
        .append(", to ")
        .append(folder)
        .append("; passed ")
        .append(summary.passed())
        .append(" lines or packets about other things");
    if (summary.copies() > 0) {
      text.append(", ").append(summary.copies()).append(" copies");
    }
    if (summary.damaged() > 0) {
      text.append(", ").append(summary.damaged()).append(" that could not be used");
    }
    KindCounts.lines(summary.byKind()).forEach(line -> text.append('\n').append(line));
    host.say(text.toString());
  }

  private ForeignOptions options() {
    return new ForeignOptions(
        time("--boot-time", bootTime),
        time("--started", started),
        zone(),
        nanos(host.clock().instant()),
        Version.number());
  }

  private static long nanos(Instant instant) {
    return instant.getEpochSecond() * 1_000_000_000L + instant.getNano();
  }

  private long time(String option, @Nullable String text) {
    Position moment = Times.parse(host, option, text);
    if (moment == null) {
      return When.UNKNOWN;
    }
    if (moment instanceof Position.AtTime at) {
      return at.wallNs();
    }
    throw Failure.usage(option + ": expected a time, found the number of a record, " + text);
  }

  private ZoneId zone() {
    try {
      return zone == null ? host.clock().getZone() : ZoneId.of(zone);
    } catch (DateTimeException e) {
      throw Failure.usage(
          "--zone: expected a zone as Europe/Berlin or an offset as +01:00, found " + zone);
    }
  }

  private ForeignInput input(Path file) throws IOException {
    ForeignFormat given = given();
    ForeignFormat found = given == null ? ForeignFormat.of(head(file)) : given;
    if (found == null) {
      throw Failure.of(
          shown(file)
              + ": expected one of the formats that 'dmrec import --help' lists, found none of"
              + " them at its beginning; name one with --format");
    }
    return ForeignInput.of(file, file.toString(), found);
  }

  private @Nullable ForeignFormat given() {
    if (format == null) {
      return null;
    }
    for (ForeignFormat each : ForeignFormat.values()) {
      if (each.toString().equals(format)) {
        return each;
      }
    }
    throw Failure.usage(
        "--format: expected "
            + String.join(", ", Arrays.stream(ForeignFormat.values()).map(String::valueOf).toList())
            + " or events, found "
            + format);
  }

  private static boolean isEvents(Path file) throws IOException {
    ByteBuffer head = head(file);
    String text = KernelText.decode(head);
    return text.startsWith("{\"seq\":");
  }

  private static ByteBuffer head(Path file) throws IOException {
    if (!Files.isRegularFile(file) && Files.exists(file)) {
      if (Files.isDirectory(file)) {
        throw Failure.usage(shown(file) + " is a folder; name the files in it");
      }
      throw Failure.usage(
          shown(file) + ": what a pipe holds cannot be looked at twice; give --format");
    }
    try (InputStream in = Files.newInputStream(file)) {
      return ForeignInput.head(in);
    }
  }

  private static String shown(Path path) {
    return KernelText.printable(path.toString());
  }
}
