package dmrec.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dmrec.event.EventRecord;
import dmrec.event.EventRecords;
import java.nio.file.Path;
import java.util.List;
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
    try (JournalWriter writer = JournalWriter.open(folder);
        JournalReader reader = JournalReader.open(folder)) {
      for (int i = 0; i < 500; i++) {
        assertNull(reader.next());
        EventRecord record = records.next();
        writer.append(record);
        assertEquals(record, reader.next());
      }
    }
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
