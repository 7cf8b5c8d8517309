package dmrec.journal;

import static dmrec.event.EventRecords.withEvidence;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dmrec.event.EventRecord;
import dmrec.event.EventRecords;
import dmrec.event.Kind;
import dmrec.event.Mark;
import dmrec.journal.file.DocumentScanner;
import dmrec.journal.file.FileHeader;
import dmrec.journal.file.JournalFolder;
import dmrec.journal.file.RecordLayout;
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

    try (Journal journal = Journal.open(folder);
        EventCursor events = journal.events(EventQuery.ALL)) {
      for (EventRecord record : records) {
        assertEquals(record, events.next());
      }
      assertNull(events.next());
      assertNull(events.next());
      assertEquals(Damage.NONE, events.damage());
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
    try (Journal journal = Journal.open(folder)) {
      assertEquals(11, first(journal, EventQuery.ALL.from(11)).seq());
    }
  }

  @Test
  void anOpenReaderFindsWhatIsAppendedLater() throws Exception {
    EventRecords records = new EventRecords(3);
    EventRecord first = records.next();
    try (JournalWriter writer = JournalWriter.open(folder)) {
      writer.append(first);
      try (Journal journal = Journal.open(folder);
          EventCursor events = journal.events(EventQuery.ALL)) {
        assertEquals(first, events.next());
        for (int i = 0; i < 500; i++) {
          assertNull(events.next());
          EventRecord record = records.next();
          writer.append(record);
          assertEquals(record, events.next());
        }
        assertEquals(Damage.NONE, events.damage());
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
      try (Journal journal = Journal.open(folder);
          EventCursor events = journal.events(EventQuery.ALL)) {
        assertEquals(written.get(0), events.next());
        for (EventRecord record : written.subList(1, 100)) {
          assertNull(events.next());
          writer.append(record);
          assertEquals(record, events.next());
        }
        assertEquals(Damage.NONE, events.damage());
      }
    }
    try (Journal journal = Journal.open(folder)) {
      assertEquals(5, journal.info().files().size());
      for (EventRecord record : written) {
        assertEquals(record, first(journal, EventQuery.ALL.from(record.seq())));
        assertEquals(record, first(journal, EventQuery.ALL.since(record.wallNs())));
        assertEquals(record, first(journal, EventQuery.ALL.since(record.wallNs() - 1)));
      }
      assertEquals(List.of(), Journals.read(journal, EventQuery.ALL.from(101)).events());
      assertEquals(written.get(0), first(journal, EventQuery.ALL.from(-5)));
    }
    Files.delete(JournalFolder.cycles(folder).get(0));
    Files.delete(JournalFolder.cycles(folder).get(1));
    List<Integer> damagedBehind = new ArrayList<>();
    List<EventRecord> left = new ArrayList<>(written.subList(20, 40));
    left.addAll(written.subList(60, 100));
    try (Journal journal = Journal.open(folder);
        EventCursor events = journal.events(EventQuery.ALL)) {
      for (EventRecord record : left) {
        assertEquals(record, events.next());
        if (!events.damage().isNone()) {
          damagedBehind.add((int) record.seq());
        }
      }
      assertNull(events.next());
      assertEquals(61, damagedBehind.get(0));
      assertEquals(1, events.damage().count());
      String hole = events.damage().messages().get(0);
      assertTrue(
          hole.endsWith(
              ": expected record #41 behind #40, found #61: 20 records are missing. Reading can go"
                  + " on with #61"),
          hole);
      assertTrue(hole.startsWith(JournalFolder.cycles(folder).get(1).toString()), hole);
    }
  }

  private static EventRecord first(Journal journal, EventQuery query) throws JournalException {
    try (EventCursor events = journal.events(query)) {
      return required(events.next());
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
    try (Journal journal = Journal.open(folder)) {
      for (int i = 0; i < 300; i++) {
        long wanted = 1 + random.nextLong(count);
        assertEquals(wanted, first(journal, EventQuery.ALL.from(wanted)).seq());
        long wallNs = EventRecords.FIRST_WALL_NS + (wanted - 1) * stepNs - random.nextLong(1000);
        assertEquals(wanted, first(journal, EventQuery.ALL.since(wallNs)).seq());
      }
      JournalInfo info = journal.info();
      assertEquals(count, info.events());
      assertEquals(1, info.extent().firstSeq());
      assertEquals(count, info.extent().lastSeq());
      assertTrue(info.allocatedBytes() <= info.apparentBytes(), info::toString);
    }
  }

  @Test
  void appendingAllocatesNothingButForSeals() throws Exception {
    // What a process injected is recorded and changes no stack, whose devices take what they take.
    EventRecord[] records =
        new EventRecords(6)
            .list(500).stream()
                .filter(r -> r.extra().isEmpty())
                .map(r -> at(r, EventRecords.FIRST_WALL_NS, Mark.INJECTED.bit()))
                .toArray(EventRecord[]::new);
    try (JournalWriter writer = JournalWriter.open(folder)) {
      for (int i = 0; i < 20_000; i++) {
        writer.append(records[i % records.length]);
      }
      int count = 100_000;
      long before = allocatedBytes();
      for (int i = 0; i < count; i++) {
        writer.append(records[i % records.length]);
      }
      long after = allocatedBytes();
      // Only the seal over each thousand of them does.
      assertTrue((after - before) / count < 64, (after - before) + " bytes for " + count);
    }
  }

  private static long allocatedBytes() {
    return ((ThreadMXBean) ManagementFactory.getThreadMXBean())
        .getThreadAllocatedBytes(Thread.currentThread().getId());
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
    List<EventRecord> expected = new ArrayList<>();
    for (int i = 1; i <= 10; i++) {
      expected.add(large.withSeq(i));
    }
    assertEquals(expected, Journals.events(folder));
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
          assertThrows(JournalException.class, () -> Journal.open(path), path::toString);
      assertTrue(message(e).startsWith(path.toString()), e::toString);
      assertEquals(1, message(e).lines().count());
    }
    assertFalse(Files.exists(missing));
    assertEquals(List.of(), JournalFolder.cycles(empty));
  }

  @Test
  void aJournalOfANewerFormatIsRefusedByNumber() throws Exception {
    write(new EventRecords(10).list(3));
    Path cycle = JournalFolder.cycles(folder).get(0);
    byte[] bytes = Files.readAllBytes(cycle);
    FileHeader header = Objects.requireNonNull(DocumentScanner.headerOf(cycle));
    byte[] now = header.encode();
    byte[] newer =
        new FileHeader(
                RecordLayout.FORMAT_VERSION + 1,
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

    JournalException e = assertThrows(JournalException.class, () -> Journal.open(folder));
    String expected =
        String.format(
            "in format %d; this dmrec reads formats up to %d",
            RecordLayout.FORMAT_VERSION + 1, RecordLayout.FORMAT_VERSION);
    assertTrue(message(e).contains(expected), e::toString);
    assertThrows(JournalException.class, () -> JournalWriter.open(folder));
  }

  @Test
  void readingNeitherCreatesNorTouchesAFile() throws Exception {
    write(new EventRecords(11).list(50));
    Map<Path, Object> before = files();
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("r-x------"));
    try (Journal journal = Journal.open(folder)) {
      assertEquals(40, first(journal, EventQuery.ALL.from(40)).seq());
      assertEquals(40, journal.at(Position.atSeq(40)).topology().seq());
      journal.info();
      assertEquals(before, files());
    } finally {
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    }
  }

  @Test
  void aReaderOfAFolderThatVanishesComesToAnEnd() throws Exception {
    write(new EventRecords(12).list(3));
    try (Journal journal = Journal.open(folder);
        EventCursor events = journal.events(EventQuery.ALL)) {
      assertEquals(1, required(events.next()).seq());
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(folder);
      for (int i = 2; i <= 3; i++) {
        assertEquals(i, required(events.next()).seq());
      }
      JournalException e = assertThrows(JournalException.class, events::next);
      assertTrue(message(e).startsWith(folder.toString()), e::toString);
      assertNull(events.next());
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
    return at(r, wallNs, 0);
  }

  private static EventRecord at(EventRecord r, long wallNs, int marks) {
    return EventRecord.of(r.event())
        .seq(r.seq())
        .at(wallNs, r.monoNs())
        .source(r.source())
        .certainty(r.certainty())
        .marks(marks)
        .device(r.device())
        .evidence(r.evidence())
        .build();
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
