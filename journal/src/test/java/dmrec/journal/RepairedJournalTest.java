package dmrec.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.EventRecord;
import dmrec.journal.Tampering.Document;
import dmrec.journal.file.EventScanner;
import dmrec.journal.file.WriterLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** What a repair copies of a damaged journal, and what it tells of the rest. */
@ParameterizedClass
@ValueSource(ints = {1, 2})
class RepairedJournalTest extends DailyJournals {
  @Test
  void aRepairTellsOfALostFileNoMoreThanTheWriterBehindIt() throws Exception {
    Path journal = journal("journal", 1, 120);
    Files.write(journal.resolve("20261231-0000.cq4"), new byte[4096]);
    try (JournalWriter writer = JournalWriter.open(journal, Tampering.sealedEvery(50))) {
      Tampering.append(writer, 10, 1_000_000L);
    }
    Path repaired = folder.resolve("repaired");
    JournalRepair.Result result = JournalRepair.copy(journal, repaired);
    assertEquals(131, result.copied());
    assertEquals(0, result.gaps());
    assertEquals(121, Journals.first(repaired, dmrec.event.Kind.GAP).seq());
  }

  @Test
  void aRepairedJournalHasAllThatIsSoundAndAGapForTheRest() throws Exception {
    Path journal = journal("journal", 3, 120);
    Path second = file(journal, 1);
    List<Document> documents = Tampering.documents(second);
    try (Tampering tampering = new Tampering(second)) {
      for (long seq = 140; seq < 145; seq++) {
        tampering.flip(documents.get(place(documents, seq)).offset() + 40, 3);
      }
    }
    Files.setPosixFilePermissions(journal, PosixFilePermissions.fromString("r-x------"));
    Path repaired = folder.resolve("repaired");
    JournalRepair.Result result = JournalRepair.copy(journal, repaired);
    Files.setPosixFilePermissions(journal, PosixFilePermissions.fromString("rwx------"));
    assertEquals(355, result.copied());
    assertEquals(5, result.missing());
    assertEquals(List.of(new JournalRepair.Shift(145, -4)), result.shifts());
    Verification v = Tampering.verify(repaired);
    assertEquals(List.of(), v.findings());
    assertEquals(356, v.events());
  }

  @Test
  void whereTheLossEndsAtAFileItsCheckpointIsTold() throws Exception {
    Path journal = journal("journal", 3, 120);
    Path third = file(journal, 2);
    List<EventRecord> state;
    try (EventScanner scanner = EventScanner.open(third, true)) {
      assertEquals(EventScanner.Found.STATE, scanner.next(true));
      state = scanner.state().records();
    }
    Files.delete(file(journal, 1));
    Path repaired = folder.resolve("repaired");
    JournalRepair.Result result = JournalRepair.copy(journal, repaired);
    assertEquals(120, result.missing());
    assertTrue(Tampering.verify(repaired).isIntact());
    dmrec.topology.Topology folded = new dmrec.topology.Topology();
    Journals.events(repaired).subList(0, 120 + 1 + state.size()).forEach(folded::apply);
    assertEquals(
        state.stream().map(EventRecord::event).toList(),
        folded.records().stream().map(EventRecord::event).toList());
  }

  @Test
  void aJournalWhoseWriterHasJustComeIsCopiedAsOneWithoutEvents(@TempDir Path temp)
      throws Exception {
    Path begun = Files.createDirectory(temp.resolve("begun"));
    Files.createFile(begun.resolve(WriterLock.FILE));

    JournalRepair.Result result = JournalRepair.copy(begun, temp.resolve("copy"));

    assertEquals(0, result.copied());
    assertEquals(0, result.gaps());
  }
}
