package dmrec.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.query.Names;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WordsTest {
  @Test
  void splitsAtSpacesAndSigns() {
    assertEquals(List.of("log", "-n", "3", "|", "less"), values("log  -n 3|less"));
    assertEquals(List.of("tree", ">>", "a", ">", "b"), values("tree>>a >b"));
    assertEquals(List.of(), values(" \t "));
  }

  @Test
  void keepsWhatIsInQuotesTogether() {
    assertEquals(List.of("at", "yesterday 23:10"), values("at 'yesterday 23:10'"));
    assertEquals(List.of("a|b > c", ""), values("'a|b > c' \"\""));
    assertEquals(List.of("mydisk"), values("my'dis'\"k\""));
  }

  @Test
  void takesABackslashAsItselfBecauseNamesHoldSome() {
    assertEquals(List.of("my\\x20disk"), values("my\\x20disk"));
    assertEquals(List.of("my\\x20disk"), values("'my\\x20disk'"));
  }

  @Test
  void resolvesInDoubleQuotesWhatTheScreenShowsThere() {
    assertEquals(List.of("a\u001b[31m"), values("\"a\\x1b[31m\""));
    assertEquals(List.of("a\u202eb"), values("\"a\\u202eb\""));
    assertEquals(List.of("a\udcff"), values("\"a\\xff\""));
    assertEquals(List.of("\\xg \"\\"), values("\"\\xg \\\"\\\\\""));
  }

  @Test
  void readsBackEveryNameAsItIsShown() {
    Random random = new Random(4);
    String alphabet = "ab \t\n\u001b\"'\\x20|><;$`\u202e\u0085\udcfe\u00e9\ud83d\ude00-_.";
    int[] points = alphabet.codePoints().toArray();
    for (int i = 0; i < 5_000; i++) {
      StringBuilder name = new StringBuilder();
      for (int k = random.nextInt(12) + 1; k > 0; k--) {
        name.appendCodePoint(points[random.nextInt(points.length)]);
      }

      String shown = Names.quoted(name.toString());

      assertEquals(List.of(name.toString()), values(shown), shown);
    }
  }

  @Test
  void tellsWhereAQuoteIsNotClosed() {
    assertTrue(Words.of("tree 'my").get(1).open());
    assertFalse(Words.of("tree 'my'").get(1).open());
  }

  private static List<String> values(String line) {
    return Words.of(line).stream().map(Token::value).toList();
  }
}
