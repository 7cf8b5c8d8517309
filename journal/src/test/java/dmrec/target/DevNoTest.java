package dmrec.target;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DevNoTest {
  private static final int TABLE = 512;

  /** As a HashMap of half as many entries places them. */
  @ParameterizedTest
  @ValueSource(ints = {1, 16})
  void numbersOfDisksAreSpread(int apart) {
    Set<Integer> buckets = new HashSet<>();
    for (int i = 0; i < TABLE / 2; i++) {
      int hash = new DevNo(8, i * apart).hashCode();
      buckets.add((hash ^ hash >>> 16) & (TABLE - 1));
    }

    assertTrue(buckets.size() > TABLE / 4, buckets.size() + " buckets");
  }
}
