package dmrec.query.filter;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dmrec.query.Csv;
import dmrec.query.TimeSpec;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Groups for programs: times as ISO 8601 in UTC, durations in nanoseconds, names letter by letter.
 * Only groups that hold an event are told, but for the one group of all.
 */
public final class AggregateData {
  private static final JsonFactory JSON = new JsonFactory();
  private static final int HIGHEST_PLAIN_CHAR = '~';

  private AggregateData() {}

  /** One object a line. */
  public static String json(Aggregator groups) {
    List<String> names = names(groups.aggregation());
    StringWriter out = new StringWriter();
    try {
      for (Aggregator.Row row : groups.rows()) {
        try (JsonGenerator json = JSON.createGenerator(out)) {
          json.setHighestNonEscapedChar(HIGHEST_PLAIN_CHAR);
          json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
          json.writeStartObject();
          List<@Nullable Object> values = values(groups.aggregation(), row);
          for (int i = 0; i < names.size(); i++) {
            json.writeFieldName(names.get(i));
            write(json, values.get(i));
          }
          json.writeEndObject();
        }
        out.write('\n');
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toString();
  }

  private static void write(JsonGenerator json, @Nullable Object value) throws IOException {
    if (value == null) {
      json.writeNull();
    } else if (value instanceof Long n) {
      json.writeNumber(n);
    } else if (value instanceof BigInteger n) {
      json.writeNumber(n);
    } else if (value instanceof Double n) {
      json.writeNumber(n);
    } else if (value instanceof Boolean flag) {
      json.writeBoolean(flag);
    } else {
      json.writeString(value.toString());
    }
  }

  /** A row of names, then one for each group. */
  public static String csv(Aggregator groups) {
    StringBuilder out = new StringBuilder(Csv.row(names(groups.aggregation())));
    for (Aggregator.Row row : groups.rows()) {
      List<String> texts = new ArrayList<>();
      for (Object value : values(groups.aggregation(), row)) {
        texts.add(value == null ? "" : value.toString());
      }
      out.append(Csv.row(texts));
    }
    return out.toString();
  }

  private static List<String> names(Aggregation aggregation) {
    List<String> names = new ArrayList<>();
    if (aggregation.perNs() != 0) {
      add(names, "time");
    }
    aggregation.by().forEach(field -> add(names, field.name()));
    for (Measure measure : aggregation.measures()) {
      boolean isDuration = measure.type() == ValueType.DURATION && !measure.name().endsWith("_ns");
      add(names, measure.name() + (isDuration ? "_ns" : ""));
      if (measure.how() == Measure.How.FIRST || measure.how() == Measure.How.LAST) {
        add(names, measure.name() + "_seq");
      }
    }
    return names;
  }

  /** A field may be called as a figure is. */
  private static void add(List<String> names, String name) {
    String free = name;
    for (int i = 2; names.contains(free); i++) {
      free = name + "_" + i;
    }
    names.add(free);
  }

  private static List<@Nullable Object> values(Aggregation aggregation, Aggregator.Row row) {
    List<@Nullable Object> values = new ArrayList<>();
    if (aggregation.perNs() != 0) {
      values.add(time(row.startNs()));
    }
    for (int i = 0; i < row.keys().size(); i++) {
      boolean isTime = aggregation.by().get(i).types().contains(ValueType.TIME);
      values.add(isTime && row.keys().get(i) instanceof Long n ? time(n) : row.keys().get(i));
    }
    for (int i = 0; i < row.results().size(); i++) {
      Measure measure = aggregation.measures().get(i);
      Object result = row.results().get(i);
      if (measure.how() == Measure.How.FIRST || measure.how() == Measure.How.LAST) {
        values.add(result instanceof Tally.Place place ? time(place.wallNs()) : null);
        values.add(result instanceof Tally.Place place ? place.seq() : null);
      } else {
        boolean isTime = measure.type() == ValueType.TIME;
        values.add(isTime && result instanceof Long n ? time(n) : result);
      }
    }
    return values;
  }

  private static String time(long wallNs) {
    return TimeSpec.format(wallNs, ZoneOffset.UTC);
  }
}
