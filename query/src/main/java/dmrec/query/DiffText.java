package dmrec.query;

import dmrec.event.KernelText;
import dmrec.query.StackDiff.Detail;
import dmrec.query.StackDiff.Entry;
import dmrec.query.StackDiff.Fate;
import dmrec.query.StackTree.Span;
import dmrec.query.StackTree.Style;
import dmrec.target.DevNo;
import dmrec.topology.TopologyView;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;

/** Two stacks and what is different, as diff prints files, and for programs. */
public final class DiffText {
  private static final List<String> COLUMNS =
      List.of(
          "change", "type", "dev", "diskseq", "name", "old_name", "what", "of", "before", "after");

  private final TopologyView before;
  private final TopologyView after;
  private final StackDiff diff;

  private DiffText(TopologyView before, TopologyView after) {
    this.before = before;
    this.after = after;
    diff = StackDiff.between(before, after);
  }

  /** Compares two stacks. */
  public static DiffText between(TopologyView before, TopologyView after) {
    return new DiffText(before, after);
  }

  public boolean isEmpty() {
    return diff.isEmpty();
  }

  /** Lines for people; none where nothing is different. */
  public String text(ZoneId zone, boolean colour) {
    if (isEmpty()) {
      return "";
    }
    List<List<Span>> lines = new ArrayList<>();
    lines.add(List.of(new Span("--- " + moment(before, zone), Style.NAME)));
    lines.add(List.of(new Span("+++ " + moment(after, zone), Style.NAME)));
    if (!diff.sameBoot()) {
      lines.add(
          List.of(
              new Span(
                  "    the machine was booted in between: every device is another", Style.WARN)));
    }
    for (Entry entry : diff.entries()) {
      lines.add(head(entry));
      for (int i = 0; i < entry.details().size(); i++) {
        Detail detail = entry.details().get(i);
        Detail next = i + 1 < entry.details().size() ? entry.details().get(i + 1) : null;
        if (next != null && detail.what().equals("path_failures") && isState(detail, next)) {
          // How a path is matters more than how often it failed.
          Span state = line(entry, next);
          String failures = ", failures " + detail.before() + " → " + detail.after();
          lines.add(List.of(new Span(state.text() + failures, state.style())));
          i++;
        } else {
          lines.add(List.of(line(entry, detail)));
        }
      }
    }
    return StackTree.paint(lines, colour);
  }

  private static String moment(TopologyView stack, ZoneId zone) {
    return TimeSpec.format(stack.wallNs(), zone) + " #" + stack.seq();
  }

  private List<Span> head(Entry entry) {
    List<Span> line = new ArrayList<>();
    String sign =
        switch (entry.fate()) {
          case APPEARED -> "+ ";
          case VANISHED -> "- ";
          case CHANGED -> "! ";
        };
    line.add(new Span(sign, style(entry.fate())));
    line.add(
        new Span(
            (entry.isDisk() ? "disk " : "") + Explanation.named(entry.name(), entry.dev()),
            Style.NAME));
    String fate =
        switch (entry.fate()) {
          case APPEARED -> " appeared";
          case VANISHED -> " vanished";
          case CHANGED -> "";
        };
    line.add(new Span(fate, style(entry.fate())));
    if (entry.fate() == Fate.APPEARED && !entry.isDisk()) {
      boolean isReused = before.deviceNamed(entry.name()) != null;
      boolean isNumber = before.device(entry.dev()) != null;
      line.add(
          new Span(
              isReused
                  ? ", not the " + Names.quoted(entry.name()) + " of before"
                  : isNumber ? ", not the " + entry.dev() + " of before" : "",
              Style.WARN));
    }
    return line;
  }

  private static Style style(Fate fate) {
    return fate == Fate.APPEARED ? Style.GOOD : fate == Fate.VANISHED ? Style.BAD : Style.WARN;
  }

