package dmrec.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ClockStepsTest {
  private static final long HOUR_NS = 3_600_000_000_000L;
  private static final long WALL_NS = 1_772_334_725_000_000_000L;

  private final ClockSteps clock = new ClockSteps();

  private DmEvent.@Nullable ClockStepped at(long stepNs, long monoNs) {
    return clock.at(WALL_NS + stepNs + monoNs, monoNs);
  }

  @Test
  void aClockThatOnlyRunsSaysNothing() {
    for (long monoNs = 0; monoNs < HOUR_NS; monoNs += HOUR_NS / 100) {
      assertNull(at(0, monoNs));
    }
  }

  @Test
  void anHourBackIsToldOnceByTheSecondObservationThatShowsIt() {
    assertNull(at(0, 10));
    assertNull(at(-HOUR_NS, 20));
    assertEquals(new DmEvent.ClockStepped(-HOUR_NS, WALL_NS + 30), at(-HOUR_NS, 30));
    assertNull(at(-HOUR_NS, 40));
  }

  @Test
  void aPauseBetweenTheReadingsOfTheTwoClocksIsNoStep() {
    assertNull(at(0, 10));
    assertNull(at(-2_000_000_000L, 20));
    assertNull(at(0, 30));
    assertNull(at(-700_000_000L, 40));
    assertNull(at(0, 50));
  }

  @Test
  void whatIsDerivedAfterAStepBackIsNotDatedBeforeItself() throws Exception {
    State lin = State.of(2, "lin", "linear", "8:0 0", "");
    Scene scene = Scene.with(lin);
    scene.sampled();
    scene.setClock(-HOUR_NS);
    scene.list();
    scene.look(lin.flags(true, false, false, false));
    scene.look(lin.flags(true, false, false, false));

    assertEquals(-HOUR_NS, ((DmEvent.ClockStepped) scene.only(Kind.CLOCK_STEPPED).event()).byNs());
    EventRecord suspended = scene.only(Kind.DEVICE_SUSPENDED);
    assertTrue(suspended.notBeforeNs() > 0);
    assertTrue(suspended.notBeforeNs() <= suspended.wallNs(), suspended::toString);
  }
}
