package dmrec.journal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.EventRecords;
import dmrec.journal.file.JournalFolder;
import dmrec.journal.index.IndexStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which indexes are kept, where, and when they are made anew. */
class KeptIndexTest extends IndexedJournal {
  @Test
  void aTimeLeavesTheOtherFilesAlone() throws Exception {
    try (JournalWriter writer = JournalWriter.open(journal, OPTIONS)) {
      write(writer, new EventRecords(8), 2_000, seq -> Tampering.T0 + seq / 200 * DAY_NS + seq);
    }
    EventQuery query =
        EventQuery.ALL.since(Tampering.T0 + 5 * DAY_NS).until(Tampering.T0 + 5 * DAY_NS + 1_100);
    try (Journal opened = Journal.open(journal)) {
      assertEquals(written.subList(999, 1_100), events(opened, query));
    }
    // One file before the days in question at most, and none behind.
    assertTrue(kept().size() <= 2, kept().toString());
  }

  private List<Path> kept() throws IOException {
    try (var files = Files.list(journal.resolve(IndexStore.NAME))) {
      return files.sorted().toList();
    }
  }

  @Test
  void anIndexThatIsDamagedOrAnotherFilesIsMadeAnew() throws Exception {
    try (JournalWriter writer = JournalWriter.open(journal, OPTIONS)) {
      write(writer, new EventRecords(6), 60, seq -> Tampering.T0 + seq / 30 * DAY_NS + seq);
    }
    answersAll();
    Path kept = kept().get(0);
    byte[] sound = Files.readAllBytes(kept);
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < 200; i++) {
      byte[] damaged = sound.clone();
      damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
      Files.write(kept, i % 4 == 0 ? java.util.Arrays.copyOf(sound, i) : damaged);
      answersAll();
      assertArrayEquals(sound, Files.readAllBytes(kept));
    }
    // A copy of the journal with its index: the file is another, so the index is not its.
    Path copy = journal.resolveSibling(journal.getFileName() + "-copy");
    Files.createDirectories(copy.resolve(IndexStore.NAME));
    Path cycle = JournalFolder.cycles(journal).get(0);
    Path copied = copy.resolve(cycle.getFileName());
    Files.copy(cycle, copied);
    Files.copy(kept, copy.resolve(IndexStore.NAME).resolve(kept.getFileName()));
    assertNull(IndexStore.of(copy, null).load(copied));
    assertNotNull(IndexStore.of(journal, null).load(cycle));
  }

  private void answersAll() throws JournalException {
    try (Journal opened = Journal.open(journal)) {
      assertEquals(written, events(opened, EventQuery.ALL.device(device -> true)));
    }
  }

  private static long seq(@Nullable EventHead head) {
    return Objects.requireNonNull(head).seq();
  }

  @Test
  void aHeadWhoseFileRetentionRemovesGivesNoEventAndEndsNothing() throws Exception {
    try (JournalWriter writer = JournalWriter.open(journal, OPTIONS)) {
      write(writer, new EventRecords(6), 60, seq -> Tampering.T0 + seq / 20 * DAY_NS + seq);
    }
    answersAll();
    try (Journal opened = Journal.open(journal);
        EventCursor heads = opened.heads(EventQuery.ALL)) {
      assertEquals(1, seq(heads.nextHead()));
      Files.delete(JournalFolder.cycles(journal).get(0));
      assertNull(heads.read());
      long last = 1;
      for (EventHead head = heads.nextHead(); head != null; head = heads.nextHead()) {
        assertTrue(head.seq() > last);
        last = head.seq();
      }
      assertEquals(60, last);
    }
  }

  @Test
  void aHeadWhoseEventIsDamagedSinceSaysSoWhenItIsRead() throws Exception {
    try (JournalWriter writer = JournalWriter.open(journal, OPTIONS)) {
      write(writer, new EventRecords(6), 60, seq -> Tampering.T0 + seq / 30 * DAY_NS + seq);
    }
    answersAll();
    try (Journal opened = Journal.open(journal);
        EventCursor heads = opened.heads(EventQuery.ALL)) {
      assertEquals(1, seq(heads.nextHead()));
      assertEquals(2, seq(heads.nextHead()));
      Journals.damage(journal, 2);
      assertNull(heads.read());
      assertEquals(1, heads.damage().count(), heads.damage().toString());
      int behind = 0;
      for (EventHead head = heads.nextHead(); head != null; head = heads.nextHead()) {
        assertEquals(head.seq(), Objects.requireNonNull(heads.read()).seq());
        behind++;
      }
      assertEquals(58, behind);
      assertEquals(1, heads.damage().count(), heads.damage().toString());
    }
    // The file is another one than the index was made of.
    try (Journal opened = Journal.open(journal);
        EventCursor heads = opened.heads(EventQuery.ALL)) {
      int found = 0;
      while (heads.nextHead() != null) {
        found++;
      }
      assertEquals(59, found);
      assertEquals(1, heads.damage().count());
    }
  }

  @Test
  void whatIsKeptOfFilesThatAreGoneGoesToo() throws Exception {
    try (JournalWriter writer = JournalWriter.open(journal, OPTIONS)) {
      write(writer, new EventRecords(6), 600, seq -> Tampering.T0 + seq / 100 * DAY_NS + seq);
    }
    answersAll();
    assertEquals(6, kept().size());
    Files.delete(JournalFolder.cycles(journal).get(0));
    try (Journal opened = Journal.open(journal)) {
      assertEquals(written.subList(99, 600), events(opened, EventQuery.ALL.device(device -> true)));
    }
    assertEquals(5, kept().size());
  }

  @Test
  void anIndexIsKeptElsewhereWhereTheJournalIsNotTheUsersOwn() throws Exception {
    try (JournalWriter writer = JournalWriter.open(journal, OPTIONS)) {
      write(writer, new EventRecords(6), 60, seq -> Tampering.T0 + seq / 30 * DAY_NS + seq);
    }
    // A link is nobody's own folder.
    Path link = journal.resolveSibling(journal.getFileName() + "-link");
    Files.createSymbolicLink(link, journal);
    Path elsewhere = journal.resolveSibling(journal.getFileName() + "-cache");
    try (Journal opened = Journal.open(link, elsewhere)) {
      assertEquals(written, events(opened, EventQuery.ALL.device(device -> true)));
    }
    assertTrue(Files.notExists(journal.resolve(IndexStore.NAME)));
    try (var files = Files.list(elsewhere)) {
      assertEquals(2, files.count());
    }
  }
}
