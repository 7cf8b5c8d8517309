package dmrec.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;

final class ClocksTest {
  @Test
  void agreesWithTheClocksOfJava() throws Exception {
    Clocks clocks = Clocks.open();

    long beforeNs = wallNs();
    long wallNs = clocks.wallNs();
    assertTrue(wallNs >= beforeNs && wallNs <= wallNs(), "not between two looks of Java's");

    long monotonicNs = clocks.monotonicNs();
    assertTrue(clocks.monotonicNs() >= monotonicNs);
    assertTrue(clocks.bootTimeNs() >= monotonicNs, "time asleep counts too");
  }

  @Test
  void tellsHowFarTheWallClockMayBeOff() throws Exception {
    long errorNs = Clocks.open().wallErrorNs();
    // A kernel gives at most 16 s (NTP_PHASE_LIMIT), a sandbox perhaps nothing.
    assertTrue(errorNs >= -1 && errorNs <= 16_000_000_000L, errorNs + " ns");
  }

  @Test
  void namesTheBootAsHostFactsDo() throws Exception {
    assertEquals(HostFacts.read().bootId(), Clocks.bootId());
    assertTrue(Clocks.bootId().matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"));
  }

  private static long wallNs() {
    return ChronoUnit.NANOS.between(Instant.EPOCH, Instant.now());
  }
}
