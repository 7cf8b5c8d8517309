package dmrec.bundle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventJson;
import dmrec.event.EventRecord;
import dmrec.event.EventRecords;
import dmrec.journal.Journal;
import dmrec.journal.JournalException;
import dmrec.journal.JournalOptions;
import dmrec.journal.JournalWriter;
import dmrec.journal.Journals;
import dmrec.journal.Verification;
import dmrec.topology.Topology;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A file of events becomes a journal with the same events, or nothing at all. */
class EventsImportTest {
  @TempDir
  @SuppressWarnings("NullAway.Init") // by JUnit
  Path folder;

  private Path file(List<EventRecord> records) throws IOException {
    return Files.write(
        folder.resolve("events.ndjson"), records.stream().map(EventJson::write).toList());
  }

  private String failure(String text) throws IOException {
    Path file = Files.writeString(folder.resolve("bad.ndjson"), text);
    Path journal = folder.resolve("bad");
    String message =
        String.valueOf(
            assertThrows(JournalException.class, () -> EventsImport.of(file, journal))
                .getMessage());
    assertFalse(Files.exists(journal));
    assertTrue(message.startsWith(file.toString()), message);
    return message.substring(file.toString().length());
  }

  @Test
  void eventsOfEveryKindComeBackAsTheyWere() throws IOException {
    List<EventRecord> records = new EventRecords(3).list(2000);
    Path journal = folder.resolve("journal");

    EventsImport told = EventsImport.of(file(records), journal);

    assertEquals(new EventsImport(2000, 1, 2000, false), told);
    assertEquals(records, Journals.events(journal));
    assertEquals(List.of(), Journal.verify(journal, null, Verification.Progress.NONE).findings());
  }

  @ParameterizedTest
  @ValueSource(strings = {"failover", "lost-disk"})
  void theSamplesAreImportedWithTheirNumbers(String name) throws IOException {
    Path sample = Journals.stored(name);
    Path journal = folder.resolve("journal");

    EventsImport told = EventsImport.of(sample, journal);

    assertFalse(told.isRenumbered());
    List<EventRecord> expected = Journals.storedEvents(name);
    assertEquals(expected, Journals.events(journal));
  }

  @Test
  void theEventsOfAPartGetNumbersFromOne() throws IOException {
    List<EventRecord> records = new EventRecords(4).list(100);
    Path journal = folder.resolve("journal");

    EventsImport told = EventsImport.of(file(records.subList(40, 60)), journal);

    assertEquals(new EventsImport(20, 41, 60, true), told);
    assertEquals(1, Journals.events(journal).get(0).seq());
    assertEquals(records.get(59).withSeq(20), Journals.events(journal).get(19));
  }

  @Test
  void aHoleInTheNumbersIsClosed() throws IOException {
    List<EventRecord> records = new ArrayList<>(new EventRecords(5).list(10));
    records.remove(4);

    EventsImport told = EventsImport.of(file(records), folder.resolve("journal"));

    assertEquals(new EventsImport(9, 1, 10, true), told);
  }

  @Test
  void anEmptyFileIsAnEmptyJournal() throws IOException {
    assertEquals(
        new EventsImport(0, 0, 0, false),
        EventsImport.of(file(List.of()), folder.resolve("journal")));
    assertEquals(List.of(), Journals.events(folder.resolve("journal")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}|:1: column 1: the field \"kind\" is missing",
        "[]|:1: column 1: expected an object",
        "{\"kind\":\"gone_fishing\"}|found \"gone_fishing\"",
        "{\"kind\":\"gap\",\"kind\":\"gap\"}|Duplicate",
        "{\"kind\":|:1: ",
        "rubbish|:1: ",
      })
  void aLineThatIsNoEventIsNamed(String line, String expected) throws IOException {
    String found = failure(line + "\n");

    assertTrue(found.contains(expected), found);
  }

  @Test
  void theLineIsCountedBehindEmptyOnes() throws IOException {
    String good = EventJson.write(new EventRecords(6).next());

    String found = failure("\n" + good + "\n\r\n  \n" + good + "\nno\n" + good);

    assertTrue(found.startsWith(":6: "), found);
  }

  @Test
  void bytesThatAreNoTextAreRefused() throws IOException {
    Path file = Files.write(folder.resolve("bad"), new byte[] {'{', (byte) 0xff, '}'});

    JournalException e =
        assertThrows(
            JournalException.class, () -> EventsImport.of(file, folder.resolve("journal")));

    assertTrue(
        String.valueOf(e.getMessage()).endsWith(":1: expected UTF-8, found bytes that are none"));
  }

