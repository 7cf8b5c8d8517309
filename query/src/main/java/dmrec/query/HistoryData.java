package dmrec.query;

import com.fasterxml.jackson.core.JsonGenerator;
import dmrec.event.EventRecord;
import dmrec.query.DeviceHistory.Hole;
import dmrec.query.DeviceHistory.Interval;
import dmrec.query.DeviceHistory.Life;
import dmrec.query.DeviceHistory.Row;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A {@link DeviceHistory} for programs. */
public final class HistoryData {
  private static final List<String> COLUMNS =
      List.of(
          "life",
          "type",
          "dev",
          "diskseq",
          "uuid",
          "row",
          "name",
          "from",
          "to",
          "duration_ns",
          "health",
          "state",
          "began_seq",
          "began_time",
          "began_not_before",
          "began_kind",
          "began_certainty",
          "began_text",
          "ended_seq",
          "ended_time",
          "ended_not_before",
          "ended_kind",
          "ended_certainty",
          "ended_text");

  private HistoryData() {}

  /** One object in a line. */
  public static String json(DeviceHistory history) {
    return AnswerJson.object(
        json -> {
          json.writeStringField("asked", history.device());
          json.writeStringField("to", AnswerJson.time(history.endNs()));
          json.writeArrayFieldStart("lives");
          for (Life life : history.lives()) {
            json.writeStartObject();
            json.writeStringField("type", life.isDisk() ? "disk" : "device");
            json.writeStringField("dev", life.ref().dev().toString());
            json.writeNumberField("diskseq", life.ref().diskSeq());
            json.writeStringField("name", life.ref().name());
            json.writeStringField(life.isDisk() ? "wwid" : "uuid", life.ref().uuid());
            json.writeBooleanField("over", life.isOver());
            EventRecord ended = life.ended();
            if (ended != null) {
              AnswerJson.event(json, "ended", ended);
            }
            json.writeArrayFieldStart("intervals");
            for (Row row : life.rows()) {
              row(json, row);
            }
            json.writeEndArray();
            json.writeEndObject();
          }
          json.writeEndArray();
        });
  }

  private static void row(JsonGenerator json, Row row) throws IOException {
    json.writeStartObject();
    json.writeStringField("from", AnswerJson.time(row.fromNs()));
    json.writeStringField("to", AnswerJson.time(row.toNs()));
    json.writeNumberField("duration_ns", Math.max(0, row.toNs() - row.fromNs()));
    if (row instanceof Interval interval) {
      json.writeBooleanField("recorded", true);
      json.writeStringField("name", interval.name());
      json.writeStringField("health", StatusFacts.word(interval.health()));
      json.writeStringField("state", interval.state());
      json.writeArrayFieldStart("began");
      for (EventRecord record : interval.began()) {
        json.writeStartObject();
        AnswerJson.eventFields(json, record);
        json.writeEndObject();
      }
      json.writeEndArray();
      EventRecord ended = interval.ended();
      if (ended != null) {
        AnswerJson.event(json, "ended", ended);
      }
    } else if (row instanceof Hole hole) {
      json.writeBooleanField("recorded", !hole.isWhole());
      json.writeStringField("state", hole.words());
      json.writeNumberField("seq", hole.record().seq());
    }
    json.writeEndObject();
  }

  /** A row for each stretch of time. */
  public static String csv(DeviceHistory history) {
    StringBuilder out = new StringBuilder(Csv.row(COLUMNS));
    int number = 0;
    for (Life life : history.lives()) {
      number++;
      for (Row row : life.rows()) {
        List<String> values = new ArrayList<>();
        values.add(Integer.toString(number));
        values.add(life.isDisk() ? "disk" : "device");
        values.add(life.ref().dev().toString());
        values.add(life.isDisk() ? "" : Long.toString(life.ref().diskSeq()));
        values.add(life.ref().uuid());
        boolean isInterval = row instanceof Interval;
        values.add(
            row instanceof Hole hole ? hole.isWhole() ? "not_recorded" : "incomplete" : "state");
        values.add(isInterval ? ((Interval) row).name() : life.ref().name());
        values.add(AnswerJson.time(row.fromNs()));
        values.add(AnswerJson.time(row.toNs()));
        values.add(Long.toString(Math.max(0, row.toNs() - row.fromNs())));
        if (row instanceof Interval interval) {
          values.add(StatusFacts.word(interval.health()));
          values.add(interval.state());
          AnswerCsv.event(values, interval.began().get(0));
          AnswerCsv.event(values, interval.ended());
        } else if (row instanceof Hole hole) {
          values.add("");
          values.add(hole.words());
          AnswerCsv.event(values, hole.record());
          AnswerCsv.event(values, null);
        }
        out.append(Csv.row(values));
      }
    }
    return out.toString();
  }
}
