package dmrec.query;

import com.fasterxml.jackson.core.JsonGenerator;
import dmrec.event.DeviceRef;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.query.JournalStats.Asker;
import dmrec.query.JournalStats.DeviceCount;
import dmrec.query.JournalStats.Outage;
import dmrec.query.JournalStats.Outages;
import dmrec.query.JournalStats.PathFailures;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@link JournalStats} for programs. */
public final class StatsData {
  private static final List<String> COLUMNS =
      List.of("section", "dev", "diskseq", "name", "of", "measure", "value", "from", "to");

  private final StringBuilder rows = new StringBuilder();

  private StatsData() {}

  /** One object in a line; lengths of time in nanoseconds. */
  public static String json(JournalStats stats) {
    return AnswerJson.object(
        json -> {
          EventRecord first = stats.first();
          EventRecord last = stats.last();
          if (first != null && last != null) {
            json.writeNumberField("first_seq", first.seq());
            json.writeStringField("from", AnswerJson.time(first.wallNs()));
            json.writeNumberField("last_seq", last.seq());
            json.writeStringField("to", AnswerJson.time(last.wallNs()));
          }
          json.writeNumberField("events", stats.events());
          json.writeNumberField("traces", stats.traces());
          json.writeObjectFieldStart("kinds");
          for (Map.Entry<Kind, Long> kind : stats.kinds().entrySet()) {
            json.writeNumberField(kind.getKey().word(), kind.getValue());
          }
          json.writeEndObject();
          json.writeArrayFieldStart("devices");
          for (DeviceCount device : stats.devices()) {
            json.writeStartObject();
            json.writeStringField("type", device.isDisk() ? "disk" : "device");
            AnswerJson.device(json, "device", device.device());
            json.writeNumberField("events", device.events());
            json.writeNumberField("traces", device.traces());
            json.writeEndObject();
          }
          json.writeEndArray();
          json.writeNumberField("bucket_ns", stats.bucketNs());
          json.writeArrayFieldStart("buckets");
          for (Map.Entry<Long, Long> bucket : stats.buckets().entrySet()) {
            json.writeStartObject();
            json.writeStringField("from", AnswerJson.time(bucket.getKey()));
            json.writeNumberField("events", bucket.getValue());
            json.writeEndObject();
          }
          json.writeEndArray();
          json.writeArrayFieldStart("paths");
          for (PathFailures path : stats.paths()) {
            json.writeStartObject();
            AnswerJson.device(json, "device", path.device());
            json.writeStringField("path", path.path().toString());
            json.writeStringField("disk", path.disk());
            json.writeNumberField("failures", path.failures());
            json.writeStringField("first", AnswerJson.time(path.firstNs()));
            json.writeStringField("last", AnswerJson.time(path.lastNs()));
            json.writeNumberField("mean_time_between_failures_ns", path.betweenNs());
            json.writeNumberField("down_ns", path.downNs());
            json.writeNumberField("longest_down_ns", path.longestDownNs());
            json.writeBooleanField("down", path.isDown());
            json.writeEndObject();
          }
          json.writeEndArray();
          json.writeArrayFieldStart("multipath");
          for (Outages outages : stats.outages()) {
            json.writeStartObject();
            AnswerJson.device(json, "device", outages.device());
            json.writeNumberField("outages", outages.count());
            json.writeNumberField("total_ns", outages.totalNs());
            json.writeNumberField("least_valid_paths", outages.leastValid());
            json.writeNumberField("paths", outages.paths());
            Outage longest = outages.longest();
            if (longest != null) {
              json.writeObjectFieldStart("longest");
              json.writeStringField("from", AnswerJson.time(longest.fromNs()));
              json.writeStringField("to", AnswerJson.time(longest.toNs()));
              json.writeNumberField("duration_ns", longest.durationNs());
              json.writeNumberField("from_seq", longest.fromSeq());
              json.writeNumberField("to_seq", longest.toSeq());
              json.writeNumberField("valid_paths", longest.valid());
              json.writeEndObject();
            }
            json.writeEndObject();
          }
          json.writeEndArray();
          write(json, "commands", stats.commands());
          write(json, "units", stats.units());
        });
  }

  private static void write(JsonGenerator json, String field, List<Asker> askers)
      throws IOException {
    json.writeArrayFieldStart(field);
    for (Asker asker : askers) {
      json.writeStartObject();
      json.writeStringField("name", asker.name());
      json.writeNumberField("events", asker.events());
      json.writeNumberField("refused", asker.refused());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  /** A row for each figure. */
  public static String csv(JournalStats stats) {
    StatsData data = new StatsData();
    data.rows.append(Csv.row(COLUMNS));
    stats
        .kinds()
        .forEach((kind, count) -> data.row("kind", null, kind.word(), "events", count, "", ""));
    for (DeviceCount device : stats.devices()) {
      String section = device.isDisk() ? "disk" : "device";
      data.row(section, device.device(), "", "events", device.events(), "", "");
      data.row(section, device.device(), "", "traces", device.traces(), "", "");
    }
    stats
        .buckets()
        .forEach(
            (from, count) ->
                data.row(
                    "time",
                    null,
                    "",
                    "events",
                    count,
                    AnswerJson.time(from),
                    AnswerJson.time(from + stats.bucketNs())));
    for (PathFailures path : stats.paths()) {
      String of = path.path() + (path.disk().isEmpty() ? "" : " " + path.disk());
      String from = AnswerJson.time(path.firstNs());
      String to = AnswerJson.time(path.lastNs());
      data.row("path", path.device(), of, "failures", path.failures(), from, to);
      data.row(
          "path", path.device(), of, "mean_time_between_failures_ns", path.betweenNs(), from, to);
      data.row("path", path.device(), of, "down_ns", path.downNs(), from, to);
      data.row("path", path.device(), of, "longest_down_ns", path.longestDownNs(), from, to);
    }
    for (Outages outages : stats.outages()) {
      data.row("multipath", outages.device(), "", "outages", outages.count(), "", "");
      data.row("multipath", outages.device(), "", "outage_ns", outages.totalNs(), "", "");
      data.row(
          "multipath", outages.device(), "", "least_valid_paths", outages.leastValid(), "", "");
      Outage longest = outages.longest();
      if (longest != null) {
        data.row(
            "multipath",
            outages.device(),
            "",
            "longest_outage_ns",
            longest.durationNs(),
            AnswerJson.time(longest.fromNs()),
            AnswerJson.time(longest.toNs()));
      }
    }
    data.rows("command", stats.commands());
    data.rows("unit", stats.units());
    return data.rows.toString();
  }

  private void rows(String section, List<Asker> askers) {
    for (Asker asker : askers) {
      row(section, null, asker.name(), "events", asker.events(), "", "");
      row(section, null, asker.name(), "refused", asker.refused(), "", "");
    }
  }

  private void row(
      String section,
      @Nullable DeviceRef device,
      String of,
      String measure,
      long value,
      String from,
      String to) {
    rows.append(
        Csv.row(
            List.of(
                section,
                device == null ? "" : device.dev().toString(),
                device == null ? "" : Long.toString(device.diskSeq()),
                device == null ? "" : device.name(),
                of,
                measure,
                Long.toString(value),
                from,
                to)));
  }
}
