package dmrec.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dmrec.journal.Journal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code dmrec selftest} on a real kernel, ended in every way. */
@Tag("lab")
@Order(9)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SelfTestTest {
  /** What no probe tells by itself. */
  private static final Set<String> NO_PROBE =
      Set.of("pool_low_space", "snapshot_overflowed", "raid_in_sync");

  private Path out = Path.of("");

  @BeforeAll
  void run() {
    out = Lab.run("", "selftest");
  }

  private String text(String name) throws IOException {
    return Files.readString(out.resolve(name));
  }

  /** The columns behind a label of {@code left}. */
  private List<String> left(String label) throws IOException {
    for (String line : Files.readAllLines(out.resolve("left"))) {
      if (line.startsWith(label + " ")) {
        return List.of(line.substring(label.length() + 1).split(" ", -1));
      }
    }
    throw new AssertionError(label);
  }

  /** How each change was told: {@code kind told}. */
  private List<String> changes(String name) throws IOException {
    List<String> changes = new ArrayList<>();
    try (JsonParser json = new JsonFactory().createParser(text(name))) {
      Map<String, String> change = new HashMap<>();
      while (json.nextToken() != null) {
        if (json.currentToken() == JsonToken.VALUE_STRING) {
          change.put(json.currentName(), json.getText());
        } else if (json.currentToken() == JsonToken.END_OBJECT && change.containsKey("told")) {
          assertEquals("", change.get("wrong"), change.toString());
          changes.add(change.get("kind") + " " + change.get("told"));
          change.clear();
        }
      }
    }
    return changes;
  }

  @ParameterizedTest
  @ValueSource(strings = {"probes", "polling", "cleaned"})
  void aTestThatEndsByItselfIsGoodAndLeavesNothing(String label) throws IOException {
    assertEquals(
        List.of("0", "0", "0", "0", "0", "0"),
        left(label),
        text(label + ".stdout") + text(label + ".stderr"));
  }

  @Test
  void withProbesAllIsExactButWhatNoProbeTells() throws IOException {
    Set<String> others = new TreeSet<>(changes("probes.stdout"));
    assertTrue(others.size() > 20, others.toString());
    others.removeIf(each -> each.endsWith(" exact"));
    others.removeIf(each -> NO_PROBE.contains(each.split(" ", 2)[0]));
    assertEquals(Set.of(), others);
  }

  @Test
  void aPersonReadsWhatItIsGoodFor() throws IOException {
    String text = text("cleaned.stdout");
    assertTrue(text.contains("\nOK: of "), text);
    assertTrue(text.contains(" by dmsetup["), text);
    assertTrue(text.contains("\nRecordings of this host can be trusted for moment, process"), text);
  }

  @Test
  void itsJournalCanBeKept() throws IOException {
    try (Journal journal = Journal.open(out.resolve("journal"))) {
      assertTrue(journal.extent().events() > 100);
    }
  }

  @Test
  void withoutProbesOnlyWhatIsBriefIsNotTold() throws IOException {
    String text = text("polling.stdout");
    assertTrue(text.contains("\nOK: of "), text);
    assertTrue(text.contains("\nSeen only by polling, the moment to within "), text);
    assertTrue(text.matches("(?s).*over before the next poll: [^\n]*request_failed.*"), text);
  }

  @Test
  void whatTheKernelLacksIsNotTried() throws IOException {
    String json = text("lacking.stdout");
    assertTrue(
        json.contains(
            "\"not_done\":[{\"step\":\"multipath\",\"why\":\"the kernel has no multipath\",\"failed\":false}]"),
        json);
  }

  @Test
  void aSignalRemovesAllOfIt() throws IOException {
    assertEquals(List.of("130", "0", "0", "0", "0", "0"), left("interrupted"));
    assertEquals(List.of("143", "0", "0", "0", "0", "0"), left("terminated"));
  }

  @Test
  void whatAKilledOneLeftIsNamedAndRemovedWhenAskedFor() throws IOException {
    List<String> left = left("killed");
    assertEquals("137", left.get(0));
    assertTrue(Integer.parseInt(left.get(1)) > 3, left.toString());
    assertEquals(List.of("1", "1", "1", "0"), left.subList(2, 6));
    String named = text("lacking.stderr");
    assertTrue(
        named.matches("(?s).*selftest \\d+ left: recorder \\d+, device dmrec-.*clean-up.*"), named);
    assertEquals("0", left("lacking").get(0));
    assertEquals(left.subList(1, 6), left("lacking").subList(1, 6));
    String removed = text("cleaned.stderr");
    assertTrue(removed.contains("dmrec: removed what selftest "), removed);
  }

  @Test
  void nothingOfOthersIsTouched() throws IOException {
    assertEquals(text("state.before"), text("state.after"));
  }
}
