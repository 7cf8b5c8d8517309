package dmrec.journal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.journal.file.CycleFile;
import dmrec.journal.file.JournalFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A journal that is written by way of another folder. */
@Timeout(300)
class SpoolTest extends SpooledJournal {
  @Test
  void theJournalIsByteForByteWhatWasWritten() throws Exception {
    List<byte[]> written = new ArrayList<>();
    List<String> names = new ArrayList<>();
    Path aside = Files.createDirectory(folder.resolve("aside"));
    try (Spool open = Spool.open(journal, spool, options)) {
      for (int i = 0; i < 3; i++) {
        append(open.writer(), 2000);
        // A second name: what is moved stays to be compared.
        Path last = spooled().get(spooled().size() - 1);
        if (!Files.exists(aside.resolve(last.getFileName()))) {
          Files.createLink(aside.resolve(last.getFileName()), last);
        }
      }
    }
    for (Path each : JournalFolder.cycles(aside)) {
      written.add(Files.readAllBytes(each));
      names.add(JournalFolder.nameOf(each));
    }
    assertEquals(List.of(), spooled());
    List<Path> moved = JournalFolder.cycles(journal);
    assertEquals(names, moved.stream().map(JournalFolder::nameOf).toList());
    for (int i = 0; i < written.size(); i++) {
      assertArrayEquals(written.get(i), Files.readAllBytes(moved.get(i)));
    }
    assertEquals(6000, checkAll(journal));
    assertEquals(List.of(), notices);
  }

  @Test
  void aReaderOfTheJournalSeesWholeRecordsInOrderWhileTheyMove() throws Exception {
    int count = 60_000;
    Thread[] reading = new Thread[2];
    List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
    try (Spool open = Spool.open(journal, spool, options)) {
      for (int i = 0; i < reading.length; i++) {
        reading[i] = new Thread(() -> read(count, failures));
        reading[i].start();
      }
      for (int i = 0; i < count; i++) {
        append(open.writer(), 1);
        if (i % 100 == 0) {
          Thread.sleep(1);
        }
      }
    }
    for (Thread each : reading) {
      each.join();
    }
    assertEquals(List.of(), failures);
  }

  private void read(int count, List<Throwable> failures) {
    try (Journal opened = Journal.open(journal);
        EventCursor events = opened.events(EventQuery.ALL)) {
      for (long seq = 0; seq < count; ) {
        EventRecord r = events.next();
        assertEquals(Damage.NONE, events.damage());
        if (r != null) {
          assertEquals(record(++seq), r);
        }
      }
    } catch (JournalException | AssertionError e) {
      failures.add(e);
    }
  }

  @Test
  void goesOnInAJournalThatWasWrittenWithoutASpoolAndTheOtherWayRound() throws Exception {
    for (int i = 0; i < 3; i++) {
      try (JournalWriter writer = JournalWriter.open(journal)) {
        append(writer, 300);
      }
      try (Spool open = Spool.open(journal, spool, options)) {
        append(open.writer(), 300);
      }
    }
    assertEquals(1800, checkAll(journal));
  }

  @Test
  void holdsBothFoldersForItself() throws Exception {
    try (Spool open = Spool.open(journal, spool, options)) {
      append(open.writer(), 1);
      for (Path each : List.of(journal, spool)) {
        JournalException refused =
            assertThrows(JournalException.class, () -> JournalWriter.open(each));
        String message = String.valueOf(refused.getMessage());
        assertTrue(message.contains("another writer holds"), message);
      }
    }
  }

  @Test
  void refusesASpoolThatBelongsToAnotherJournal() throws Exception {
    // A killed recorder's spool, which nobody has moved.
    try (JournalWriter writer = JournalWriter.open(spool)) {
      append(writer, 10);
    }
    try (JournalWriter writer = JournalWriter.open(journal)) {
      append(writer, 10);
    }
    refused("found a part of another journal, ");
    assertEquals(10, checkAll(journal));
    assertEquals(10, checkAll(spool));
  }

  @Test
  void refusesASpoolWhoseJournalWentOnWithoutIt() throws Exception {
    try (Spool open = Spool.open(journal, spool, options)) {
      append(open.writer(), 10);
    }
    Path aside = copyOf(journal, "aside");
    try (JournalWriter writer = JournalWriter.open(aside)) {
      append(writer, 10);
    }
    Path leftover = JournalFolder.cycles(aside).get(1);
    Files.copy(leftover, spool.resolve(JournalFolder.nameOf(leftover)));
    try (JournalWriter writer = JournalWriter.open(journal)) {
      append(writer, 9);
      writer.append(record(999));
    }
    refused("expected what .* in the spool holds, found something else");
  }

