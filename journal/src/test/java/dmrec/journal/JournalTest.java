package dmrec.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dmrec.event.Bytes;
import dmrec.event.EventRecord;
import dmrec.event.EventRecords;
import dmrec.event.Kind;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a journal promises to those who write and read it. */
class JournalTest {
  @TempDir
  @SuppressWarnings("NullAway.Init") // by JUnit
  Path folder;

  @Test
  void readsBackEveryRecordInOrderAndThenNothing() throws Exception {
    List<EventRecord> records = new EventRecords(1).list(2000);
    write(records);

    try (JournalReader reader = JournalReader.open(folder)) {
      for (EventRecord record : records) {
        assertEquals(record, reader.next());
      }
      assertNull(reader.next());
      assertNull(reader.next());
    }
  }

  @Test
  void goesOnCountingWhereTheLastWriterStopped() throws Exception {
    EventRecords records = new EventRecords(2);
    write(records.list(10));

    try (JournalWriter writer = JournalWriter.open(folder)) {
      assertEquals(10, writer.lastSeq());
      assertEquals(11, writer.append(records.next().withSeq(999)));
    }
    try (JournalReader reader = JournalReader.open(folder)) {
      reader.seekSeq(11);
      EventRecord last = reader.next();
      assertNotNull(last);
      assertEquals(11, last.seq());
    }
  }

  @Test
  void anOpenReaderFindsWhatIsAppendedLater() throws Exception {
    EventRecords records = new EventRecords(3);
    EventRecord first = records.next();
    try (JournalWriter writer = JournalWriter.open(folder)) {
      writer.append(first);
      JournalReader reader = JournalReader.open(folder);
      assertEquals(first, reader.next());
      for (int i = 0; i < 500; i++) {
        assertNull(reader.next());
        EventRecord record = records.next();
        writer.append(record);
        assertEquals(record, reader.next());
      }
    }
  }

