package dmrec.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.EventRecord;
import dmrec.event.EventRecords;
import dmrec.topology.Device;
import dmrec.topology.Topology;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A copy of a part of a journal stands alone: it begins with the stack that the part found. */
class BeginningStackTest {
  private static final int COUNT = 600;

  @TempDir
  @SuppressWarnings("NullAway.Init") // by JUnit
  Path folder;

  private final List<EventRecord> all = new EventRecords(7).list(COUNT);

  private Topology fold(int events) {
    Topology fold = new Topology();
    all.subList(0, events).forEach(fold::apply);
    return fold;
  }

  private Path copy(int from) throws IOException {
    return copy(from, 0);
  }

  /** A copy whose first event bears the number behind {@code base}. */
  private Path copy(int from, int base) throws IOException {
    Path copy = folder.resolve("copy" + from);
    try (JournalWriter writer =
        JournalWriter.begin(copy, JournalOptions.usual(), fold(from).withSeq(base))) {
      for (EventRecord record : all.subList(from, COUNT)) {
        writer.append(record);
      }
    }
    return copy;
  }

  @Test
  void theStackThatAWriterBeginsWithStaysAsItIs() throws IOException {
    Topology before = fold(250);

    try (JournalWriter writer =
        JournalWriter.begin(folder.resolve("copy"), JournalOptions.usual(), before)) {
      for (EventRecord record : all.subList(250, COUNT)) {
        writer.append(record);
      }
    }

    assertSame(fold(250), before);
    assertEquals(250, before.seq());
  }

  private static void assertSame(Topology expected, Topology actual) {
    assertEquals(List.copyOf(expected.devices()), List.copyOf(actual.devices()));
    assertEquals(List.copyOf(expected.disks()), List.copyOf(actual.disks()));
    assertEquals(expected.recording(), actual.recording());
    assertEquals(expected.isStopped(), actual.isStopped());
    for (Device device : expected.devices()) {
      assertEquals(expected.uncounted(device.dev()), actual.uncounted(device.dev()));
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "1, 0", "1, 1", "250, 0", "250, 250", "599, 0", "599, 599"})
  void theStackIsTheSameAtEveryEventOfACopyOfAPart(int from, int base) throws IOException {
    Path copy = copy(from, base);
    Topology expected = fold(from);

    try (Journal journal = Journal.open(copy);
        EventCursor events = journal.events(EventQuery.ALL)) {
      Topology read = journal.at(Position.atSeq(base)).topology();
      assertSame(expected, read);
      if (!expected.records().isEmpty()) {
        assertEquals(base, read.seq());
      }
      for (int seq = base; seq <= base + COUNT - from; seq++) {
        if (seq > base) {
          EventRecord record = events.next();
          assertNotNull(record);
          EventRecord original = all.get(from + seq - base - 1);
          assertEquals(original.withSeq(seq), record);
          read.apply(record);
          expected.apply(original);
          assertSame(expected, read);
        }
        Snapshot found = journal.at(Position.atSeq(seq));
        assertEquals(Damage.NONE, found.damage());
        assertSame(expected, found.topology());
        if (seq > base || !expected.records().isEmpty()) {
          assertFalse(found.isBeforeJournal(), "#" + seq);
          assertEquals(seq, found.topology().seq());
          assertEquals(expected.wallNs(), found.topology().wallNs());
        }
      }
      assertTrue(journal.at(Position.atSeq(-1)).isBeforeJournal());
    }
  }

  @Test
  void verifyFindsNothingWrongWithACopyOfAPart() throws IOException {
    Verification verification = Journal.verify(copy(300, 300), null, Verification.Progress.NONE);

    assertEquals(List.of(), verification.findings());
    assertEquals(300, verification.events());
  }

  @Test
  void aWriterGoesOnBehindACopy() throws IOException {
    Path copy = copy(300, 300);

    try (JournalWriter writer = JournalWriter.open(copy)) {
      assertSame(fold(COUNT), writer.topology().copy());
      assertEquals(COUNT + 1, writer.append(all.get(0)));
    }
    assertEquals(301, Journals.events(copy).size());
    assertEquals(List.of(), Journal.verify(copy, null, Verification.Progress.NONE).findings());
  }

  @Test
  void aFolderThatHoldsAnythingIsRefused() throws IOException {
    Path note = Files.writeString(Files.createDirectory(folder.resolve("full")).resolve("n"), "");
    Path full = note.resolveSibling("");

    JournalException e =
        assertThrows(
            JournalException.class,
            () -> JournalWriter.begin(full, JournalOptions.usual(), new Topology()));

    assertTrue(
        String.valueOf(e.getMessage()).contains("expected an empty folder or none, found n"));
    try (Stream<Path> files = Files.list(full)) {
      assertEquals(1, files.count());
    }
  }

  @Test
  void aJournalThatExistsIsNotWrittenTo() throws IOException {
    Path copy = copy(500);

    assertThrows(
        JournalException.class,
        () -> JournalWriter.begin(copy, JournalOptions.usual(), new Topology()));
    assertEquals(100, Journals.events(copy).size());
  }
}
