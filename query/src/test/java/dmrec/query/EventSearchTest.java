package dmrec.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.DeviceRef;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.journal.Journal;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventSearchTest {
  @TempDir
  @SuppressWarnings("NullAway.Init") // by JUnit
  Path folder;

  @Test
  void findsWhatAPlainSearchFinds() throws Exception {
    SplittableRandom random = new SplittableRandom(41);
    Story story = RandomHistory.of(41, 1500);
    story.write(folder.resolve("j"));
    Kind[] kinds = Kind.values();
    try (Journal journal = Journal.open(folder.resolve("j"))) {
      EventSearch search = new EventSearch(journal);
      for (int i = 0; i < 300; i++) {
        long seq = random.nextLong(story.last() + 10);
        EnumSet<Kind> some = EnumSet.noneOf(Kind.class);
        for (int k = random.nextInt(3); k > 0; k--) {
          some.add(kinds[random.nextInt(kinds.length)]);
        }
        EventRecord any = story.records().get(random.nextInt((int) story.last()));
        DeviceRef device = any.device().isNone() || random.nextBoolean() ? null : any.device();

        List<EventRecord> before = between(story, 0, seq, some, device);
        List<EventRecord> behind = between(story, seq, Long.MAX_VALUE, some, device);
        assertEquals(
            before.isEmpty() ? null : before.get(before.size() - 1),
            search.last(seq, some, device));
        assertEquals(behind.isEmpty() ? null : behind.get(0), search.first(seq, some, device));
      }
      assertTrue(search.damage().isNone());
    }
  }

  private static List<EventRecord> between(
      Story story, long fromSeq, long toSeq, Set<Kind> kinds, @Nullable DeviceRef device) {
    return story.records().stream()
        .filter(record -> record.seq() >= fromSeq && record.seq() <= toSeq)
        .filter(record -> kinds.isEmpty() || kinds.contains(record.kind()))
        .filter(record -> device == null || device.isSameLife(record.device()))
        .toList();
  }

  @Test
  void findsNothingBeforeTheFirst() throws Exception {
    new Story().boot("b", "").write(folder.resolve("j"));
    try (Journal journal = Journal.open(folder.resolve("j"))) {
      EventSearch search = new EventSearch(journal);
      assertNull(search.last(0, EnumSet.noneOf(Kind.class), null));
      assertNull(search.last(Long.MAX_VALUE / 2, EnumSet.of(Kind.GAP), null));
    }
  }
}
