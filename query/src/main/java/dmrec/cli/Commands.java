package dmrec.cli;

import dmrec.cli.answer.Diff;
import dmrec.cli.answer.Dmsetup;
import dmrec.cli.answer.Export;
import dmrec.cli.answer.History;
import dmrec.cli.answer.Info;
import dmrec.cli.answer.Log;
import dmrec.cli.answer.ReportCommand;
import dmrec.cli.answer.Stats;
import dmrec.cli.answer.Tree;
import dmrec.cli.answer.Who;
import dmrec.cli.answer.Why;
import dmrec.cli.pack.PackCommand;
import dmrec.cli.record.Doctor;
import dmrec.cli.record.ImportCommand;
import dmrec.cli.record.RecordCommand;
import dmrec.cli.record.SelfTestCommand;
import dmrec.cli.replay.ReplayCommand;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/**
 * The commands by their names. Picocli reads the annotations of each that it is told of, at each
 * start; so it is told of the one that is asked for.
 */
final class Commands {
  /** In the order of {@code dmrec --help}. */
  private static final List<String> NAMES =
      List.of(
          "record",
          "doctor",
          "selftest",
          "demo",
          "log",
          "query",
          "tree",
          "diff",
          "history",
          "stats",
          "why",
          "who",
          "dmsetup",
          "replay",
          "export",
          "pack",
          "open",
          "report",
          "import",
          "info",
          "verify",
          "repair",
          "key",
          "help");

  private Commands() {}

  /** Adds the command of that name; where there is none, or it shows the others, all of them. */
  static void addTo(CommandLine main, @Nullable String name) {
    Class<?> one = name == null || name.equals("help") ? null : named(name);
    if (one != null) {
      main.addSubcommand(one);
      return;
    }
    for (String each : NAMES) {
      main.addSubcommand(Objects.requireNonNull(named(each)));
    }
  }

  private static @Nullable Class<?> named(String name) {
    return switch (name) {
      case "record" -> RecordCommand.class;
      case "doctor" -> Doctor.class;
      case "selftest" -> SelfTestCommand.class;
      case "demo" -> Demo.class;
      case "log" -> Log.class;
      case "query" -> QueryCommand.class;
      case "tree" -> Tree.class;
      case "diff" -> Diff.class;
      case "history" -> History.class;
      case "stats" -> Stats.class;
      case "why" -> Why.class;
      case "who" -> Who.class;
      case "dmsetup" -> Dmsetup.class;
      case "replay" -> ReplayCommand.class;
      case "export" -> Export.class;
      case "pack" -> PackCommand.class;
      case "open" -> OpenCommand.class;
      case "report" -> ReportCommand.class;
      case "import" -> ImportCommand.class;
      case "info" -> Info.class;
      case "verify" -> Verify.class;
      case "repair" -> Repair.class;
      case "key" -> Key.class;
      case "help" -> CommandLine.HelpCommand.class;
      default -> null;
    };
  }
}
