package dmrec.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.DmEvent;
import dmrec.event.Kind;
import dmrec.journal.file.WriterLock;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A journal whose files others remove, move and cut while it is written. */
class TakenAwayTest extends GuardedJournal {
  @Test
  void goesOnInANewFileWhereTheFileIsDeleted() throws Exception {
    try (JournalWriter writer = open()) {
      append(writer, 602);
      Path file = last();
      Files.delete(file);

      settle(writer);

      List<DmEvent.Gap> gaps = assertExact(writer);
      assertEquals(1, gaps.size());
      assertEquals(602, gaps.get(0).count());
      String what = file.getFileName() + " (#1 to #602) is gone";
      assertTrue(gaps.get(0).reason().contains(what), gaps::toString);
      assertEquals(1, notices.size());
      assertTrue(notices.get(0).contains(what), notices::toString);
      assertTrue(notices.get(0).contains(last().getFileName().toString()), notices::toString);
      assertEquals(602, writer.lostEvents());
    }
  }

  @Test
  void aGapThatIsTakenAwayWithItsFileIsToldAgain() throws Exception {
    try (JournalWriter writer = open()) {
      append(writer, 10);
      Files.delete(last());
      settle(writer);
      append(writer, 10);
      Files.delete(last());

      settle(writer);

      List<DmEvent.Gap> gaps = assertExact(writer);
      assertEquals(1, gaps.size());
      assertEquals(21, gaps.get(0).count());
    }
  }

  @Test
  void theAccountIsExactInTheNextRecordingToo() throws Exception {
    try (JournalWriter writer = open()) {
      append(writer, 10);
      Files.delete(last());
      settle(writer);
      append(writer, 10);
      appendToAnotherFile(writer, 5);
    }
    try (JournalWriter writer = open()) {
      append(writer, 3);
      assertExact(writer);
      // The gap is in it.
      Files.delete(files().get(0));

      settle(writer);

      assertEquals(21, assertExact(writer).get(0).count());
      Files.delete(files().get(0));
      settle(writer);
      assertExact(writer);
    }
  }

  @Test
  void whatWasCutOffInAnotherRecordingIsToldOnce() throws Exception {
    try (JournalWriter writer = open()) {
      append(writer, 3000);
      try (FileChannel file = FileChannel.open(last(), StandardOpenOption.WRITE)) {
        file.truncate(100_000);
      }
      settle(writer);
      append(writer, 1);
    }
    try (JournalWriter writer = open()) {
      append(writer, 1);
      Files.delete(files().get(0));

      settle(writer);

      assertExact(writer);
    }
  }

  @Test
  void tellsOfOlderFilesThatAreDeleted() throws Exception {
    try (JournalWriter writer = open()) {
      append(writer, 7);
      appendToAnotherFile(writer, 5);
      appendToAnotherFile(writer, 3);
      Path file = files().get(1);
      Files.delete(file);

      settle(writer);
      append(writer, 1);

      List<DmEvent.Gap> gaps = assertExact(writer);
      assertEquals(5, gaps.get(0).count());
      assertTrue(gaps.get(0).reason().contains(file.getFileName() + " (#8 to #12) is gone"));
    }
  }

  @Test
  void goesOnInANewFileWhereAllFilesAndTheLockAreDeleted() throws Exception {
    try (JournalWriter writer = open()) {
      append(writer, 7);
      appendToAnotherFile(writer, 5);
      for (Path file : files()) {
        Files.delete(file);
      }
      Files.delete(journal.resolve(WriterLock.FILE));

      settle(writer);

      assertExact(writer);
      assertEquals(12, writer.lostEvents());
      assertTrue(Files.exists(journal.resolve(WriterLock.FILE)));
    }
  }

  @Test
  void saysWhatAFileIsCalledNow() throws Exception {
    try (JournalWriter writer = open()) {
      append(writer, 7);
      Files.move(last(), journal.resolve("mine.old"));

      settle(writer);

      assertExact(writer);
      assertTrue(notices.get(0).contains("was renamed to mine.old"), notices::toString);
    }
  }

  @Test
  void aFileThatIsReplacedByACopyOfItselfLacksOnlyWhatWasAppendedSince() throws Exception {
    try (JournalWriter writer = open()) {
      append(writer, 7);
      Path file = last();
      Path copy = journal.resolve("copy");
      Files.copy(file, copy);
      append(writer, 4);
      Files.move(copy, file, StandardCopyOption.REPLACE_EXISTING);

      settle(writer);

      assertEquals(4, assertExact(writer).get(0).count());
      assertTrue(notices.get(0).contains("was replaced"), notices::toString);
    }
  }

  @Test
  void aFileThatIsCutLacksOnlyWhatIsCutOff() throws Exception {
    for (int left : new int[] {0, 1, 4096, 100_000, 200_000}) {
      notices.clear();
      journal = folder.resolve("journal-" + left);
      try (JournalWriter writer = open()) {
        append(writer, 3000);
        try (FileChannel file = FileChannel.open(last(), StandardOpenOption.WRITE)) {
          file.truncate(left);
        }

        // No look at it first: the mapped pages are not there.
        append(writer, 20_000);

        settle(writer);
        append(writer, 1);
        List<DmEvent.Gap> gaps = assertExact(writer);
        assertEquals(1, gaps.size(), gaps::toString);
        assertTrue(notices.get(0).contains("was cut to " + left + " bytes"), notices::toString);
      }
    }
  }

  @Test
  void theStateBehindAGapIsSealedAsOftenAsAllElse() throws Exception {
    JournalOptions sealed = options.with(new SealPolicy(8, 0));
    try (JournalWriter writer = JournalWriter.open(journal, sealed)) {
      writer.guard(() -> {});
      for (int i = 0; i < 200; i++) {
        writer.append(records.next(Kind.DISK_ADDED));
      }
      Files.delete(last());

      settle(writer);

      assertTrue(assertExact(writer).size() == 1 && writer.topology().disks().size() > 80);
    }
    assertTrue(
        Journal.verify(journal, null, Verification.Progress.NONE).findings().stream()
            .noneMatch(finding -> finding.kind() == Finding.Kind.SEAL_ABSENT));
  }

  @Test
  void whatRetentionRemovesIsNotMissed() throws Exception {
    JournalOptions small =
        options.with(new RetentionPolicy(0, RetentionPolicy.LEAST_BYTES)).with(SyncPolicy.OS);
    try (JournalWriter writer = JournalWriter.open(journal, small)) {
      writer.guard(() -> {});
      for (int i = 0; i < 60; i++) {
        append(writer, 2000);
        settle(writer);
      }
      assertTrue(writer.lastSeq() > 120_000, "nothing was removed");
      assertEquals(0, writer.lostEvents());
    }
    assertFalse(notices.isEmpty());
    assertTrue(notices.stream().allMatch(each -> each.contains("--max-size")), notices::toString);
  }

  @Test
  void theAlarmGoesOffByItself() throws Exception {
    Object wait = new Object();
    boolean[] alarmed = {false};
    try (JournalWriter writer = JournalWriter.open(journal, options)) {
      writer.guard(
          () -> {
            synchronized (wait) {
              alarmed[0] = true;
              wait.notifyAll();
            }
          });
      append(writer, 7);
      Files.delete(last());
      synchronized (wait) {
        while (!alarmed[0]) {
          wait.wait();
        }
      }
      writer.tick(0, 0);
      assertExact(writer);
    }
  }
}
