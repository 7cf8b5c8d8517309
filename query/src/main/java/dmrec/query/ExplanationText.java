package dmrec.query;

import dmrec.event.EventRecord;
import dmrec.query.StackTree.Span;
import dmrec.query.StackTree.Style;
import dmrec.target.DevNo;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** An {@link Explanation} as a person draws it: each state, since when, and under it its cause. */
public final class ExplanationText {
  private final ZoneId zone;
  private final StackTree.Options options;
  private final List<List<Span>> lines = new ArrayList<>();
  private final Set<List<Cause>> told = new HashSet<>();
  private long atNs;

  private ExplanationText(ZoneId zone, StackTree.Options options) {
    this.zone = zone;
    this.options = options;
  }

  /** Its lines; each ends with a line feed. */
  public static String draw(Explanation explanation, ZoneId zone, StackTree.Options options) {
    ExplanationText text = new ExplanationText(zone, options);
    text.atNs = explanation.atNs();
    text.all(explanation);
    return StackTree.paint(text.lines, options.colour());
  }

  private void all(Explanation explanation) {
    List<Span> head = new ArrayList<>();
    head.add(
        new Span(
            Explanation.named(explanation.device().name(), explanation.device().dev()),
            Style.NAME));
    head.add(new Span(": " + explanation.health().words(), style(explanation.health())));
    head.add(
        new Span(" at " + TimeSpec.format(atNs, zone) + " #" + explanation.atSeq(), Style.DETAIL));
    lines.add(head);
    Since since = explanation.inOrderSince();
    if (since != null) {
      lines.add(List.of(new Span("   ", Style.LINE), new Span(since(since), Style.PLAIN)));
    }
    draw(explanation.causes(), explanation.device().dev(), "");
  }

  private void draw(List<Cause> causes, DevNo above, String indent) {
    boolean box = options.boxDrawing();
    for (int i = 0; i < causes.size(); i++) {
      Cause cause = causes.get(i);
      boolean isLast = i == causes.size() - 1;
      String branch = isLast ? (box ? "└─ " : "`- ") : box ? "├─ " : "|- ";
      String below = indent + (isLast ? "   " : box ? "│  " : "|  ");
      String beside = below + (cause.causes().isEmpty() ? "   " : box ? "│  " : "|  ");
      List<Span> line = new ArrayList<>();
      line.add(new Span(indent + branch, Style.LINE));
      if (!cause.dev().equals(above)) {
        line.add(new Span(Explanation.named(cause.name(), cause.dev()) + " ", Style.NAME));
      }
      line.add(new Span(cause.words(), style(cause.health())));
      if (cause.isRoot()) {
        line.add(new Span(box ? "  ◀ root cause" : "  <- root cause", Style.BAD));
      }
      boolean isTold = !cause.causes().isEmpty() && !told.add(cause.causes());
      if (isTold) {
        line.add(new Span(" (see above)", Style.DETAIL));
      }
      lines.add(line);
      if (cause.since() != null) {
        lines.add(
            List.of(new Span(beside, Style.LINE), new Span(since(cause.since()), Style.PLAIN)));
      }
      for (Cause.Hint hint : cause.hints()) {
        lines.add(
            List.of(
                new Span(beside, Style.LINE),
                new Span("? perhaps: " + event(hint.event()) + ", " + hint.words(), Style.WARN)));
      }
      draw(isTold ? List.of() : cause.causes(), cause.dev(), below);
    }
  }

  private String since(Since since) {
    EventRecord began = since.began();
    EventRecord before = since.before();
    if (began == null && before != null) {
      return "since some time after "
          + TimeSpec.format(before.wallNs(), zone)
          + "  "
          + event(before);
    }
    if (began == null || since.isOlder()) {
      return "already so when the recording began at "
          + TimeSpec.format(since.recordingNs(), zone)
          + (began == null ? "" : " (#" + began.seq() + " " + began.kind().word() + ")");
    }
    return "since "
        + TimeSpec.format(began.wallNs(), zone)
        + (atNs > began.wallNs() ? " (" + Lengths.of(atNs - began.wallNs()) + ")" : "")
        + "  "
        + event(began);
  }

  /**
   * The event's certainty, number, kind and words, how exact its time is, and who was behind it.
   */
  static String event(EventRecord record) {
    return AnswerJson.sign(record.certainty())
        + "#"
        + record.seq()
        + " "
        + record.kind().word()
        + ": "
        + EventText.phrase(record.event())
        + within(record)
        + ActorText.behind(record);
  }

  static String within(EventRecord record) {
    return record.notBeforeNs() == 0
        ? ""
        : " (within "
            + EventText.duration(Math.max(0, record.wallNs() - record.notBeforeNs()))
            + ")";
  }

  static Style style(Health health) {
    return switch (health) {
      case OK -> Style.GOOD;
      case NOTED -> Style.PLAIN;
      case DEGRADED -> Style.WARN;
      case WAITING, FAILED -> Style.BAD;
    };
  }
}
