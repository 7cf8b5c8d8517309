package dmrec.query;

import dmrec.event.DeviceRef;
import dmrec.event.EventRecord;
import dmrec.query.DeviceHistory.Hole;
import dmrec.query.DeviceHistory.Interval;
import dmrec.query.DeviceHistory.Life;
import dmrec.query.DeviceHistory.Row;
import dmrec.query.StackTree.Span;
import dmrec.query.StackTree.Style;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A {@link DeviceHistory} as lines for people. */
public final class HistoryText {
  private static final int STATE_MAX = 48;

  private final ZoneId zone;
  private final List<List<Span>> lines = new ArrayList<>();

  private HistoryText(ZoneId zone) {
    this.zone = zone;
  }

  /** A paragraph for each life; each line ends with a line feed. */
  public static String print(DeviceHistory history, ZoneId zone, boolean colour) {
    HistoryText text = new HistoryText(zone);
    int number = 0;
    for (Life life : history.lives()) {
      number++;
      if (number > 1) {
        text.lines.add(List.of());
      }
      text.life(life, number, history.lives().size());
    }
    return StackTree.paint(text.lines, colour);
  }

  private void life(Life life, int number, int all) {
    DeviceRef ref = life.ref();
    List<Span> head = new ArrayList<>();
    head.add(
        new Span(
            ref.isNone()
                ? Names.of(ref)
                : (life.isDisk() ? "disk " : "") + Explanation.named(ref.name(), ref.dev()),
            Style.NAME));
    head.add(
        new Span(
            (ref.isNone()
                    ? " number not recorded"
                    : life.isDisk() ? "" : " diskseq " + ref.diskSeq())
                + (ref.uuid().isEmpty()
                    ? ""
                    : (life.isDisk() ? " wwid " : " uuid ") + Names.quoted(ref.uuid()))
                + (all == 1 ? "" : ", life " + number + " of " + all),
            Style.DETAIL));
    lines.add(head);
    int width = 0;
    for (Row row : life.rows()) {
      width =
          row instanceof Interval interval
              ? Math.max(width, Math.min(STATE_MAX, interval.state().length()))
              : width;
    }
    String name = "";
    for (int i = 0; i < life.rows().size(); i++) {
      Row row = life.rows().get(i);
      boolean isLast = i == life.rows().size() - 1;
      if (row instanceof Interval interval) {
        boolean isRenamed = !name.isEmpty() && !interval.name().equals(name);
        interval(interval, width, isRenamed, isLast && !life.isOver());
        name = interval.name();
      } else if (row instanceof Hole hole) {
        hole(hole);
      }
    }
    EventRecord ended = life.ended();
    if (ended != null) {
      lines.add(
          List.of(
              new Span("  " + TimeSpec.format(ended.wallNs(), zone), Style.DETAIL),
              new Span("             " + "removed", Style.BAD),
              new Span(" ".repeat(Math.max(0, width - 7)) + "  " + event(ended), Style.PLAIN)));
    }
  }

  private void interval(Interval interval, int width, boolean isRenamed, boolean goesOn) {
    List<Span> line = new ArrayList<>();
    line.add(new Span("  " + TimeSpec.format(interval.fromNs(), zone), Style.DETAIL));
    String lasted =
        (goesOn ? ">" : "") + Lengths.of(Math.max(0, interval.toNs() - interval.fromNs()));
    line.add(new Span(" ".repeat(Math.max(1, 11 - lasted.length())) + lasted + "  ", Style.PLAIN));
    line.add(
        new Span(
            interval.state() + " ".repeat(Math.max(0, width - interval.state().length())),
            ExplanationText.style(interval.health())));
    String began =
        interval.began().stream().map(HistoryText::event).collect(Collectors.joining(", "));
    line.add(
        new Span(
            "  " + (isRenamed ? "(now " + Names.quoted(interval.name()) + ") " : "") + began,
            Style.PLAIN));
    lines.add(line);
  }

  private void hole(Hole hole) {
    lines.add(
        List.of(
            new Span("  " + TimeSpec.format(hole.fromNs(), zone), Style.DETAIL),
            new Span(
                (hole.isWhole() ? "  NOT RECORDED until " : "  INCOMPLETE until ")
                    + TimeSpec.format(hole.toNs(), zone)
                    + " ("
                    + Lengths.of(Math.max(0, hole.toNs() - hole.fromNs()))
                    + "): "
                    + hole.words()
                    + " #"
                    + hole.record().seq(),
                Style.WARN)));
  }

  private static String event(EventRecord record) {
    return ExplanationText.event(record);
  }
}
