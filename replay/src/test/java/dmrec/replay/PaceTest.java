package dmrec.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Source;
import org.junit.jupiter.api.Test;

class PaceTest {
  private static final long SECOND = 1_000_000_000L;

  private static EventRecord at(long wallNs, long monoNs) {
    return EventRecord.of(new DmEvent.DeviceRemoved())
        .seq(1)
        .at(wallNs, monoNs)
        .source(Source.UEVENT)
        .build();
  }

  private static long between(long wallNs, long monoNs) {
    return Pace.betweenNs(at(100 * SECOND, 100 * SECOND), at(wallNs, monoNs));
  }

  @Test
  void whatLiesBetweenIsWhatTheWallClockShowed() {
    assertEquals(3 * SECOND, between(103 * SECOND, 103 * SECOND));
    assertEquals(3 * SECOND + 7, between(103 * SECOND + 7, 103 * SECOND));
  }

  @Test
  void aClockThatWasSetAddsNoPause() {
    assertEquals(3 * SECOND, between(7_303 * SECOND, 103 * SECOND)); // Two hours forward.
    assertEquals(3 * SECOND, between(3 * SECOND, 103 * SECOND)); // Back.
  }

  @Test
  void anotherBootCountsByTheWallClock() {
    assertEquals(60 * SECOND, between(160 * SECOND, 2 * SECOND));
    assertEquals(0, between(40 * SECOND, 2 * SECOND));
  }

  @Test
  void recordedTimeGoesByAsMuchFasterAsAsked() {
    assertEquals(SECOND, new Pace(10, Long.MAX_VALUE, 0).dueNs(10 * SECOND));
    assertEquals(20 * SECOND, new Pace(0.5, Long.MAX_VALUE, 0).dueNs(10 * SECOND));
    assertEquals(0, Pace.MAX.dueNs(10 * SECOND));
    assertFalse(Pace.MAX.waits());
    assertTrue(new Pace(0, Long.MAX_VALUE, 1).waits());
  }

  @Test
  void aPaceThatIsNoneIsRefused() {
    for (double speed : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThrows(IllegalArgumentException.class, () -> new Pace(speed, 0, 0));
    }
  }
}
