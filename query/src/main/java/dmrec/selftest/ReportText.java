package dmrec.selftest;

import dmrec.event.Actor;
import dmrec.event.KernelText;
import dmrec.event.Kind;
import dmrec.query.ActorText;
import dmrec.query.EventText;
import dmrec.selftest.Finding.How;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A report for people: a line for each sort of change, and what to make of it. */
public final class ReportText {
  private static final String RED = "\033[31m";
  private static final String RESET = "\033[0m";
  private static final int MOST_TITLE = 40;
  private static final int MOST_TOLD = 60;

  /** A line of the table. */
  private record Row(boolean isBad, String title, String told, String who, String below) {}

  private final Report report;
  private final boolean colour;
  private final StringBuilder text = new StringBuilder();

  private ReportText(Report report, boolean colour) {
    this.report = report;
    this.colour = colour;
  }

  /** All of it, with a line feed at its end. */
  public static String of(Report report, boolean colour) {
    ReportText text = new ReportText(report, colour);
    text.table();
    text.verdict();
    return text.text.toString();
  }

  private void table() {
    List<Row> rows = new ArrayList<>();
    rows.add(new Row(false, "CAUSED", "TOLD", "WHO", ""));
    for (Map.Entry<String, List<Finding>> each : report.byTitle().entrySet()) {
      List<Finding> findings = each.getValue();
      long causes = findings.stream().map(Finding::cause).distinct().count();
      String wrong =
          findings.stream()
              .filter(Finding::isWrong)
              .map(finding -> "  " + wrong(finding) + "\n")
              .collect(Collectors.joining());
      rows.add(
          new Row(
              !wrong.isEmpty(),
              each.getKey() + (causes > 1 ? " (" + causes + ")" : ""),
              how(findings),
              who(findings),
              wrong));
    }
    for (Outcome each : report.outcomes()) {
      String told = (each.isLacking() ? "not tried: " : "FAILED: ") + each.why();
      rows.add(new Row(!each.isLacking(), each.step(), told, "", ""));
    }
    int title = width(rows, Row::title, MOST_TITLE);
    int told = width(rows, Row::told, MOST_TOLD);
    for (Row row : rows) {
      String line =
          String.format(
                  Locale.ROOT,
                  "%-" + title + "s  %-" + told + "s  %s",
                  row.title(),
                  KernelText.printable(row.told()),
                  row.who())
              .stripTrailing();
      text.append(row.isBad() && colour ? RED + line + RESET : line).append('\n');
      text.append(row.below());
    }
    text.append('\n');
  }

  private static int width(List<Row> rows, Function<Row, String> column, int most) {
    return Math.min(
        most, rows.stream().mapToInt(row -> column.apply(row).length()).max().orElse(most));
  }

  /** In words: all alike, or each with its kinds. */
  private static String how(List<Finding> findings) {
    Map<How, List<Finding>> byHow = new EnumMap<>(How.class);
    for (Finding each : findings) {
      byHow.computeIfAbsent(each.how(), key -> new ArrayList<>()).add(each);
    }
    List<String> words = new ArrayList<>();
    for (Map.Entry<How, List<Finding>> each : byHow.entrySet()) {
      long withinNs = each.getValue().stream().mapToLong(Finding::withinNs).max().orElse(0);
      String kinds =
          each.getValue().stream()
              .map(finding -> finding.kind().word())
              .distinct()
              .collect(Collectors.joining(", "));
      words.add(
          (byHow.size() > 1 ? kinds + " " : "")
              + each.getKey().words()
              + (each.getKey().isLate() ? ", within " + EventText.duration(withinNs) : ""));
    }
    return String.join("; ", words);
  }

  private static String who(List<Finding> findings) {
    Set<String> who = new TreeSet<>();
    for (Finding each : findings) {
      Actor actor = each.record() == null ? null : each.record().actor();
      if (actor != null) {
        who.add(ActorText.brief(actor));
      }
    }
    return who.size() < 2
        ? String.join("", who)
        : first(who) + " and " + (who.size() - 1) + " more";
  }

  private static String first(Set<String> words) {
    return words.iterator().next();
  }

  private static String wrong(Finding finding) {
    return finding.kind().word()
        + " of "
        + finding.cause().name()
        + " "
        + finding.cause().dev()
        + (finding.cause().command().isEmpty() ? "" : " by '" + finding.cause().command() + "'")
        + ": "
        + (finding.wrong().isEmpty() ? "not told" : finding.wrong());
  }

  private void verdict() {
    text.append(report.isGood() ? "OK" : "NOT OK")
        .append(": of ")
        .append(report.findings().size())
        .append(" changes ")
        .append(report.exact())
        .append(" were told exactly, on Linux ")
        .append(report.kernel())
        .append(report.hasProbes() ? ", with probes.\n" : ", without probes.\n");
    Map<How, List<Kind>> kinds = report.kindsByWorst();
    line(
        kinds,
        How.EXACT,
        "Recordings of this host can be trusted for moment, process and order of",
        "");
    line(kinds, How.UEVENT, "Told by uevents as they were received", within(How.UEVENT));
    line(kinds, How.POLL, "Seen only by polling", within(How.POLL));
    line(kinds, How.INFERRED, "Correlated with the kernel log", within(How.INFERRED));
    line(kinds, How.TOO_BRIEF, "Not told where it is over before the next poll", "");
    line(kinds, How.NOT_TOLD, "Not told", "");
    List<String> wrong =
        report.findings().stream()
            .filter(each -> !each.wrong().isEmpty())
            .map(each -> each.kind().word())
            .distinct()
            .toList();
    if (!wrong.isEmpty()) {
      text.append("Told wrong: ").append(String.join(", ", wrong)).append(".\n");
    }
    for (String each : report.losses()) {
      text.append("Lost meanwhile: ").append(each).append('\n');
    }
    if (!report.lacks().isEmpty()) {
      text.append("The recorder said: ").append(report.lacks()).append('\n');
    }
  }

  private String within(How how) {
    return ", the moment to within " + EventText.duration(report.withinNs(how));
  }

  private void line(Map<How, List<Kind>> kinds, How how, String words, String more) {
    List<Kind> some = kinds.getOrDefault(how, List.of());
    if (!some.isEmpty()) {
      text.append(words)
          .append(more)
          .append(": ")
          .append(some.stream().map(Kind::word).collect(Collectors.joining(", ")))
          .append(".\n");
    }
  }
}
