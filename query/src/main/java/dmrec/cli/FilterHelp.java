package dmrec.cli;

import dmrec.event.Kind;
import dmrec.query.TimeSpec;
import dmrec.query.filter.FilterField;
import dmrec.query.filter.FilterFields;
import dmrec.query.filter.ValueType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.UsageMessageSpec;

/** What {@code dmrec query --help} says of the language, made from the fields that there are. */
final class FilterHelp {
  private static final int KINDS_NAMED = 3;

  /** Within what picocli would wrap anywhere. */
  private static final int COLUMNS = 78;

  private FilterHelp() {}

  /** Adds it below the options of the command {@code query}. */
  static void addTo(CommandLine main) {
    CommandLine query = main.getSubcommands().get("query");
    if (query == null) {
      return; // Another one is asked for.
    }
    query
        .getHelpSectionMap()
        .put(
            UsageMessageSpec.SECTION_KEY_FOOTER,
            help -> {
              // Made where it is shown: that takes a reading of all fields and kinds.
              UsageMessageSpec usage = help.commandSpec().usageMessage();
              usage.footer(footer().toArray(String[]::new));
              return help.footer();
            });
  }

  private static List<String> footer() {
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.add("QUERY is FILTER, or FILTER | FIGURES, or FIGURES [where FILTER].");
    lines.add(
        "FIGURES: count, first, last, min F, max F, avg F, sum F (several with commas), then"
            + " [by FIELD, ...] [per DURATION].");
    lines.add(
        "Figures come from the indexes and from single fields. An event that cannot be read as a"
            + " whole is counted with the rest; 'dmrec verify' tells of it.");
    lines.add("");
    lines.add("FILTER joins conditions by or, and, not (the weakest first) and parentheses:");
    lines.add("  FIELD = VALUE    also != < <= > >=");
    lines.add("  FIELD ~ mpath*   a glob (* ? [a-c]) that fits all of it; or a regular");
    lines.add("                   expression that is found in it, as /^sd[a-d]$/, in any");
    lines.add("                   case /.../i; also !~");
    lines.add("  FIELD in (A, B)  also not in");
    lines.add("  path_failed      a kind alone; so a field that is true or false");
    lines.add("  under DEVICE     its device, or a disk it names, was below that one then");
    lines.add("  over DEVICE      ... was above it");
    lines.add("  uses DEVICE      ... had it in its live table");
    lines.add(
        "A field that an event does not have, or does not know, fits no condition, neither = nor"
            + " !=; 'not (...)' turns that round.");
    lines.add(
        "Values with blanks or any of (),|&; stand in '...' or \"...\", with \\\\ \\' \\\" \\n"
            + " \\t \\xNN \\uNNNN; elsewhere a backslash is itself.");
    lines.add("DEVICE is a name, a UUID, 254:3, dm-3, sdb, or any of them behind /dev/.");
    lines.add("TIME is " + TimeSpec.FORMS + ".");
    lines.add("DURATION is as 500ms, 5s, 1.5m, 2h, 3d, 1h30m.");
    lines.add("");
    lines.add("Fields of all events, or of several kinds:");
    int width = FilterFields.names().stream().mapToInt(String::length).max().orElse(0);
    for (FilterField field : FilterFields.all()) {
      if (!field.help().isEmpty()) {
        lines.add(line(width, field, field.help()));
      }
    }
    lines.add("");
    lines.add("Fields of some kinds:");
    for (FilterField field : FilterFields.all()) {
      if (field.help().isEmpty()) {
        lines.add(line(width, field, kinds(field)));
      }
    }
    lines.add("");
    lines.add("Kinds: " + String.join(", ", ValueType.KIND.words()) + ".");
    lines.add("");
    lines.add("Exit code: 0, 1 where some of the journal is damaged, 2 for wrong usage.");
    return lines;
  }

  private static String line(int width, FilterField field, String text) {
    String start = String.format("  %-" + width + "s  %-14s  ", field.name(), types(field));
    StringBuilder out = new StringBuilder();
    StringBuilder line = new StringBuilder(start);
    for (String word : text.split(" ", -1)) {
      if (line.length() + word.length() > COLUMNS) {
        out.append(line.toString().stripTrailing()).append(System.lineSeparator());
        line = new StringBuilder(" ".repeat(width + 20));
      }
      line.append(word).append(' ');
    }
    return out.append(line.toString().stripTrailing()).toString();
  }

  private static String types(FilterField field) {
    return field.types().stream().map(FilterHelp::word).collect(Collectors.joining("/"));
  }

  private static String word(ValueType type) {
    return switch (type) {
      case NUMBER -> "number";
      case DURATION -> "duration";
      case TIME -> "time";
      case TEXT -> "text";
      case FLAG -> "true/false";
      case NUMBERED -> "8:16";
      case DEVICE -> "device";
      case KIND -> "kind";
      case SOURCE, LOST -> "source";
      case CERTAINTY -> "certainty";
      case MARK -> "mark";
      case RELATION -> "asked/context";
    };
  }

  private static String kinds(FilterField field) {
    List<String> words =
        Arrays.stream(Kind.values())
            .filter(kind -> field.kinds().contains(kind))
            .map(Kind::word)
            .toList();
    return words.size() <= KINDS_NAMED + 1
        ? String.join(", ", words)
        : String.join(", ", words.subList(0, KINDS_NAMED))
            + " and "
            + (words.size() - KINDS_NAMED)
            + " more";
  }
}
