package dmrec.cli.answer;

import dmrec.cli.host.Failure;
import dmrec.cli.host.Host;
import dmrec.cli.host.JournalOption;
import dmrec.event.KernelText;
import dmrec.journal.Journal;
import dmrec.journal.Snapshot;
import dmrec.query.dmsetup.DmsetupPrinter;
import dmrec.query.dmsetup.DmsetupRequest;
import dmrec.query.dmsetup.DmsetupRequest.Columns;
import dmrec.query.dmsetup.DmsetupRequest.DeviceChoice;
import dmrec.query.dmsetup.DmsetupResult;
import dmrec.target.DevNo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
    name = "dmsetup",
    description = "Print what dmsetup would have printed at a time, in its own format.",
    subcommands = {
      Dmsetup.Table.class,
      Dmsetup.Status.class,
      Dmsetup.InfoCommand.class,
      Dmsetup.Deps.class,
      Dmsetup.Ls.class
    },
    synopsisSubcommandLabel = "COMMAND")
public final class Dmsetup implements Callable<Integer> {
  private final Host host;

  @Mixin private JournalOption journal = new JournalOption();

  @Option(names = "--at", paramLabel = "TIME", description = "The time to look at.")
  private @Nullable String at;

  public Dmsetup(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() {
    throw Failure.usage("dmsetup: which of table, status, info, deps and ls?");
  }

  /** What every one of its commands takes. */
  abstract static class Question implements Callable<Integer> {
    @ParentCommand private @Nullable Dmsetup dmsetup;

    // -j is dmsetup's own letter for a major number; the journal's stands before the command.
    @Option(
        names = "--journal",
        paramLabel = "PATH",
        description = "The journal's folder; -j PATH goes before this command's name.")
    private @Nullable Path journal;

    @Option(
        names = "--at",
        paramLabel = "TIME",
        description = "The time to look at; without it, the end of the journal.")
    private @Nullable String at;

    @Option(
        names = {"-v", "--verbose"},
        description = "With an info block before each device.")
    boolean verbose;

    @Option(names = "--inactive", description = "The inactive table's slot.")
    boolean inactive;

    @Option(
        names = {"--noflush", "--showkeys", "--readonly"},
        description = "Accepted and without effect: status never flushes, keys are never recorded.")
    boolean ignored;

    abstract DmsetupRequest request(Host host);

    @Override
    public Integer call() throws IOException {
      Dmsetup parent = Objects.requireNonNull(dmsetup);
      Host host = parent.host;
      Path path = journal != null ? journal : parent.journal.path(host);
      DmsetupRequest request = request(host);
      Snapshot past;
      try (Journal opened = JournalOption.open(host, path)) {
        past = Past.at(host, opened, at != null ? at : parent.at);
      }
      DmsetupResult result = DmsetupPrinter.run(past.topology(), request);
      host.out().write(result.out().toArray());
      if (!result.err().isEmpty()) {
        host.out().flush();
        host.err().write(KernelText.encode(result.err()));
      }
      return Math.max(result.status(), host.report(past.damage()));
    }
  }

  /** Which devices. */
  static final class Devices {
    @Parameters(paramLabel = "DEVICE", arity = "0..*", description = "Names; none means all.")
    private List<String> names = List.of();

    @Option(
        names = {"-u", "--uuid"},
        paramLabel = "UUID",
        description = "The device of this UUID.")
    private @Nullable String uuid;

    @Option(
        names = {"-j", "--major"},
        paramLabel = "MAJOR",
        description = "The device of this major number, with -m.")
    private @Nullable Integer major;

    @Option(
        names = {"-m", "--minor"},
        paramLabel = "MINOR",
        description = "The device of this minor number, with -j.")
    private @Nullable Integer minor;

    DeviceChoice choice() {
      DevNo dev = null;
      if (major != null || minor != null) {
        if (major == null || minor == null) {
          throw Failure.usage("dmsetup: --major and --minor belong together");
        }
        try {
          dev = new DevNo(major, minor);
        } catch (IllegalArgumentException e) {
          throw Failure.usage("dmsetup: " + e.getMessage());
        }
      }
      return new DeviceChoice(names, uuid, dev);
    }
  }

  @Command(name = "table", description = "The tables.")
  static final class Table extends Question {
    @Mixin private Devices devices = new Devices();

    @Option(names = "--target", paramLabel = "TYPE", description = "Only targets of this type.")
    private @Nullable String target;

    @Option(names = "--concise", description = "One line, as 'dmsetup create --concise' takes it.")
    private boolean concise;

    @Override
    DmsetupRequest request(Host host) {
      return new DmsetupRequest.Table(devices.choice(), inactive, target, concise, verbose);
    }
  }

  @Command(name = "status", description = "The targets' status.")
  static final class Status extends Question {
    @Mixin private Devices devices = new Devices();

    @Option(names = "--target", paramLabel = "TYPE", description = "Only targets of this type.")
    private @Nullable String target;

    @Override
    DmsetupRequest request(Host host) {
      return new DmsetupRequest.Status(devices.choice(), inactive, target, verbose);
    }
  }

  @Command(name = "info", description = "The devices, as blocks or as columns (-c).")
  static final class InfoCommand extends Question {
    @Mixin private Devices devices = new Devices();

    @Option(
        names = {"-c", "-C", "--columns"},
        description = "As columns.")
    private boolean columns;

    @Option(
        names = {"-o", "--options"},
        paramLabel = "FIELDS",
        description = "Which columns.")
    private @Nullable String fields;

    @Option(
        names = {"-O", "--sort"},
        paramLabel = "FIELDS",
        description = "Sort by these columns.")
    private @Nullable String sort;

    @Option(names = "--separator", paramLabel = "TEXT", description = "Between columns.")
    private @Nullable String separator;

    @Option(
        names = {"--noheadings", "--noheading"},
        description = "Without a line of headings.")
    private boolean noHeadings;

    @Option(names = "--nameprefixes", description = "NAME='value' in each column.")
    private boolean namePrefixes;

    @Option(names = "--unquoted", description = "With --nameprefixes, no quotes.")
    private boolean unquoted;

    @Option(names = "--rows", description = "Columns as rows.")
    private boolean rows;

    @Override
    DmsetupRequest request(Host host) {
      return new DmsetupRequest.Info(
          devices.choice(),
          inactive,
          columns
              ? new Columns(fields, sort, separator, noHeadings, namePrefixes, unquoted, rows)
              : null);
    }
  }

  @Command(name = "deps", description = "The devices underneath.")
  static final class Deps extends Question {
    @Mixin private Devices devices = new Devices();

    @Option(
        names = {"-o", "--options"},
        paramLabel = "FORM",
        description = "devno, devname or blkdevname.")
    private @Nullable String options;

    @Override
    DmsetupRequest request(Host host) {
      return new DmsetupRequest.Deps(devices.choice(), inactive, options, verbose);
    }
  }

  @Command(name = "ls", description = "The names, or the tree (--tree).")
  static final class Ls extends Question {
    @Option(names = "--target", paramLabel = "TYPE", description = "Only devices that use it.")
    private @Nullable String target;

    @Option(names = "--tree", description = "Draw dependencies.")
    private boolean tree;

    @Option(
        names = {"-o", "--options"},
        paramLabel = "OPTIONS",
        description = "As dmsetup takes them.")
    private @Nullable String options;

    @Override
    DmsetupRequest request(Host host) {
      return tree
          ? new DmsetupRequest.Tree(options, host.utf8(), host.columns())
          : new DmsetupRequest.Ls(target, options);
    }
  }
}
