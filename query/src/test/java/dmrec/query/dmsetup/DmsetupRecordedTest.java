package dmrec.query.dmsetup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.query.RawText;
import dmrec.query.Recorded;
import dmrec.topology.Topology;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is printed is what dmsetup 1.02.185 printed on Linux 6.1, byte for byte. */
class DmsetupRecordedTest {

  @ParameterizedTest
  @ValueSource(strings = {"empty", "full", "targets", "badhex"})
  void printsWhatDmsetupPrinted(String name) {
    Recorded recorded = Recorded.load(name);
    Topology topology = recorded.topology();
    List<String> differences = new ArrayList<>();
    for (Recorded.Run run : recorded.runs()) {
      DmsetupResult result = DmsetupPrinter.run(topology, DmsetupArguments.parse(run.arguments()));
      if (result.err().contains("is not recorded.") && result.status() == 1) {
        // What only an inactive table tells is refused, and never guessed.
        assertTrue(run.arguments().contains("--inactive"), run.arguments().toString());
        continue;
      }
      String err =
          RawText.of(result.err())
              .replace(
                  "Whether an inactive table is read-only is not recorded; shown as writeable.\n",
                  "");
      String actual = RawText.of(result.out().text()) + "\n--\n" + err + result.status();
      String expected = run.out() + "\n--\n" + run.err() + run.status();
      if (!actual.equals(expected)) {
        differences.add(
            run.arguments() + "\nexpected:\n" + expected + "\nactual:\n" + actual + "\n=====\n");
      }
    }
    assertEquals("", String.join("", differences));
  }

  @Test
  void recordingsAreNotEmpty() {
    assertTrue(Recorded.load("full").runs().size() > 400);
  }
}
