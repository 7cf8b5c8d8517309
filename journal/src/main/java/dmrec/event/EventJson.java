package dmrec.event;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import dmrec.target.DevNo;
import dmrec.target.Target;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.List;
import java.util.Locale;

/**
 * Events as JSON, one object a line, and back, without loss.
 *
 * <p>The common fields come first, the payload's stand beside them in snake case. The output is
 * ASCII: whatever the bytes of a name were, {@link KernelText} spells them, and what is not ASCII
 * is escaped, so that no terminal, pipe or locale can change it.
 */
public final class EventJson {
  /** The names that no payload field may have. */
  static final List<String> COMMON =
      List.of(
          "seq",
          "time",
          "received",
          "mono_ns",
          "kind",
          "code",
          "source",
          "certainty",
          "not_before",
          "kernel_ns",
          "marks",
          "actor",
          "device",
          "evidence",
          "extra");

  static final JsonFactory FACTORY =
      new JsonFactoryBuilder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .recyclerPool(JsonRecyclerPools.threadLocalPool())
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(32)
                  .maxStringLength(64 << 20)
                  .maxNumberLength(64)
                  // More than the largest record makes, as each costs tens of bytes of memory.
                  .maxTokenCount(4_000_000)
                  .build())
          .build();

  private static final DateTimeFormatter ISO =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSSSSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private static final int HIGHEST_PLAIN_CHAR = '~';
  private static final long SECOND_NS = 1_000_000_000L;

  private EventJson() {}

  /** One line, without its end. */
  public static String write(EventRecord record) {
    StringWriter line = new StringWriter(512);
    try {
      write(record, line);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return line.toString();
  }

  /** Writes one line, without its end, and does not close {@code out}. */
  public static void write(EventRecord record, Writer out) throws IOException {
    try (JsonGenerator json = FACTORY.createGenerator(out)) {
      json.setHighestNonEscapedChar(HIGHEST_PLAIN_CHAR);
      json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
      json.disable(JsonGenerator.Feature.FLUSH_PASSED_TO_STREAM);
      write(record, json);
    }
  }

  /** Writes one object. */
  public static void write(EventRecord record, JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeNumberField("seq", record.seq());
    json.writeStringField("time", time(record.wallNs()));
    if (record.receivedNs() != record.wallNs()) {
      json.writeStringField("received", time(record.receivedNs()));
    }
    json.writeNumberField("mono_ns", record.monoNs());
    json.writeStringField("kind", record.kind().word());
    if (record.event() instanceof DmEvent.Unknown unknown) {
      json.writeNumberField("code", unknown.code());
    }
    json.writeStringField("source", record.source().word());
    json.writeStringField("certainty", record.certainty().word());
    if (record.notBeforeNs() != 0) {
      json.writeStringField("not_before", time(record.notBeforeNs()));
    }
    if (record.kernelNs() != 0) {
      json.writeNumberField("kernel_ns", record.kernelNs());
    }
    if (record.marks() != 0) {
      writeMarks(record.marks(), json);
    }
    Actor actor = record.actor();
    if (actor != null) {
      json.writeFieldName("actor");
      write(actor, json);
    }
    DeviceRef device = record.device();
    if (!device.equals(DeviceRef.NONE)) {
      json.writeObjectFieldStart("device");
      json.writeStringField("dev", device.dev().toString());
      json.writeNumberField("diskseq", device.diskSeq());
      json.writeStringField("name", device.name());
      json.writeStringField("uuid", device.uuid());
      json.writeEndObject();
    }
    for (Field field : Fields.of(record.kind()).list()) {
      if (field.isLeftOut(record.event())) {
        continue;
      }
      json.writeFieldName(field.jsonName());
      writeValue(field, record.event(), json);
    }
    if (!record.evidence().isEmpty()) {
      json.writeStringField("evidence", record.evidence().text());
    }
    if (!record.extra().isEmpty()) {
      json.writeStringField("extra", Base64.getEncoder().encodeToString(record.extra().toArray()));
    }
    json.writeEndObject();
  }

  /**
   * Reads what {@link #write} wrote. Fields that are not known are ignored; a payload field that is
   * absent takes its type's default.
   *
   * @throws EventJsonException where the line is anything else
   */
  public static EventRecord read(String line) throws EventJsonException {
    return EventJsonReader.read(line);
  }

  /** One payload field alone, as it stands in the event's object. */
  public static String value(Field field, DmEvent event) {
    StringWriter text = new StringWriter(64);
    try (JsonGenerator json = FACTORY.createGenerator(text)) {
      json.setHighestNonEscapedChar(HIGHEST_PLAIN_CHAR);
      writeValue(field, event, json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  /** ISO 8601 with nanoseconds, in UTC. */
  public static String time(long wallNs) {
    return ISO.format(
        Instant.ofEpochSecond(Math.floorDiv(wallNs, SECOND_NS), Math.floorMod(wallNs, SECOND_NS)));
  }

  /** Words for the marks that have one; the other bits as one number, so that none is lost. */
  private static void writeMarks(int marks, JsonGenerator json) throws IOException {
    json.writeArrayFieldStart("marks");
    int rest = marks;
    for (Mark mark : Mark.values()) {
      if (mark.isIn(marks)) {
        json.writeString(mark.word());
        rest &= ~mark.bit();
      }
    }
    if (rest != 0) {
      json.writeNumber(rest);
    }
    json.writeEndArray();
  }

  /** Writes one object: what every actor has, then what is known of this one. */
  public static void write(Actor actor, JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeNumberField("pid", actor.pid());
    json.writeNumberField("uid", actor.uid());
    json.writeStringField("command", actor.command());
    if (actor.relation() != Actor.Relation.ASKED) {
      json.writeStringField("relation", actor.relation().word());
    }
    if (actor.startNs() != 0) {
      json.writeNumberField("start_ns", actor.startNs());
    }
    if (actor.tid() != 0) {
      json.writeNumberField("tid", actor.tid());
    }
    if (actor.loginUid() != -1) {
      json.writeNumberField("login_uid", actor.loginUid());
    }
    writeKnown("executable", actor.executable(), json);
    if (actor.parentPid() != 0) {
      json.writeNumberField("parent_pid", actor.parentPid());
    }
    writeKnown("parent_command", actor.parentCommand(), json);
    writeKnown("unit", actor.unit(), json);
    json.writeEndObject();
  }

  private static void writeKnown(String name, String text, JsonGenerator json) throws IOException {
    if (!text.isEmpty()) {
      json.writeStringField(name, text);
    }
  }

  private static void writeValue(Field field, DmEvent event, JsonGenerator json)
      throws IOException {
    switch (field.type()) {
      case INT -> json.writeNumber(field.getInt(event));
      case LONG -> json.writeNumber(field.getLong(event));
      case BOOLEAN -> json.writeBoolean(field.getBoolean(event));
      case TEXT -> json.writeString(field.getText(event));
      case DEV -> json.writeString(field.getDev(event).toString());
      case BYTES -> json.writeString(field.getBytes(event).text());
      case TARGETS -> {
        json.writeStartArray();
        for (Target target : field.getTargets(event)) {
          json.writeStartObject();
          json.writeNumberField("start", target.startSector());
          json.writeNumberField("length", target.lengthSectors());
          json.writeStringField("type", target.type());
          json.writeStringField("params", target.params());
          json.writeStringField("status", target.status());
          json.writeEndObject();
        }
        json.writeEndArray();
      }
      case DEVS -> {
        json.writeStartArray();
        for (DevNo dev : field.getDevs(event)) {
          json.writeString(dev.toString());
        }
        json.writeEndArray();
      }
      case TEXTS -> {
        json.writeStartArray();
        for (String text : field.getTexts(event)) {
          json.writeString(text);
        }
        json.writeEndArray();
      }
    }
  }
}
