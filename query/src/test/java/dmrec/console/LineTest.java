package dmrec.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LineTest {
  @Test
  void handsWhatIsBehindAPipeToTheShellAsItWasTyped() throws ConsoleException {
    Line line = parse("log -n 3 | grep 'a  b' | wc -l > \"x y\"");

    assertEquals(List.of("log", "-n", "3"), line.args());
    assertEquals("grep 'a  b' | wc -l > \"x y\"", line.pipe());
    assertNull(line.file());
  }

  @Test
  void writesIntoAFileOrBehindWhatItHolds() throws ConsoleException {
    assertEquals(new Line(List.of("tree"), null, "a b", false), parse("tree > 'a b'"));
    assertEquals(new Line(List.of("tree", "x"), null, "f", true), parse("tree >>f x"));
  }

  @Test
  void keepsAnExpressionAsItWasTyped() throws ConsoleException {
    assertEquals(
        List.of("next", "--all", "valid_paths > 2 and device = \"my disk\""),
        parse("next --all valid_paths > 2 and device = \"my disk\"").args());
    assertEquals(List.of("next", "a > 1"), parse("next 'a > 1'").args());
    assertEquals("f", parse("next 'a > 1' > f").file());
    assertEquals("wc -l", parse("next a > 1 | wc -l").pipe());
  }

  @Test
  void leavesSignsInARegularExpressionToIt() throws ConsoleException {
    Line line = parse("next device ~ /a|b\\/ > 'c/ | wc -l");

    assertEquals(List.of("next", "device ~ /a|b\\/ > 'c/"), line.args());
    assertEquals("wc -l", line.pipe());
  }

  @Test
  void leavesAggregatesBehindAPipeToTheQuery() throws ConsoleException {
    Line line = parse("query --output json kind = x | count by kind | grep 3");

    assertEquals(List.of("query", "--output", "json", "kind = x | count by kind"), line.args());
    assertEquals("grep 3", line.pipe());
    assertEquals("count by kind", parse("next x | count by kind").pipe());
    assertEquals("counter", parse("query x | counter").pipe());
  }

  @Test
  void takesOptionsBehindAnExpressionToo() throws ConsoleException {
    assertEquals(
        List.of("query", "--output=csv", "kind = x"), parse("query kind = x --output=csv").args());
  }

  @Test
  void readsNothingInEmptyLinesAndComments() throws ConsoleException {
    assertEquals(List.of(), parse("  ").args());
    assertEquals(List.of(), parse("# the first failure").args());
    assertEquals(List.of("#51"), parse("#51").args());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"log |", "log >", "tree > a > b", "tree > a | b", "| x", "tree 'a", "next a = 'b"})
  void refusesWhatCannotBeMeant(String line) {
    assertThrows(ConsoleException.class, () -> parse(line));
  }

  private static Line parse(String line) throws ConsoleException {
    return Line.parse(
        line,
        command ->
            new Line.Options() {
              @Override
              public int length(String word) {
                return word.equals("--output")
                    ? 2
                    : Set.of("--all", "--output=csv").contains(word) ? 1 : 0;
              }

              @Override
              public boolean takesExpression() {
                return Set.of("next", "query").contains(command);
              }

              @Override
              public boolean aggregates() {
                return command.equals("query");
              }
            });
  }
}
