package dmrec.record;

import dmrec.event.EventRecord;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** The captures that the tests play, recorded on a real kernel in the lab. */
final class Captures {
  private Captures() {}

  private static InputStream open() {
    return Objects.requireNonNull(
        Captures.class.getResourceAsStream(WarmUp.CAPTURE), WarmUp.CAPTURE);
  }

  static List<String> smokeLines() throws IOException {
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(open(), StandardCharsets.UTF_8))) {
      return in.lines().toList();
    }
  }

  static List<Observation> smoke() throws IOException {
    List<Observation> observations = new ArrayList<>();
    try (CaptureReader in = CaptureReader.of("smoke", open())) {
      for (Observation next = in.next(); next != null; next = in.next()) {
        observations.add(next);
      }
    }
    return observations;
  }

  /** What a recorder makes of them. */
  static List<EventRecord> recorded(List<Observation> observations) throws IOException {
    ListSink journal = new ListSink();
    Recorder recorder = new Recorder(journal, null);
    for (Observation observation : observations) {
      recorder.accept(observation);
    }
    return journal.records;
  }
}
