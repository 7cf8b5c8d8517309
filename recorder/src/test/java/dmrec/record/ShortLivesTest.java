package dmrec.record;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dmrec.event.Certainty;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/**
 * Devices that live for milliseconds, as Linux 6.1 told of them: the first is listed and gone at
 * the look, and its uevents are read only then.
 */
class ShortLivesTest {
  private static final int UNTIL_GONE = 5;
  private static final long SECOND_NS = 1_000_000_000L;

  @Test
  void lifeWithUeventsIsToldOnce() throws Exception {
    List<EventRecord> events = events(Integer.MAX_VALUE);

    List<EventRecord> created = of(events, Kind.DEVICE_CREATED);
    List<EventRecord> removed = of(events, Kind.DEVICE_REMOVED);
    assertEquals(3, created.size());
    assertEquals(3, removed.size());
    for (int i = 0; i < created.size(); i++) {
      assertEquals(created.get(i).device(), removed.get(i).device());
      assertEquals(Certainty.REPORTED, removed.get(i).certainty());
    }
    assertEquals("blink", created.get(0).device().name());
  }

  @Test
  void lifeWithoutUeventsIsToldWhenNoneCanComeAnyMore() throws Exception {
    List<EventRecord> events = events(UNTIL_GONE);

    assertEquals(
        List.of(Kind.RECORDING_STARTED, Kind.DEVICE_CREATED, Kind.DEVICE_REMOVED),
        events.stream().map(EventRecord::kind).toList());
    assertEquals("blink", events.get(1).device().name());
    assertEquals(Certainty.DERIVED, events.get(1).certainty());
  }

  private static List<EventRecord> of(List<EventRecord> events, Kind kind) {
    return events.stream().filter(record -> record.kind() == kind).toList();
  }

  /** The events of the first observations, and of a round of looks that begins behind them. */
  private static List<EventRecord> events(int observations) throws Exception {
    ListSink journal = new ListSink();
    Recorder recorder = new Recorder(journal, null);
    InputStream in =
        Objects.requireNonNull(ShortLivesTest.class.getResourceAsStream("blinks.ndjson"));
    try (CaptureReader reader = CaptureReader.of("blinks.ndjson", in)) {
      Observation last = null;
      for (int i = 0; i < observations; i++) {
        Observation next = reader.next();
        if (next == null) {
          break;
        }
        recorder.accept(next);
        last = next;
      }
      Stamp at = Objects.requireNonNull(last).at();
      Stamp began = new Stamp(at.wallNs() + SECOND_NS, at.monoNs() + SECOND_NS);
      recorder.accept(new Observation.Sampled(began, began));
    }
    return journal.records;
  }
}
