package dmrec.query;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dmrec.event.Actor;
import dmrec.event.Certainty;
import dmrec.event.DeviceRef;
import dmrec.event.EventJson;
import dmrec.event.EventRecord;
import dmrec.target.DevNo;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.ZoneOffset;
import java.util.Collection;

/**
 * Answers as JSON: one object a line, in ASCII as events are, so that no terminal, pipe or locale
 * can change a name.
 */
final class AnswerJson {
  private static final JsonFactory FACTORY = new JsonFactory();
  private static final int HIGHEST_PLAIN_CHAR = '~';

  private AnswerJson() {}

  /** What stands between the braces. */
  @FunctionalInterface
  interface Body {
    void write(JsonGenerator json) throws IOException;
  }

  /** One object with its line feed. */
  static String object(Body body) {
    StringWriter text = new StringWriter(1024);
    try (JsonGenerator json = FACTORY.createGenerator(text)) {
      json.setHighestNonEscapedChar(HIGHEST_PLAIN_CHAR);
      json.writeStartObject();
      body.write(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.append('\n').toString();
  }

  /** A time as events have it. */
  static String time(long wallNs) {
    return TimeSpec.format(wallNs, ZoneOffset.UTC);
  }

  /** A device's identity and names, as events have them. */
  static void device(JsonGenerator json, String field, DeviceRef ref) throws IOException {
    json.writeFieldName(field);
    device(json, ref);
  }

  static void device(JsonGenerator json, DeviceRef ref) throws IOException {
    json.writeStartObject();
    json.writeStringField("dev", ref.dev().toString());
    json.writeNumberField("diskseq", ref.diskSeq());
    json.writeStringField("name", ref.name());
    json.writeStringField("uuid", ref.uuid());
    json.writeEndObject();
  }

  static void devs(JsonGenerator json, String field, Collection<DevNo> devs) throws IOException {
    json.writeArrayFieldStart(field);
    for (DevNo dev : devs) {
      json.writeString(dev.toString());
    }
    json.writeEndArray();
  }

  /** Which event it was, and when. */
  static void event(JsonGenerator json, String field, EventRecord record) throws IOException {
    json.writeObjectFieldStart(field);
    eventFields(json, record);
    json.writeEndObject();
  }

  static void eventFields(JsonGenerator json, EventRecord record) throws IOException {
    json.writeNumberField("seq", record.seq());
    json.writeStringField("time", time(record.wallNs()));
    json.writeStringField("kind", record.kind().word());
    json.writeStringField("certainty", record.certainty().word());
    if (record.notBeforeNs() != 0) {
      json.writeStringField("not_before", time(record.notBeforeNs()));
    }
    json.writeStringField("text", EventText.phrase(record.event()));
    Actor actor = record.actor();
    if (actor != null) {
      json.writeFieldName("actor");
      EventJson.write(actor, json);
    }
  }

  /** The mark of an event that the kernel did not tell by itself; else empty. */
  static String sign(Certainty certainty) {
    return switch (certainty) {
      case REPORTED -> "";
      case DERIVED -> "~";
      case INFERRED -> "?";
      case CLAIMED -> "\"";
    };
  }
}
