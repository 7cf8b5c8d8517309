package dmrec.selftest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dmrec.event.Actor;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A report for programs: one JSON object. */
public final class ReportJson {
  private ReportJson() {}

  /** All of it, with a line feed at its end. */
  public static String of(Report report) throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      json.writeStartObject();
      json.writeBooleanField("ok", report.isGood());
      json.writeStringField("kernel", report.kernel());
      json.writeBooleanField("probes", report.hasProbes());
      json.writeStringField("lacks", report.lacks());
      json.writeObjectFieldStart("kinds");
      for (Map.Entry<Finding.How, List<Kind>> each : report.kindsByWorst().entrySet()) {
        json.writeArrayFieldStart(word(each.getKey()));
        for (Kind kind : each.getValue()) {
          json.writeString(kind.word());
        }
        json.writeEndArray();
      }
      json.writeEndObject();
      json.writeArrayFieldStart("changes");
      for (Finding each : report.findings()) {
        write(json, each);
      }
      json.writeEndArray();
      json.writeArrayFieldStart("not_done");
      for (Outcome each : report.outcomes()) {
        json.writeStartObject();
        json.writeStringField("step", each.step());
        json.writeStringField("why", each.why());
        json.writeBooleanField("failed", !each.isLacking());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeArrayFieldStart("losses");
      for (String each : report.losses()) {
        json.writeString(each);
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    return text + "\n";
  }

  private static void write(JsonGenerator json, Finding finding) throws IOException {
    Cause cause = finding.cause();
    EventRecord record = finding.record();
    json.writeStartObject();
    json.writeStringField("caused", cause.title());
    json.writeStringField("kind", finding.kind().word());
    json.writeStringField("device", cause.name());
    json.writeStringField("dev", cause.dev().toString());
    json.writeStringField("command", cause.command());
    json.writeNumberField("pid", cause.pid());
    json.writeNumberField("before_ns", cause.beforeNs());
    json.writeNumberField("after_ns", cause.afterNs());
    json.writeStringField("told", word(finding.how()));
    json.writeStringField("wrong", finding.wrong());
    if (record != null) {
      json.writeNumberField("seq", record.seq());
      json.writeNumberField("time_ns", record.wallNs());
      json.writeNumberField("within_ns", finding.withinNs());
      Actor actor = record.actor();
      if (actor != null) {
        json.writeStringField("actor_comm", actor.command());
        json.writeNumberField("actor_pid", actor.pid());
        json.writeStringField("actor_relation", actor.relation().word());
      }
    }
    json.writeEndObject();
  }

  private static String word(Finding.How how) {
    return how.name().toLowerCase(Locale.ROOT);
  }
}
