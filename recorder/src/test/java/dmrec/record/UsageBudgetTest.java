package dmrec.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UsageBudgetTest {
  private static final long SECOND = 1_000_000_000L;

  @Test
  void aBusyDeviceIsToldOfEachSecondAtFirstAndEveryTenSecondsThen() {
    UsageBudget budget = new UsageBudget();
    int told = 0;
    for (long second = 0; second < 3600; second++) {
      told += budget.grants(second * SECOND) ? 1 : 0;
      if (second == 49) {
        assertEquals(50, told);
      }
    }
    assertTrue(told >= 60 + 300 && told <= 60 + 360, "told " + told);
  }

  @Test
  void aClockThatStandsStillOrGoesBackGrantsNothingMore() {
    UsageBudget budget = new UsageBudget();
    for (int i = 0; i < 60; i++) {
      assertTrue(budget.grants(100 * SECOND));
    }
    assertFalse(budget.grants(100 * SECOND));
    assertFalse(budget.grants(0));
  }

  @ParameterizedTest
  @CsvSource({
    "16/256 16, 32/256 24, true",
    "16/256 16, Invalid, false",
    "0 22/4096 3/32 - rw, 0 23/4096 9/32 - rw, true",
    "0 22/4096 3/32 - rw, 0 22/4096 3/32 - ro, false",
    "2 8:0 A 0 8:16 A 0, 2 8:0 A 5 8:16 A 0, true",
    "2 8:0 A 0 8:16 A 0, 2 8:0 A 0 8:32 A 0, false",
    "4/8 1 AA, 8/8 1 AD, false",
    "1 2, 1 2 3, false"
  })
  void onlyNumbersAndRatiosCountAsNumbers(String before, String after, boolean numbers) {
    assertEquals(numbers, UsageBudget.onlyNumbersMoved(before, after));
  }
}