  @Test
  void goesOnThroughTheFilesOfSeveralDays() throws Exception {
    EventRecords records = new EventRecords(4);
    List<EventRecord> written = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      EventRecord next = records.next();
      written.add(at(next, next.wallNs() + TimeUnit.DAYS.toNanos(i / 20)));
    }
    try (JournalWriter writer = JournalWriter.open(folder)) {
      writer.append(written.get(0));
      try (JournalReader reader = JournalReader.open(folder)) {
        assertEquals(written.get(0), reader.next());
        for (EventRecord record : written.subList(1, 100)) {
          assertNull(reader.next());
          writer.append(record);
          assertEquals(record, reader.next());
        }
      }
    }
    assertEquals(5, JournalInfo.of(folder).cycles().size());
    try (JournalReader reader = JournalReader.open(folder)) {
      for (EventRecord record : written) {
        reader.seekSeq(record.seq());
        assertEquals(record, reader.next());
        reader.seekTime(record.wallNs());
        assertEquals(record, reader.next());
        reader.seekTime(record.wallNs() - 1);
        assertEquals(record, reader.next());
      }
      reader.seekSeq(101);
      assertNull(reader.next());
      reader.seekSeq(-5);
      assertEquals(written.get(0), reader.next());
    }
    Files.delete(JournalFolder.cycles(folder).get(0));
    Files.delete(JournalFolder.cycles(folder).get(1));
    try (JournalReader reader = JournalReader.open(folder)) {
      assertEquals(written.get(20), reader.next());
      for (int i = 21; i < 40; i++) {
        assertEquals(written.get(i), reader.next());
      }
      JournalException hole = assertThrows(JournalException.class, reader::next);
      assertTrue(
          message(hole).contains("expected record #41 behind #40, found #61"), hole::toString);
      assertEquals(written.get(60), reader.next());
    }
  }

  @Test
  void findsAnyNumberAndTimeAmongManyAtOnce() throws Exception {
    long count = 100_000;
    long stepNs = 1000;
    EventRecord template = new EventRecords(5).next(Kind.PATH_FAILED);
    try (JournalWriter writer = JournalWriter.open(folder)) {
      for (long i = 0; i < count; i++) {
        writer.append(at(template, EventRecords.FIRST_WALL_NS + i * stepNs));
      }
    }
    SplittableRandom random = new SplittableRandom(5);
    try (JournalReader reader = JournalReader.open(folder)) {
      for (int i = 0; i < 300; i++) {
        long wanted = 1 + random.nextLong(count);
        reader.seekSeq(wanted);
        assertEquals(wanted, required(reader.next()).seq());
        reader.seekTime(EventRecords.FIRST_WALL_NS + (wanted - 1) * stepNs - random.nextLong(1000));
        assertEquals(wanted, required(reader.next()).seq());
      }
    }
    JournalInfo info = JournalInfo.of(folder);
    assertEquals(count, info.recordCount());
    assertEquals(1, info.firstSeq());
    assertEquals(count, info.lastSeq());
    assertTrue(info.allocatedBytes() <= info.apparentBytes(), info::toString);
  }

  @Test
  void appendingAllocatesNothingButForSeals() throws Exception {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    EventRecord[] records =
        new EventRecords(6)
            .list(500).stream()
                .filter(r -> r.extra().isEmpty())
                .map(r -> at(r, EventRecords.FIRST_WALL_NS))
                .toArray(EventRecord[]::new);
    try (JournalWriter writer = JournalWriter.open(folder)) {
      for (int i = 0; i < 20_000; i++) {
        writer.append(records[i % records.length]);
      }
      int count = 100_000;
      long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
      for (int i = 0; i < count; i++) {
        writer.append(records[i % records.length]);
      }
      long after = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
      // Only the seal over each thousand of them does.
      assertTrue((after - before) / count < 64, (after - before) + " bytes for " + count);
    }
  }

  @Test
  void aRecordThatIsTooLargeIsRefusedAndTheNextOneIsNot() throws Exception {
    EventRecords records = new EventRecords(7);
    EventRecord large =
        withEvidence(records.next(Kind.UEVENT), new byte[RecordLayout.MAX_WRITTEN_BYTES - 20_000]);
    try (JournalWriter writer = JournalWriter.open(folder)) {
      for (int i = 0; i < 9; i++) {
        writer.append(large);
      }
      EventRecord larger = withEvidence(large, new byte[RecordLayout.MAX_WRITTEN_BYTES]);
      JournalException e = assertThrows(JournalException.class, () -> writer.append(larger));
      assertTrue(message(e).contains("limit"), e::toString);
      assertEquals(10, writer.append(large));
    }
    try (JournalReader reader = JournalReader.open(folder)) {
      for (int i = 1; i <= 10; i++) {
        assertEquals(large.withSeq(i), reader.next());
      }
    }
  }

  @Test
  void aSecondWriterIsRefusedAtOnceAndToldWhoHoldsTheJournal() throws Exception {
    try (JournalWriter writer = JournalWriter.open(folder)) {
      JournalException e = assertThrows(JournalException.class, () -> JournalWriter.open(folder));
      assertTrue(message(e).contains("pid " + ProcessHandle.current().pid() + " on "), e::toString);
      assertEquals(1, writer.append(new EventRecords(8).next()));
    }
    JournalWriter.open(folder).close();
  }

  @Test
  void aClosedWriterSaysSo() throws Exception {
    JournalWriter writer = JournalWriter.open(folder);
    writer.close();
    writer.close();
    JournalException e =
        assertThrows(JournalException.class, () -> writer.append(new EventRecords(9).next()));
    assertTrue(message(e).contains("closed"));
  }

  @Test
  void whatIsNoJournalIsToldInOneLineAndLeftAsItIs() throws Exception {
    Path missing = folder.resolve("missing");
    Path file = Files.writeString(folder.resolve("file"), "x");
    Path empty = Files.createDirectory(folder.resolve("empty"));
    Path text = Files.createDirectory(folder.resolve("text"));
    Files.writeString(text.resolve("20260301F.cq4"), "nothing of the kind ".repeat(100));
    for (Path path : List.of(missing, file, empty, text)) {
      JournalException e =
          assertThrows(JournalException.class, () -> JournalReader.open(path), path::toString);
      assertTrue(message(e).startsWith(path.toString()), e::toString);
      assertEquals(1, message(e).lines().count());
      assertThrows(JournalException.class, () -> JournalInfo.of(path));
    }
    assertFalse(Files.exists(missing));
    assertEquals(List.of(), JournalFolder.cycles(empty));
  }

  @Test
  void aJournalOfANewerFormatIsRefusedByNumber() throws Exception {
    write(new EventRecords(10).list(3));
    Path cycle = JournalFolder.cycles(folder).get(0);
    byte[] bytes = Files.readAllBytes(cycle);
    FileHeader header = Objects.requireNonNull(CycleScanner.headerOf(cycle));
    byte[] now = header.encode();
    byte[] newer =
        new FileHeader(
                2,
                header.writer(),
                header.journal(),
                1,
                1,
                0,
                header.link(),
                header.seals(),
                header.sync(),
                header.publicKey())
            .encode();
    int at = 0;
    while (!Arrays.equals(bytes, at, at + now.length, now, 0, now.length)) {
      at++;
    }
    System.arraycopy(newer, 0, bytes, at, newer.length);
    Files.write(cycle, bytes);

    JournalException e = assertThrows(JournalException.class, () -> JournalReader.open(folder));
    assertTrue(message(e).contains("in format 2; this dmrec reads formats up to 1"), e::toString);
    assertThrows(JournalException.class, () -> JournalWriter.open(folder));
  }

  @Test
  void readingNeitherCreatesNorTouchesAFile() throws Exception {
    write(new EventRecords(11).list(50));
    Map<Path, Object> before = files();
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("r-x------"));
    try (JournalReader reader = JournalReader.open(folder)) {
      reader.seekSeq(40);
      assertEquals(40, required(reader.next()).seq());
      JournalInfo.of(folder);
      assertEquals(before, files());
    } finally {
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    }
  }

  @Test
  void aReaderOfAFolderThatVanishesComesToAnEnd() throws Exception {
    write(new EventRecords(12).list(3));
    try (JournalReader reader = JournalReader.open(folder)) {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(folder);
      for (int i = 1; i <= 3; i++) {
        assertEquals(i, required(reader.next()).seq());
      }
      assertThrows(JournalException.class, reader::next);
      assertNull(reader.next());
    } finally {
      Files.createDirectories(folder);
    }
  }

  private Map<Path, Object> files() throws IOException {
    Map<Path, Object> files = new TreeMap<>();
    try (Stream<Path> list = Files.list(folder)) {
      for (Path file : list.toList()) {
        files.put(file, List.of(Files.getLastModifiedTime(file), Files.size(file)));
      }
    }
    return files;
  }

  private static EventRecord at(EventRecord r, long wallNs) {
    return new EventRecord(
        r.seq(),
        wallNs,
        r.monoNs(),
        0,
        0,
        r.source(),
        r.certainty(),
        0,
        null,
        r.device(),
        r.event(),
        r.evidence(),
        Bytes.NONE);
  }

  private static EventRecord withEvidence(EventRecord r, byte[] evidence) {
    return new EventRecord(
        r.seq(),
        r.wallNs(),
        r.monoNs(),
        0,
        0,
        r.source(),
        r.certainty(),
        0,
        null,
        r.device(),
        r.event(),
        Bytes.of(evidence),
        Bytes.NONE);
  }

  private static EventRecord required(@Nullable EventRecord record) {
    assertNotNull(record);
    return Objects.requireNonNull(record);
  }

  private static String message(Exception e) {
    return String.valueOf(e.getMessage());
  }

  private void write(List<EventRecord> records) throws JournalException {
    try (JournalWriter writer = JournalWriter.open(folder)) {
      for (EventRecord record : records) {
        assertEquals(record.seq(), writer.append(record));
      }
      writer.sync();
    }
  }
}
