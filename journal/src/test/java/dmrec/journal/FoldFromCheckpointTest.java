package dmrec.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dmrec.event.EventRecord;
import dmrec.event.EventRecords;
import dmrec.journal.Tampering.Document;
import dmrec.topology.Topology;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A fold that begins at a checkpoint comes to the same as one from the first record. */
class FoldFromCheckpointTest {
  private static final int FILES = 5;
  private static final int EACH = 60;
  private static final long DAY_NS = 86_400_000_000_000L;

  @TempDir
  @SuppressWarnings("NullAway.Init") // by JUnit
  Path journal;

  private final List<List<EventRecord>> folds = new ArrayList<>();

  private void write() throws JournalException {
    EventRecords records = new EventRecords(31);
    Topology plain = new Topology();
    folds.add(plain.records());
    try (JournalWriter writer = JournalWriter.open(journal, Tampering.sealedEvery(50))) {
      for (int i = 0; i < FILES * EACH; i++) {
        EventRecord r = records.next();
        EventRecord record = EventRecords.at(r, Tampering.T0 + i / EACH * DAY_NS + i);
        writer.append(record);
        writer.topology().apply(record);
        plain.apply(record);
        folds.add(plain.records());
      }
    }
  }

  private void foldsTheSame(int from) throws JournalException {
    try (JournalReader reader = JournalReader.open(journal)) {
      for (int seq = from; seq <= FILES * EACH; seq++) {
        Topology stack = reader.seekFoldSeq(seq);
        int read = 0;
        while (stack.seq() < seq || read == 0) {
          stack.apply(next(reader));
          read++;
        }
        assertEquals(folds.get(seq), stack.records(), "#" + seq);
        long wallNs = stack.wallNs();
        stack = reader.seekFoldTime(wallNs);
        do {
          stack.apply(next(reader));
        } while (stack.wallNs() < wallNs);
        assertEquals(folds.get(seq), stack.records(), "at the time of #" + seq);
      }
    }
  }

  private static EventRecord next(JournalReader reader) {
    while (true) {
      try {
        EventRecord record = reader.next();
        if (record == null) {
          throw new AssertionError("the end");
        }
        return record;
      } catch (JournalException e) {
        assertEquals(true, String.valueOf(e.getMessage()).contains("damaged"), e::toString);
      }
    }
  }

  @Test
  void atEveryNumberAndTime() throws Exception {
    write();
    foldsTheSame(1);
  }

  @Test
  void whereTheOldestFilesAreGone() throws Exception {
    write();
    Files.delete(JournalFolder.cycles(journal).get(0));
    Files.delete(JournalFolder.cycles(journal).get(0));
    foldsTheSame(2 * EACH + 1);
  }

  @Test
  void whereACheckpointIsDamaged() throws Exception {
    write();
    Path third = JournalFolder.cycles(journal).get(2);
    for (Document document : Tampering.documents(third)) {
      if (document.first() == 0xd4) {
        try (Tampering tampering = new Tampering(third)) {
          tampering.flip(document.offset() + 60, 1);
        }
      }
    }
    foldsTheSame(1);
  }
}
