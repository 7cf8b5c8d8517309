package dmrec.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** More path events than a tiny receive buffer holds. */
@Order(6)
class BurstTest extends RecordedScenario {
  private static final int COUNT = 2001;
  private static final Pattern PATH_UEVENT =
      Pattern.compile("\0DM_ACTION=PATH_[A-Z]+\0DM_SEQNUM=(\\d+)\0");

  BurstTest() {
    super("burst", Integer.toString(COUNT));
  }

  private List<DmEvent.Gap> gaps() {
    return events(Kind.GAP).stream().map(record -> (DmEvent.Gap) record.event()).toList();
  }

  @Test
  void gapsCountExactlyWhatTheKernelDropped() throws IOException {
    long dropped = Long.parseLong(Files.readString(out().resolve("drops")).strip());
    assertTrue(dropped > 0, "the burst fitted into the buffer");
    for (DmEvent.Gap gap : gaps()) {
      assertEquals("uevent", gap.lost());
      assertTrue(gap.count() > 0, gap.toString());
    }
    assertEquals(dropped, gaps().stream().mapToLong(DmEvent.Gap::count).sum());
  }

  @Test
  void gapsCountExactlyThePathEventsThatAreMissing() {
    TreeSet<Long> numbers = new TreeSet<>();
    for (EventRecord record : events()) {
      // The uevent of a change that was derived from two states after a gap is kept as a trace.
      Matcher number = PATH_UEVENT.matcher(latin(record.evidence().toArray()));
      if (number.find()) {
        numbers.add(Long.parseLong(number.group(1)));
      }
    }
    // One more was sent on its own afterwards.
    assertEquals(COUNT + 1L, numbers.last());
    assertEquals(COUNT + 1L - numbers.size(), gaps().stream().mapToLong(DmEvent.Gap::count).sum());
  }

  @Test
  void everyGapIsFollowedByBaselines() {
    List<EventRecord> gaps = events(Kind.GAP);
    for (EventRecord gap : gaps) {
      assertTrue(
          events().stream()
              .anyMatch(
                  record ->
                      record.seq() > gap.seq()
                          && record.kind() == Kind.BASELINE
                          && record.device().name().equals("mpatha")),
          gap.toString());
    }
    DmEvent.RecordingStopped end =
        (DmEvent.RecordingStopped) events(Kind.RECORDING_STOPPED).get(0).event();
    assertEquals(gaps().stream().mapToLong(DmEvent.Gap::count).sum(), end.lost());
  }
}
