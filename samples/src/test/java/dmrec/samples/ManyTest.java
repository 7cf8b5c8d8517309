package dmrec.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.EventRecord;
import dmrec.event.Kind;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** Two thousand devices. */
@Order(5)
class ManyTest extends RecordedScenario {
  private static final int COUNT = 2000;
  private static final int FIRST_REMOVED = 100;

  ManyTest() {
    super("many", Integer.toString(COUNT));
  }

  private static Set<String> names(int from, int count) {
    return IntStream.range(from, from + count)
        .mapToObj(i -> String.format(Locale.ROOT, "many%04d", i))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private void assertOnceEach(Kind kind, Set<String> expected) {
    List<String> names = events(kind).stream().map(record -> record.device().name()).toList();
    assertEquals(expected, new TreeSet<>(names));
    assertEquals(expected.size(), names.size());
  }

  @Test
  void everyDeviceComesOnceWithItsTable() {
    assertOnceEach(Kind.DEVICE_CREATED, names(0, COUNT));
    assertOnceEach(Kind.TABLE_LIVE, names(0, COUNT));
    Set<Long> lives = new HashSet<>();
    for (EventRecord record : events(Kind.TABLE_LIVE)) {
      assertTrue(record.device().diskSeq() > 0, record.toString());
      assertTrue(lives.add(record.device().diskSeq()), record.toString());
    }
  }

  @Test
  void aTenthGoesAgain() {
    assertOnceEach(Kind.DEVICE_REMOVED, names(FIRST_REMOVED, COUNT / 10));
  }

  @Test
  void treeShowsWhatIsLeft() throws IOException {
    Said said = dmrec(List.of("tree", "-j", journal().toString()));
    assertEquals(0, said.status(), said.err());
    Set<String> left = names(0, COUNT);
    left.removeAll(names(FIRST_REMOVED, COUNT / 10));
    String tree = said.out();
    Set<String> shown =
        java.util.regex.Pattern.compile("many\\d{4}")
            .matcher(tree)
            .results()
            .map(match -> match.group())
            .collect(Collectors.toCollection(TreeSet::new));
    assertEquals(left, shown);
  }
}
