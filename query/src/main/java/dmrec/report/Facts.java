package dmrec.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.KernelText;
import dmrec.event.Kind;
import dmrec.journal.Damage;
import dmrec.query.EventText;
import dmrec.query.JournalStats;
import dmrec.query.JournalStats.Outage;
import dmrec.query.JournalStats.Outages;
import dmrec.query.JournalStats.PathFailures;
import dmrec.query.Lengths;
import dmrec.query.Names;
import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is told once about all of it, as JSON; times are nanoseconds since 1970, as texts. */
final class Facts {
  private record GapAt(int event, DmEvent.Gap gap) {}

  private record RecordingAt(int event, DmEvent.RecordingStarted started) {}

  private final String title;
  private final JournalStats stats;
  private final List<GapAt> gaps = new ArrayList<>();
  private final List<RecordingAt> recordings = new ArrayList<>();

  /**
   * Begins.
   *
   * @param goingOn the recording that the stretch begins in; null where none is known
   */
  Facts(String title, JournalStats stats, DmEvent.@Nullable RecordingStarted goingOn) {
    this.title = title;
    this.stats = stats;
    if (goingOn != null) {
      recordings.add(new RecordingAt(0, goingOn));
    }
  }

  void gap(int event, DmEvent.Gap gap) {
    gaps.add(new GapAt(event, gap));
  }

  void recording(int event, DmEvent.RecordingStarted started) {
    recordings.add(new RecordingAt(event, started));
  }

  String json(Damage damage) throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      json.writeStartObject();
      json.writeStringField("title", shown(title));
      EventRecord first = stats.first();
      EventRecord last = stats.last();
      if (first != null && last != null) {
        json.writeNumberField("first_seq", first.seq());
        json.writeNumberField("last_seq", last.seq());
        json.writeStringField("from_ns", Long.toString(first.wallNs()));
        json.writeStringField("to_ns", Long.toString(last.wallNs()));
        json.writeStringField("length", Lengths.of(Math.max(0, last.wallNs() - first.wallNs())));
      }
      json.writeNumberField("events", stats.events());
      json.writeNumberField("traces", stats.traces());
      json.writeArrayFieldStart("kinds");
      for (Map.Entry<Kind, Long> kind : stats.kinds().entrySet()) {
        json.writeStartObject();
        json.writeStringField("kind", kind.getKey().word());
        json.writeNumberField("count", kind.getValue());
        json.writeEndObject();
      }
      json.writeEndArray();
      recordings(json);
      gaps(json);
      outages(json);
      paths(json);
      // Not the messages: they say where the journal lies.
      json.writeNumberField("damaged", damage.count());
      json.writeEndObject();
    }
    return text.toString();
  }

  private void recordings(JsonGenerator json) throws IOException {
    json.writeArrayFieldStart("recordings");
    for (RecordingAt at : recordings) {
      DmEvent.RecordingStarted started = at.started();
      json.writeStartObject();
      json.writeNumberField("event", at.event());
      json.writeStringField("boot", shown(started.bootId()));
      json.writeStringField("host", shown(started.host()));
      json.writeStringField("kernel", shown(started.kernel()));
      json.writeStringField("driver", shown(started.driver()));
      json.writeStringField("version", shown(started.version()));
      json.writeStringField("sources", shown(String.join(" ", started.sources())));
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private void gaps(JsonGenerator json) throws IOException {
    json.writeArrayFieldStart("gaps");
    for (GapAt at : gaps) {
      json.writeStartObject();
      json.writeNumberField("event", at.event());
      json.writeStringField("from_ns", Long.toString(at.gap().fromNs()));
      json.writeStringField("to_ns", Long.toString(at.gap().toNs()));
      json.writeStringField("words", EventText.phrase(at.gap()));
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private void outages(JsonGenerator json) throws IOException {
    json.writeArrayFieldStart("outages");
    for (Outages outages : stats.outages()) {
      json.writeStartObject();
      device(json, outages.device());
      json.writeNumberField("count", outages.count());
      json.writeStringField("total", Lengths.of(outages.totalNs()));
      json.writeNumberField("least", outages.leastValid());
      json.writeNumberField("paths", outages.paths());
      Outage longest = outages.longest();
      if (longest != null) {
        json.writeStringField("longest", Lengths.of(longest.durationNs()));
        json.writeStringField("from_ns", Long.toString(longest.fromNs()));
        json.writeStringField("to_ns", Long.toString(longest.toNs()));
        json.writeNumberField("from_seq", longest.fromSeq());
        json.writeNumberField("to_seq", longest.toSeq());
      }
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private void paths(JsonGenerator json) throws IOException {
    json.writeArrayFieldStart("paths");
    for (PathFailures path : stats.paths()) {
      json.writeStartObject();
      device(json, path.device());
      json.writeStringField("path", path.path().toString());
      json.writeStringField("disk", path.disk().isEmpty() ? "" : Names.quoted(path.disk()));
      json.writeNumberField("failures", path.failures());
      json.writeStringField("first_ns", Long.toString(path.firstNs()));
      json.writeStringField("last_ns", Long.toString(path.lastNs()));
      json.writeStringField("between", path.failures() < 2 ? "" : Lengths.of(path.betweenNs()));
      json.writeStringField("down", Lengths.of(path.downNs()));
      json.writeStringField("longest", Lengths.of(path.longestDownNs()));
      json.writeBooleanField("is_down", path.isDown());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void device(JsonGenerator json, DeviceRef device) throws IOException {
    json.writeStringField("device", Names.of(device));
    json.writeStringField("dev", device.dev().toString());
  }

  private static String shown(String text) {
    return KernelText.printable(text);
  }
}
