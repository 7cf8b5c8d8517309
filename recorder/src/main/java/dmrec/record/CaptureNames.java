package dmrec.record;

import com.fasterxml.jackson.core.JsonGenerator;
import dmrec.event.DmEvent;
import java.io.IOException;

/** The names of a capture's lines. */
final class CaptureNames {
  private CaptureNames() {}

  /** The word under "seen" that tells the lines apart. */
  static String of(Observation observation) {
    return switch (observation.getClass().getSimpleName()) {
      case "Started" -> "start";
      case "UeventSeen" -> "uevent";
      case "Listed" -> "list";
      case "Polled" -> "device";
      case "SysfsPolled" -> "sysfs";
      case "Vanished" -> "none";
      case "Sampled" -> "sample";
      case "DiskPolled" -> "disk";
      case "LogRead" -> "kmsg";
      case "ProbeSeen" -> "probe";
      case "Lost" -> "lost";
      case "Stopped" -> "stop";
      default -> throw new IllegalStateException("an observation without a name: " + observation);
    };
  }

  static void writeFacts(JsonGenerator json, DmEvent.RecordingStarted facts) throws IOException {
    json.writeStringField("boot_id", facts.bootId());
    json.writeStringField("kernel", facts.kernel());
    json.writeStringField("driver", facts.driver());
    json.writeStringField("version", facts.version());
    json.writeStringField("host", facts.host());
    json.writeArrayFieldStart("sources");
    for (String source : facts.sources()) {
      json.writeString(source);
    }
    json.writeEndArray();
    json.writeNumberField("sample_ns", facts.sampleNs());
    json.writeStringField("clock", facts.clock());
    if (!facts.machine().isEmpty()) {
      json.writeStringField("machine", facts.machine());
    }
    if (facts.clockErrorNs() != 0) {
      json.writeNumberField("clock_error_ns", facts.clockErrorNs());
    }
  }
}
