package dmrec.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dmrec.event.DeviceRef;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.journal.JournalIndex;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PastEventsTest {
  @TempDir
  @SuppressWarnings("NullAway.Init") // by JUnit
  Path folder;

  @Test
  void findsWhatAPlainSearchFinds() throws Exception {
    SplittableRandom random = new SplittableRandom(41);
    Story story = RandomHistory.of(41, 1500);
    story.write(folder.resolve("j"));
    PastEvents plain = story.past();
    Kind[] kinds = Kind.values();
    Damage damage = new Damage();
    try (ReadPast past = ReadPast.open(folder.resolve("j"), damage);
        JournalIndex index = JournalIndex.open(folder.resolve("j"), null);
        IndexedPast indexed = new IndexedPast(index, damage)) {
      for (int i = 0; i < 300; i++) {
        long seq = random.nextLong(story.last() + 10);
        EnumSet<Kind> some = EnumSet.noneOf(Kind.class);
        for (int k = random.nextInt(3); k > 0; k--) {
          some.add(kinds[random.nextInt(kinds.length)]);
        }
        EventRecord any = story.records().get(random.nextInt((int) story.last()));
        DeviceRef device = any.device().isNone() || random.nextBoolean() ? null : any.device();

        assertEquals(plain.last(seq, some, device), past.last(seq, some, device));
        assertEquals(plain.first(seq, some, device), past.first(seq, some, device));
        assertEquals(plain.last(seq, some, device), indexed.last(seq, some, device));
        assertEquals(plain.first(seq, some, device), indexed.first(seq, some, device));
      }
    }
  }

  @Test
  void findsNothingBeforeTheFirst() throws Exception {
    new Story().boot("b", "").write(folder.resolve("j"));
    try (ReadPast past = ReadPast.open(folder.resolve("j"), new Damage())) {
      assertNull(past.last(0, EnumSet.noneOf(Kind.class), null));
      assertNull(past.last(Long.MAX_VALUE / 2, EnumSet.of(Kind.GAP), null));
    }
  }
}
