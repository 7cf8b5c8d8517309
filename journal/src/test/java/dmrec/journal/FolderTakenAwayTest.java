package dmrec.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.journal.file.WriterLock;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** A journal whose folder or lock others remove and move while it is written. */
class FolderTakenAwayTest extends GuardedJournal {
  @Test
  void makesTheFolderAnewWhereItIsRenamed() throws Exception {
    Path aside = folder.resolve("aside");
    try (JournalWriter writer = open()) {
      append(writer, 7);
      Files.move(journal, aside);

      append(writer, 1);
      settle(writer);
      append(writer, 1);

      assertExact(writer);
      assertEquals(8, writer.lostEvents());
      assertTrue(notices.get(0).contains("the folder was renamed to " + aside), notices::toString);
      // The old one is anybody's.
      JournalWriter.open(aside).close();
      assertThrows(JournalException.class, () -> JournalWriter.open(journal));
    }
  }

  @Test
  void makesTheFolderAnewWhereItIsRemoved() throws Exception {
    try (JournalWriter writer = open()) {
      append(writer, 7);
      removeAll(journal);

      settle(writer);

      assertExact(writer);
      assertTrue(notices.get(0).contains("the folder was removed"), notices::toString);
      // A second time from within the first one's new file.
      removeAll(journal);
      settle(writer);
      assertExact(writer);
      assertEquals(8, writer.lostEvents());
    }
  }

  @Test
  void goesOnBehindTheCopyWhereTheFolderIsReplacedByACopyOfItself() throws Exception {
    try (JournalWriter writer = open()) {
      append(writer, 7);
      appendToAnotherFile(writer, 5);
      Path copy = Files.createDirectory(folder.resolve("copy"));
      for (Path file : files()) {
        Files.copy(file, copy.resolve(file.getFileName()));
      }
      append(writer, 2);
      Files.move(journal, folder.resolve("aside"));
      Files.move(copy, journal);

      settle(writer);
      append(writer, 2);

      assertEquals(3, files().size());
      assertEquals(2, assertExact(writer).get(0).count());
    }
  }

  @Test
  void waitsUntilAFolderOfOthersIsMovedOutOfTheWay() throws Exception {
    try (JournalWriter writer = open()) {
      append(writer, 7);
      Files.move(journal, folder.resolve("aside"));
      try (JournalWriter other = JournalWriter.open(journal)) {
        JournalFullException held = assertThrows(JournalFullException.class, () -> settle(writer));
        assertTrue(String.valueOf(held.getMessage()).contains("another writer"), held::toString);
        append(other, 1);
      }
      JournalFullException foreign = assertThrows(JournalFullException.class, () -> settle(writer));
      assertTrue(
          String.valueOf(foreign.getMessage()).contains("Move that away"), foreign::toString);
      assertEquals(7, writer.lostEvents());
      removeAll(journal);

      settle(writer);

      assertExact(writer);
    }
  }

  @Test
  void keepsItsLockWhereTheFileOfItIsRemoved() throws Exception {
    try (JournalWriter writer = open()) {
      append(writer, 7);
      Files.delete(journal.resolve(WriterLock.FILE));

      JournalException refused =
          assertThrows(JournalException.class, () -> JournalWriter.open(journal));
      assertTrue(
          String.valueOf(refused.getMessage()).contains("pid " + ProcessHandle.current().pid()));
      settle(writer);

      assertEquals(1, files().size());
      assertTrue(notices.get(0).contains("was removed or replaced"), notices::toString);
      assertTrue(Files.exists(journal.resolve(WriterLock.FILE)));
    }
    JournalWriter.open(journal).close();
  }
}
