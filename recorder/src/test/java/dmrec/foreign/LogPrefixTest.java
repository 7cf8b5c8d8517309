package dmrec.foreign;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogPrefixTest {
  private static final String WORDS = "device-mapper: multipath: 253:0: Failing path 8:16.";
  private static final long WALL_NS = 1_795_377_600_000_000_000L; // 22nd November 2026, 20:00

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[Sun Nov 22 20:00:00 2026] ",
        "2026-11-22T20:00:00,000000+00:00 ",
        "kern  :warn  : 2026-11-22T20:00:00,000000+00:00 ",
        "kern  :warn  : [Sun Nov 22 20:00:00 2026] ",
        "Nov 22 20:00:00 host kernel: ",
        "Nov 22 20:00:00 host kernel: [   12.345678] ",
        "Nov 22 20:00:00.000000 host kernel: ",
        "2026-11-22T20:00:00+0000 host kernel: ",
        "2026-11-22T21:00:00.000000+01:00 host kernel: ",
        "2026-11-22 20:00:00 host kernel: ",
        "1795377600.000000 host kernel: ",
        "Sun 2026-11-22 20:00:00 UTC host kernel: ",
      })
  void everyFormOfALogTellsItsTime(String before) throws Exception {
    LogPrefix prefix = LogPrefix.of(before + WORDS);

    assertNotNull(prefix);
    assertEquals(WORDS, (before + WORDS).substring(prefix.textAt()));
    ForeignOptions options =
        new ForeignOptions(When.UNKNOWN, When.UNKNOWN, ZoneOffset.UTC, WALL_NS, "test");
    TextTimes times = new TextTimes("f", options, WALL_NS);
    assertEquals(WALL_NS, prefix.time().wallNs(times));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[   12.345678] ",
        "<4>[   12.345678] ",
        "kern  :warn  : [   12.345678] ",
        "[   12.345678][  T123] ",
        "[   12.345678] host kernel: ",
      })
  void timesSinceTheBootAreKept(String before) {
    LogPrefix prefix = LogPrefix.of(before + WORDS);

    assertNotNull(prefix);
    assertEquals(new LogTime.SinceBoot(12_345_678_000L), prefix.time());
    assertEquals(WORDS, (before + WORDS).substring(prefix.textAt()));
  }

  @Test
  void multipathdInTheForegroundIsUnderstood() {
    LogPrefix prefix = LogPrefix.of("Nov 22 20:00:00 | mpatha: remaining active paths: 1");

    assertNotNull(prefix);
    assertEquals("multipathd", prefix.program());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "[", "[12", "Feb 31 25:00:00 h p: x", "2026-13-40T00:00:00Z x", "<99>"})
  void whatIsNoTimeIsRefused(String line) {
    assertNull(LogPrefix.of(line));
  }
}
