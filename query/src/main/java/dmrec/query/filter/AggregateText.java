package dmrec.query.filter;

import dmrec.query.Bars;
import dmrec.query.EventText;
import dmrec.query.Names;
import dmrec.query.TimeSpec;
import java.math.BigInteger;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Groups as a table for people: aligned, a bar behind each count, and the times of which nothing is
 * told.
 */
public final class AggregateText {
  /** So many empty times are shown one by one; of more, how many they are. */
  private static final int EMPTY_SHOWN = 30;

  private static final int SMALLEST_BAR = 8;
  private static final long DAY_NS = 86_400_000_000_000L;
  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("uuuu-MM-dd", Locale.ROOT);

  /**
   * How to print.
   *
   * @param zone of the times
   * @param columns how wide a line may be
   * @param utf8 whether block characters can be shown
   * @param colour with ANSI colours; the text is the same without
   */
  public record Options(ZoneId zone, int columns, boolean utf8, boolean colour) {}

  /** A line of the table; {@code count} is what its bar shows, -1 for none. */
  private record Line(List<String> cells, long count) {}

  private final Aggregation aggregation;
  private final Options options;

  private AggregateText(Aggregation aggregation, Options options) {
    this.aggregation = aggregation;
    this.options = options;
  }

  /** The whole table; empty where there is no group. */
  public static String print(Aggregator groups, Options options) {
    return new AggregateText(groups.aggregation(), options).table(groups);
  }

  private String table(Aggregator groups) {
    List<Aggregator.Row> rows = groups.rows();
    if (rows.isEmpty()) {
      return "";
    }
    List<Line> lines = new ArrayList<>();
    lines.add(new Line(header(), -1));
    long previousNs = 0;
    Buckets buckets = groups.buckets();
    for (int i = 0; i < rows.size(); i++) {
      Aggregator.Row row = rows.get(i);
      if (buckets != null && i > 0 && row.startNs() != previousNs) {
        addEmpty(lines, buckets, previousNs, row.startNs());
      }
      boolean repeats = i > 0 && buckets != null && row.startNs() == previousNs;
      lines.add(new Line(cells(row, repeats), count(row)));
      previousNs = row.startNs();
    }
    return draw(lines);
  }

  private List<String> header() {
    List<String> cells = new ArrayList<>();
    if (aggregation.perNs() != 0) {
      cells.add("time");
    }
    aggregation.by().forEach(field -> cells.add(field.name()));
    for (Measure measure : aggregation.measures()) {
      cells.add(measure.toString());
    }
    return cells;
  }

  private long count(Aggregator.Row row) {
    int at = countColumn();
    return at >= 0 && row.results().get(at) instanceof Long count ? count : -1;
  }

  /** The measure that bars are drawn for; -1 for none. */
  private int countColumn() {
    for (int i = 0; i < aggregation.measures().size(); i++) {
      if (aggregation.measures().get(i).how() == Measure.How.COUNT) {
        return i;
      }
    }
    return -1;
  }

  private void addEmpty(List<Line> lines, Buckets buckets, long fromNs, long toNs) {
    long at = buckets.next(fromNs);
    for (int shown = 0; at < toNs && shown < EMPTY_SHOWN; shown++) {
      lines.add(emptyLine(start(at), "0"));
      at = buckets.next(at);
    }
    if (at < toNs) {
      long more = Math.max(1, (toNs - at + aggregation.perNs() / 2) / aggregation.perNs());
      lines.add(emptyLine("(" + more + " more empty)", ""));
    }
  }

  private Line emptyLine(String time, String count) {
    List<String> cells = new ArrayList<>();
    cells.add(time);
    aggregation.by().forEach(field -> cells.add(""));
    for (Measure measure : aggregation.measures()) {
      cells.add(measure.how() == Measure.How.COUNT ? count : "");
    }
    return new Line(cells, -1);
  }

  private List<String> cells(Aggregator.Row row, boolean sameTime) {
    List<String> cells = new ArrayList<>();
    if (aggregation.perNs() != 0) {
      cells.add(sameTime ? "" : start(row.startNs()));
    }
    for (int i = 0; i < row.keys().size(); i++) {
      cells.add(key(aggregation.by().get(i), row.keys().get(i)));
    }
    for (int i = 0; i < row.results().size(); i++) {
      cells.add(result(aggregation.measures().get(i), row.results().get(i)));
    }
    return cells;
  }

  private String start(long startNs) {
    if (aggregation.perNs() % DAY_NS == 0) {
      return DAY.format(Instant.ofEpochSecond(startNs / 1_000_000_000L).atZone(options.zone()));
    }
    return TimeSpec.format(startNs, options.zone()).replaceFirst("\\.?0*(?=Z|[+-][0-9:]*$)", "");
  }

  private String key(FilterField field, @Nullable Object value) {
    if (value == null) {
      return "-";
    }
    if (value instanceof Long n) {
      return field.types().contains(ValueType.TIME)
          ? TimeSpec.format(n, options.zone())
          : field.types().equals(List.of(ValueType.DURATION)) ? duration(n) : n.toString();
    }
    return Names.quoted(value.toString());
  }

  private String result(Measure measure, @Nullable Object value) {
    if (value == null) {
      return "-";
    }
    if (value instanceof Tally.Place place) {
      return TimeSpec.format(place.wallNs(), options.zone()) + " #" + place.seq();
    }
    if (value instanceof Long n) {
      return switch (measure.type()) {
        case TIME -> TimeSpec.format(n, options.zone());
        case DURATION -> duration(n);
        default -> n.toString();
      };
    }
    if (measure.type() == ValueType.DURATION) {
      double ns = value instanceof Double d ? d : ((BigInteger) value).doubleValue();
      return duration((long) ns);
    }
    return value instanceof Double d ? String.format(Locale.ROOT, "%.2f", d) : value.toString();
  }

  private static String duration(long ns) {
    return ns < 0 ? "-" + EventText.duration(-ns) : EventText.duration(ns);
  }

  private String draw(List<Line> lines) {
    int columns = lines.get(0).cells().size();
    int[] widths = new int[columns];
    long most = 0;
    for (Line line : lines) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], width(line.cells().get(i)));
      }
      most = Math.max(most, line.count());
    }
    int used = Arrays.stream(widths).sum() + 2 * columns;
    int bar = options.columns() - used;
    boolean hasBars = most > 0 && lines.size() > 2 && bar >= SMALLEST_BAR;
    int firstFigure = columns - aggregation.measures().size();
    StringBuilder out = new StringBuilder();
    for (int n = 0; n < lines.size(); n++) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < columns; i++) {
        String cell = lines.get(n).cells().get(i);
        String blanks = " ".repeat(widths[i] - width(cell));
        boolean right = i >= firstFigure;
        line.append(i == 0 ? "" : "  ").append(right ? blanks + cell : cell + blanks);
      }
      if (hasBars && lines.get(n).count() > 0) {
        line.append("  ").append(bar(lines.get(n).count(), most, bar));
      }
      String text = line.toString().stripTrailing();
      out.append(options.colour() && n == 0 ? "\033[2m" + text + "\033[0m" : text).append('\n');
    }
    return out.toString();
  }

  private String bar(long count, long most, int width) {
    if (!options.utf8()) {
      return "#".repeat((int) Math.max(1, Math.round((double) count / most * width)));
    }
    return Bars.bar(count, most, width, true);
  }

  private static int width(String text) {
    return text.codePointCount(0, text.length());
  }
}