  private Span line(Entry entry, Detail detail) {
    String what =
        detail.what().equals("size_sectors") || detail.what().equals("path_state")
            ? detail.what().substring(0, 4)
            : detail.what().replace('_', ' ');
    if (StackDiff.isTable(detail.what())) {
      boolean isOld = detail.after().isEmpty();
      return new Span(
          (isOld ? "    - " : "    + ")
              + (detail.what().equals("table") ? "" : "(inactive) ")
              + shown(isOld ? detail.before() : detail.after()),
          isOld ? Style.BAD : Style.GOOD);
    }
    if (entry.fate() != Fate.CHANGED) {
      String value =
          detail.before().isEmpty() || entry.fate() == Fate.APPEARED
              ? detail.after()
              : detail.before();
      return new Span(
          "      " + (isFlag(value) ? what : what + " " + value(detail, value)), Style.PLAIN);
    }
    return new Span(
        "      "
            + what
            + (detail.of().isEmpty() ? "" : " " + of(detail))
            + ": "
            + value(detail, detail.before())
            + " → "
            + value(detail, detail.after()),
        isBad(detail) ? Style.BAD : Style.PLAIN);
  }

  private static boolean isState(Detail failures, Detail next) {
    return next.what().equals("path_state") && next.of().equals(failures.of());
  }

  private static boolean isFlag(String value) {
    return value.equals("yes") || value.equals("no");
  }

  private static boolean isBad(Detail detail) {
    String value = detail.after();
    return (detail.what().equals("valid_paths") && value.equals("0"))
        || value.equals("failed")
        || value.endsWith("_failed")
        || value.equals("dead");
  }

  /** A path or leg with its name, where its number has one. */
  private String of(Detail detail) {
    String of = detail.of();
    if (!DevNo.isDevNo(of)) {
      return shown(of);
    }
    DevNo dev = DevNo.parse(of);
    return Explanation.named(after.nameOf(dev), dev);
  }

  private static String value(Detail detail, String value) {
    if (value.isEmpty()) {
      return "none";
    }
    if (detail.what().endsWith("sectors") && value.matches("[0-9]{1,18}")) {
      return Sizes.ofSectors(Long.parseLong(value));
    }
    return detail.what().equals("name") || detail.what().equals("uuid")
        ? Names.quoted(value)
        : shown(value);
  }

  private static String shown(String text) {
    return KernelText.printable(text);
  }

  /** One object in a line. */
  public String json() {
    return AnswerJson.object(
        json -> {
          json.writeNumberField("from_seq", before.seq());
          json.writeStringField("from", AnswerJson.time(before.wallNs()));
          json.writeNumberField("to_seq", after.seq());
          json.writeStringField("to", AnswerJson.time(after.wallNs()));
          json.writeBooleanField("same_boot", diff.sameBoot());
          json.writeArrayFieldStart("changes");
          for (Entry entry : diff.entries()) {
            json.writeStartObject();
            json.writeStringField("change", StatusFacts.word(entry.fate()));
            json.writeStringField("type", entry.isDisk() ? "disk" : "device");
            json.writeStringField("dev", entry.dev().toString());
            if (!entry.isDisk()) {
              json.writeNumberField("diskseq", entry.diskSeq());
            }
            json.writeStringField("name", entry.name());
            json.writeStringField("old_name", entry.otherName());
            json.writeArrayFieldStart("details");
            for (Detail detail : entry.details()) {
              json.writeStartObject();
              json.writeStringField("what", detail.what());
              json.writeStringField("of", detail.of());
              json.writeStringField("before", detail.before());
              json.writeStringField("after", detail.after());
              json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
          }
          json.writeEndArray();
        });
  }

  /** A row for each difference. */
  public String csv() {
    StringBuilder out = new StringBuilder(Csv.row(COLUMNS));
    for (Entry entry : diff.entries()) {
      List<Detail> details =
          entry.details().isEmpty() ? List.of(new Detail("", "", "", "")) : entry.details();
      for (Detail detail : details) {
        out.append(
            Csv.row(
                List.of(
                    StatusFacts.word(entry.fate()),
                    entry.isDisk() ? "disk" : "device",
                    entry.dev().toString(),
                    entry.isDisk() ? "" : Long.toString(entry.diskSeq()),
                    entry.name(),
                    entry.otherName(),
                    detail.what(),
                    detail.of(),
                    detail.before(),
                    detail.after())));
      }
    }
    return out.toString();
  }
}
