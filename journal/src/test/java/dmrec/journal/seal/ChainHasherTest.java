package dmrec.journal.seal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dmrec.journal.file.Chain;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is hashed behind is what would be hashed at once. */
class ChainHasherTest {
  private static final int DOCUMENTS = 20_000;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void theChainIsTheSame(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Chain plain = new Chain(Chain.ZERO);
    byte[] document = new byte[100_000];
    ChainHasher hasher = new ChainHasher(new Chain(Chain.ZERO));
    try {
      for (int i = 0; i < DOCUMENTS; i++) {
        int length = random.nextInt(1000) == 0 ? random.nextInt(100_000) : random.nextInt(400);
        document[random.nextInt(Math.max(1, length))]++;
        plain.add(document, 0, length);
        hasher.add(document, length);
        assertEquals(plain.count(), hasher.count());
        if (random.nextInt(2000) == 0) {
          assertSame(plain, hasher);
          assertEquals(plain.close(), hasher.chain().close());
          hasher.resume(hasher.chain());
        }
        if (i == DOCUMENTS / 2 && seed % 2 == 0) {
          hasher.close(); // Its thread ends; the rest is hashed all the same.
        }
      }
      assertSame(plain, hasher);
    } finally {
      hasher.close();
    }
  }

  private static void assertSame(Chain plain, ChainHasher hasher) {
    assertEquals(plain.peek(), hasher.chain().peek());
    assertEquals(plain.digests(), hasher.chain().digests());
  }
}