  @Test
  void aLineWithoutEndIsRefused() {
    InputStream endless =
        new InputStream() {
          @Override
          public int read() {
            return ' ';
          }

          @Override
          public int read(byte[] to, int at, int length) {
            Arrays.fill(to, at, at + length, (byte) ' ');
            return length;
          }
        };

    JournalException e =
        assertThrows(
            JournalException.class,
            () -> EventsImport.of(EventsReader.of("pipe", endless), folder.resolve("journal")));

    assertEquals(
        "pipe:1: expected a line of at most 33554432 bytes, found a longer one", e.getMessage());
  }

  @Test
  void aLineOfMillionsOfValuesIsRefused() throws IOException {
    String found = failure("{\"kind\":\"gap\",\"x\":[" + "1,".repeat(8 << 20) + "1]}\n");

    assertTrue(found.startsWith(":1: "), found);
  }

  @Test
  void deepNestingIsRefused() throws IOException {
    String found = failure("{\"x\":" + "[".repeat(1_000_000) + "\n");

    assertTrue(found.startsWith(":1: "), found);
  }

  @Test
  void timesThatGoBackAtEveryEventAreRefused() throws IOException {
    EventRecord record = new EventRecords(8).next();
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 5_000; i++) {
      long day = i % 2;
      lines
          .append(EventJson.write(EventRecords.at(record, day * 86_400_000_000_000L)))
          .append('\n');
    }

    String found = failure(lines.toString());

    assertTrue(found.contains("for the 2001th time"), found);
  }

  @Test
  void aStackThatWouldBeWrittenAgainEveryDayIsRefused() throws Exception {
    Topology stack = new Topology();
    Journals.storedEvents("failover").forEach(stack::apply);
    long bytes;
    Path begun = folder.resolve("begun");
    try (JournalWriter writer = JournalWriter.begin(begun, JournalOptions.usual(), stack)) {
      bytes = writer.stateBytes();
    }
    assertTrue(bytes > 1000, bytes + " bytes of " + stack.records().size() + " records");
    DmEvent quiet = new DmEvent.ClockStepped(1, 1);
    StringBuilder lines = new StringBuilder();
    EventRecord any = new EventRecords(8).next();
    for (int day = 0; day < 20; day++) {
      EventRecord record = any.toBuilder().actor(null).device(DeviceRef.NONE).event(quiet).build();
      lines
          .append(EventJson.write(EventRecords.at(record, day * 86_400_000_000_000L)))
          .append('\n');
    }
    Path file = Files.writeString(folder.resolve("days.ndjson"), lines);
    Path journal = folder.resolve("days");

    EventsImport.of(
        EventsReader.open(file),
        folder.resolve("roomy"),
        stack,
        EventsImport.Change.NONE,
        told -> null,
        new FilesOfDays(20 * bytes));
    JournalException e =
        assertThrows(
            JournalException.class,
            () ->
                EventsImport.of(
                    EventsReader.open(file),
                    journal,
                    stack,
                    EventsImport.Change.NONE,
                    told -> null,
                    new FilesOfDays(20 * bytes - 1)));

    assertTrue(String.valueOf(e.getMessage()).endsWith("too large for file 20"), e.getMessage());
    assertFalse(Files.exists(journal));
  }

  @Test
  void aFileThatIsNotThereIsNamed() {
    JournalException e =
        assertThrows(
            JournalException.class,
            () -> EventsImport.of(folder.resolve("none"), folder.resolve("journal")));

    assertEquals(
        folder.resolve("none") + ": cannot read it: there is no such file", e.getMessage());
    assertFalse(Files.exists(folder.resolve("journal")));
  }

  @Test
  void changedBytesAreAnEventOrAnError() throws IOException {
    SplittableRandom random = new SplittableRandom(9);
    byte[] good =
        EventJson.write(new EventRecords(10).list(1).get(0)).getBytes(StandardCharsets.UTF_8);
    int refused = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = good.clone();
      for (int n = random.nextInt(3); n >= 0; n--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      try (EventsReader reader = EventsReader.of("fuzz", new java.io.ByteArrayInputStream(bytes))) {
        while (reader.next() != null) {
          // Whatever it is, it is an event.
        }
      } catch (JournalException e) {
        refused++;
      }
    }
    assertTrue(refused > 0);
  }
}