  @Test
  void refusesASpoolBehindAHole() throws Exception {
    for (int i = 0; i < 3; i++) {
      try (JournalWriter writer = JournalWriter.open(journal)) {
        append(writer, 10);
      }
    }
    List<Path> files = JournalFolder.cycles(journal);
    Files.createDirectories(spool);
    Files.move(files.get(2), spool.resolve(JournalFolder.nameOf(files.get(2))));
    Files.delete(files.get(1));
    refused("found file 3 from record #21 on, while the journal ends with file 1 and record #10");
    Files.delete(files.get(0));
    refused("found file 3 of a journal, while this one is empty");
  }

  @Test
  void refusesTheJournalItself() {
    spool = journal;
    refused("expected a folder for the spool, found the journal itself");
  }

  private void refused(String expected) {
    JournalException refused =
        assertThrows(JournalException.class, () -> Spool.open(journal, spool, options));
    assertTrue(
        String.valueOf(refused.getMessage()).matches(".*" + expected + ".*"), refused.toString());
  }

  private Path copyOf(Path of, String name) throws IOException {
    Path copy = Files.createDirectory(folder.resolve(name));
    for (Path each : JournalFolder.cycles(of)) {
      Files.copy(each, copy.resolve(JournalFolder.nameOf(each)));
    }
    return copy;
  }

  @Test
  void completesAFileThatWasCopiedInPart() throws Exception {
    try (JournalWriter writer = JournalWriter.open(spool)) {
      append(writer, 500);
    }
    Path whole = spooled().get(0);
    byte[] bytes = Files.readAllBytes(whole);
    Path part = journal.resolve(JournalFolder.nameOf(whole));
    long[] ends = ends(whole);
    SplittableRandom random = new SplittableRandom(5);
    Path kept = folder.resolve("kept.cq4");
    Files.copy(whole, kept);
    for (int round = 0; round < 20; round++) {
      // Up to any document behind the beginning, and at times the headless bytes of the next ones.
      int end = (int) ends[random.nextInt(3, ends.length)];
      byte[] head = Arrays.copyOf(bytes, bytes.length);
      Arrays.fill(head, end, round % 2 == 0 ? end + 4 : head.length, (byte) 0);
      if (round % 2 == 0) {
        for (long each : ends) {
          if (each >= end && each < head.length - 4) {
            Arrays.fill(head, (int) each, (int) each + 4, (byte) 0);
          }
        }
      }
      Files.createDirectories(journal);
      Files.write(part, head);
      Files.copy(kept, whole, StandardCopyOption.REPLACE_EXISTING);
      try (Spool open = Spool.open(journal, spool, options)) {
        assertEquals(500, open.writer().lastSeq());
      }
      assertEquals(List.of(), spooled());
      assertArrayEquals(bytes, Files.readAllBytes(part));
    }
    assertEquals(500, checkAll(journal));
  }

  /** Where each document ends. */
  private static long[] ends(Path file) throws JournalException {
    List<Long> ends = new ArrayList<>();
    try (CycleFile bytes = CycleFile.open(file)) {
      long at = 0;
      for (int head = bytes.header(0); head != 0; head = bytes.header(at)) {
        at = (at + 4 + (head & CycleFile.LENGTH_MASK) + 3) & ~3L;
        ends.add(at);
      }
    }
    return ends.stream().mapToLong(Long::longValue).toArray();
  }

  @Test
  void theJournalsFilesGoAsItsRetentionAsks() throws Exception {
    RetentionPolicy retention = new RetentionPolicy(0, 6L << 20);
    try (Spool open = Spool.open(journal, spool, options.with(retention))) {
      for (int i = 0; i < 300; i++) {
        append(open.writer(), 100);
        Thread.sleep(2);
      }
    }
    long bytes = 0;
    for (Path each : JournalFolder.cycles(journal)) {
      bytes += Files.size(each);
    }
    assertTrue(bytes <= 6L << 20, Long.toString(bytes));
    long removed = 0;
    long told = 0;
    List<EventRecord> left = Journals.events(journal);
    for (EventRecord r : left) {
      if (r.event() instanceof DmEvent.FilesRemoved e && e.reason().contains("--max-size")) {
        told = e.lastSeq();
        removed++;
      }
    }
    assertEquals(told + 1, left.get(0).seq());
    assertTrue(removed > 0 && notices.size() >= removed, notices.toString());
  }
}
