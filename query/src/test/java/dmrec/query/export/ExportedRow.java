package dmrec.query.export;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dmrec.event.Bytes;
import dmrec.event.EventJson;
import dmrec.event.EventRecord;
import dmrec.event.Field;
import dmrec.event.Fields;
import dmrec.event.Kind;
import dmrec.event.Mark;
import java.io.IOException;
import java.io.StringWriter;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Makes the event again from one row of an export: the columns' texts by their names, with kernel
 * text as it was; what is absent or empty is one.
 */
record ExportedRow(Map<String, String> texts) {
  /** What no column holds: fields of a newer version. */
  static EventRecord withoutExtra(EventRecord record) {
    return record.toBuilder().extra(Bytes.NONE).build();
  }

  EventRecord event() throws IOException {
    StringWriter line = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(line)) {
      json.writeStartObject();
      number(json, "seq", text("seq"));
      json.writeStringField("time", text("time"));
      json.writeStringField("received", text("received"));
      number(json, "mono_ns", text("mono_ns"));
      json.writeStringField("kind", text("kind"));
      number(json, "code", text("code"));
      json.writeStringField("source", text("source"));
      json.writeStringField("certainty", text("certainty"));
      if (!text("not_before").isEmpty()) {
        json.writeStringField("not_before", text("not_before"));
      }
      number(json, "kernel_ns", text("kernel_ns"));
      marks(json, text("marks"));
      if (!text("actor_pid").isEmpty()) {
        json.writeObjectFieldStart("actor");
        number(json, "pid", text("actor_pid"));
        number(json, "uid", text("actor_uid"));
        json.writeStringField("command", text("actor_command"));
        json.writeStringField("relation", text("actor_relation"));
        number(json, "start_ns", text("actor_start_ns"));
        number(json, "tid", text("actor_tid"));
        number(json, "login_uid", text("actor_login_uid"));
        json.writeStringField("executable", text("actor_executable"));
        number(json, "parent_pid", text("actor_parent_pid"));
        json.writeStringField("parent_command", text("actor_parent_command"));
        json.writeStringField("unit", text("actor_unit"));
        json.writeEndObject();
      }
      if (!text("dev").isEmpty()) {
        json.writeObjectFieldStart("device");
        json.writeStringField("dev", text("dev"));
        number(json, "diskseq", text("diskseq"));
        json.writeStringField("name", text("device"));
        json.writeStringField("uuid", text("uuid"));
        json.writeEndObject();
      }
      for (Field field : Fields.of(Objects.requireNonNull(Kind.ofWord(text("kind")))).list()) {
        String name = field.jsonName();
        String text = text(texts.containsKey("event_" + name) ? "event_" + name : name);
        switch (field.type()) {
          case INT, LONG -> number(json, name, text);
          case BOOLEAN -> json.writeBooleanField(name, Boolean.parseBoolean(text));
          case TEXT, DEV, BYTES -> json.writeStringField(name, text);
          case TARGETS, DEVS, TEXTS -> {
            json.writeFieldName(name);
            json.writeRawValue(text);
          }
        }
      }
      json.writeStringField("evidence", text("evidence"));
      json.writeEndObject();
    }
    return EventJson.read(line.toString());
  }

  private String text(String column) {
    return Objects.requireNonNull(texts.get(column), column);
  }

  private static void number(JsonGenerator json, String name, @Nullable String text)
      throws IOException {
    if (text != null && !text.isEmpty()) {
      json.writeNumberField(name, Long.parseLong(text));
    }
  }

  private static void marks(JsonGenerator json, String text) throws IOException {
    json.writeArrayFieldStart("marks");
    for (String mark : text.isEmpty() ? new String[0] : text.split(",", -1)) {
      boolean isWord = false;
      for (Mark each : Mark.values()) {
        isWord |= each.word().equals(mark);
      }
      if (isWord) {
        json.writeString(mark);
      } else {
        json.writeNumber(Integer.parseInt(mark));
      }
    }
    json.writeEndArray();
  }
}
