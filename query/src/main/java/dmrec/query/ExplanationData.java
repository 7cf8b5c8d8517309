package dmrec.query;

import com.fasterxml.jackson.core.JsonGenerator;
import dmrec.event.EventRecord;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An {@link Explanation} for programs. */
public final class ExplanationData {
  /** What {@link #csv} begins with. */
  public static final List<String> COLUMNS =
      List.of(
          "device",
          "node",
          "parent",
          "depth",
          "relation",
          "dev",
          "name",
          "health",
          "state",
          "root_cause",
          "already_at_start",
          "seq",
          "time",
          "not_before",
          "kind",
          "certainty",
          "text");

  private ExplanationData() {}

  /** One object in a line. */
  public static String json(Explanation explanation) {
    return AnswerJson.object(
        json -> {
          AnswerJson.device(json, "device", explanation.device());
          json.writeNumberField("seq", explanation.atSeq());
          json.writeStringField("time", AnswerJson.time(explanation.atNs()));
          json.writeStringField("health", StatusFacts.word(explanation.health()));
          Since since = explanation.inOrderSince();
          if (since != null) {
            write(json, "in_order_since", since);
          }
          causes(json, explanation.causes());
        });
  }

  private static void causes(JsonGenerator json, List<Cause> causes) throws IOException {
    json.writeArrayFieldStart("causes");
    for (Cause cause : causes) {
      json.writeStartObject();
      json.writeStringField("dev", cause.dev().toString());
      json.writeStringField("name", cause.name());
      json.writeStringField("health", StatusFacts.word(cause.health()));
      json.writeStringField("state", cause.words());
      json.writeBooleanField("root_cause", cause.isRoot());
      Since since = cause.since();
      if (since != null) {
        write(json, "since", since);
      }
      json.writeArrayFieldStart("perhaps");
      for (Cause.Hint hint : cause.hints()) {
        json.writeStartObject();
        AnswerJson.eventFields(json, hint.event());
        json.writeStringField("relation", hint.words());
        json.writeEndObject();
      }
      json.writeEndArray();
      causes(json, cause.causes());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void write(JsonGenerator json, String field, Since since) throws IOException {
    json.writeObjectFieldStart(field);
    json.writeBooleanField("already_at_start", since.isOlder());
    EventRecord began = since.began();
    if (began != null) {
      AnswerJson.eventFields(json, began);
    }
    json.writeStringField("recording_began", AnswerJson.time(since.recordingNs()));
    json.writeEndObject();
  }

  /** Rows of {@link #COLUMNS}: the device itself, then its causes, each behind its parent. */
  public static String csv(Explanation explanation) {
    StringBuilder out = new StringBuilder();
    Rows rows = new Rows(explanation.device().name(), out);
    rows.row(
        0,
        0,
        "device",
        explanation.device().dev().toString(),
        explanation.device().name(),
        explanation.health(),
        explanation.health().words(),
        false,
        explanation.inOrderSince());
    rows.causes(explanation.causes(), 1, 1);
    return out.toString();
  }

  private static final class Rows {
    private final String device;
    private final StringBuilder out;
    private int node;

    private Rows(String device, StringBuilder out) {
      this.device = device;
      this.out = out;
    }

    private void causes(List<Cause> causes, int parent, int depth) {
      for (Cause cause : causes) {
        row(
            parent,
            depth,
            "cause",
            cause.dev().toString(),
            cause.name(),
            cause.health(),
            cause.words(),
            cause.isRoot(),
            cause.since());
        int own = node;
        for (Cause.Hint hint : cause.hints()) {
          row(
              own,
              depth + 1,
              "perhaps",
              cause.dev().toString(),
              cause.name(),
              cause.health(),
              hint.words(),
              false,
              new Since(hint.event(), hint.event(), 0));
        }
        causes(cause.causes(), own, depth + 1);
      }
    }

    private void row(
        int parent,
        int depth,
        String relation,
        String dev,
        String name,
        Health health,
        String state,
        boolean root,
        @Nullable Since since) {
      node++;
      List<String> row = new ArrayList<>();
      row.add(device);
      row.add(Integer.toString(node));
      row.add(parent == 0 ? "" : Integer.toString(parent));
      row.add(Integer.toString(depth));
      row.add(relation);
      row.add(dev);
      row.add(name);
      row.add(StatusFacts.word(health));
      row.add(state);
      row.add(Boolean.toString(root));
      row.add(since == null ? "" : Boolean.toString(since.isOlder()));
      EventRecord began = since == null ? null : since.began();
      AnswerCsv.event(row, began);
      out.append(Csv.row(row));
    }
  }
}
