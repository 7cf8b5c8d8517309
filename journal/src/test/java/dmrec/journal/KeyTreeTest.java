package dmrec.journal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.Bytes;
import dmrec.journal.file.KeyPath;
import dmrec.journal.seal.Ed25519;
import dmrec.journal.seal.KeyText;
import dmrec.journal.seal.KeyTree;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The tree of a key's keys: what proves them, and what of them is left. */
class KeyTreeTest {
  private static final long DAY_NS = 86_400_000_000_000L;
  private static final byte[] MESSAGE = "a seal".getBytes(StandardCharsets.US_ASCII);

  private final Ed25519.Pair root = Ed25519.generate();

  private KeyTree begin(int epoch) {
    KeyPath.Origin origin = new KeyPath.Origin(epoch, Tampering.T0, DAY_NS);
    return KeyTree.begin(origin, root.secretKey.clone());
  }

  private Bytes proved(KeyTree tree) {
    return Objects.requireNonNull(KeyTree.proved(tree.path(), root.publicKey));
  }

  @Test
  void everyKeyIsProvedFromTheRootByAShortPathWhateverWasPassed() {
    SplittableRandom random = new SplittableRandom(1);
    for (int run = 0; run < 6; run++) {
      int origin = run % 2 == 0 ? 0 : random.nextInt(5000);
      KeyTree tree = begin(origin);
      long most = 1;
      while (true) {
        assertTrue(tree.path().steps().size() + tree.children().size() <= KeyPath.LEVELS);
        assertTrue(Ed25519.verify(proved(tree), MESSAGE, tree.sign(MESSAGE)));
        assertTrue(tree.children().isEmpty() || tree.children().firstKey() > tree.epoch());
        most *= random.nextInt(2, 30);
        long next = tree.epoch() + 1 + random.nextLong(most);
        if (next > Integer.MAX_VALUE) {
          break;
        }
        tree = tree.at((int) next);
        assertEquals(next, tree.epoch());
      }
    }
  }

  @Test
  void theLastEpochOfAllHasAKeyToo() {
    for (int origin : new int[] {0, 3}) {
      KeyTree last = begin(origin).at(Integer.MAX_VALUE);
      assertTrue(Ed25519.verify(proved(last), MESSAGE, last.sign(MESSAGE)));
      assertTrue(last.children().isEmpty());
      assertThrows(IllegalArgumentException.class, () -> last.at(Integer.MAX_VALUE));
    }
  }

  @Test
  void anEpochHasOneKeyHoweverItIsComeTo() {
    KeyTree tree = begin(0);
    KeyTree four = tree.at(4);
    assertEquals(proved(four), proved(tree.at(3).at(4)));
    assertEquals(proved(four.at(8)), proved(tree.at(8)));
  }

  @Test
  void noSecretOfAnEpochThatIsOverIsLeft() {
    KeyTree tree = begin(0);
    List<byte[]> over = new ArrayList<>();
    for (int epoch : new int[] {1, 2, 3, 7, 8, 100, 101, 4096}) {
      over.add(tree.secret());
      KeyTree passed = tree;
      KeyTree next = tree.at(epoch);
      passed.children().headMap(epoch, false).values().forEach(child -> over.add(child.secret));
      passed.eraseBut(next);
      for (byte[] each : over) {
        assertArrayEquals(new byte[32], each);
      }
      assertTrue(Ed25519.verify(proved(next), MESSAGE, next.sign(MESSAGE)));
      tree = next;
    }
  }

  @Test
  void whatWasNotWrittenDownIsErasedAndTheRestStays() {
    KeyTree tree = begin(0).at(5);
    KeyTree next = tree.at(77);
    next.eraseBut(tree);
    assertTrue(Ed25519.verify(proved(tree), MESSAGE, tree.sign(MESSAGE)));
    KeyTree again = tree.at(77);
    assertTrue(Ed25519.verify(proved(again), MESSAGE, again.sign(MESSAGE)));
  }

  @Test
  void aPathWithAnotherTimeEpochOrOrderProvesNothing() {
    KeyTree tree = begin(0).at(13);
    KeyPath path = tree.path();
    assertEquals(3, path.steps().size());
    KeyPath.Origin earlier = new KeyPath.Origin(0, Tampering.T0 - DAY_NS, DAY_NS);
    assertNull(KeyTree.proved(new KeyPath(earlier, path.steps()), root.publicKey));
    KeyPath.Origin shorter = new KeyPath.Origin(0, Tampering.T0, DAY_NS / 2);
    assertNull(KeyTree.proved(new KeyPath(shorter, path.steps()), root.publicKey));
    assertNull(
        KeyTree.proved(new KeyPath(path.origin(), path.steps().subList(1, 3)), root.publicKey));
    KeyPath.Step last = path.steps().get(2);
    List<KeyPath.Step> forged = new ArrayList<>(path.steps());
    forged.set(2, new KeyPath.Step(14, last.publicKey(), last.signature()));
    assertNull(KeyTree.proved(new KeyPath(path.origin(), forged), root.publicKey));
    assertNull(KeyTree.proved(path, Ed25519.generate().publicKey));
  }

  @Test
  void epochsAreCountedByTheClock() {
    KeyPath.Origin origin = new KeyPath.Origin(7, Tampering.T0, DAY_NS);
    assertEquals(7, origin.epochAt(0));
    assertEquals(7, origin.epochAt(Tampering.T0 + DAY_NS - 1));
    assertEquals(8, origin.epochAt(Tampering.T0 + DAY_NS));
    assertEquals(Tampering.T0 + DAY_NS, origin.startNs(8));
    assertEquals(Integer.MAX_VALUE, new KeyPath.Origin(7, 0, 1).epochAt(Long.MAX_VALUE));
    assertEquals(Long.MAX_VALUE, origin.startNs(Integer.MAX_VALUE));
  }

  @Test
  void theTextHoldsAllOfIt() {
    KeyTree tree = begin(0).at(1000);
    KeyText text = new KeyText(root.publicKey, List.of(), tree, Tampering.T0, List.of());
    KeyText read = KeyText.decode(text.encode());
    assertArrayEquals(text.encode(), read.encode());
    KeyTree next = read.tree().at(1024);
    assertTrue(Ed25519.verify(proved(next), MESSAGE, next.sign(MESSAGE)));
    byte[] whole = text.encode();
    for (int cut : new int[] {0, 10, 200, whole.length / 2}) {
      byte[] part = Arrays.copyOf(whole, cut);
      assertThrows(IllegalArgumentException.class, () -> KeyText.decode(part), "cut at " + cut);
    }
    assertFalse(new String(whole, StandardCharsets.US_ASCII).contains("\r"));
  }
}
