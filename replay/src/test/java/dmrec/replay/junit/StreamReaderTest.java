package dmrec.replay.junit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.EventRecord;
import dmrec.journal.JournalException;
import dmrec.journal.Journals;
import dmrec.topology.Topology;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A journal's folder is a recording like any other. */
class StreamReaderTest {
  @TempDir
  @SuppressWarnings("NullAway.Init") // by JUnit
  Path folder;

  @BeforeEach
  void importTheSample() throws IOException {
    Journals.sample("failover", folder.resolve("journal"));
  }

  private Path journal() {
    return folder.resolve("journal");
  }

  private ReplayedStream read(String from, String to) throws IOException {
    return new StreamReader(journal().toString(), Set.of(), from, to).read(StreamReaderTest.class);
  }

  @Test
  void allOfAJournalIsRead() throws Exception {
    assertEquals(Journals.events(journal()), read("", "").records());
  }

  @Test
  void aPartBeginsWithTheStackBeforeIt() throws Exception {
    List<EventRecord> all = Journals.events(journal());
    Topology before = new Topology();
    all.subList(0, 98).forEach(before::apply);

    for (String from : List.of("#99", "2026-11-22T09:53:04.897019400Z")) {
      ReplayedStream stream = read(from, "#112");

      assertEquals(all.subList(98, 112), stream.records());
      assertEquals(before.records(), stream.topology().records());
    }
  }

  @Test
  void aJournalThatIsDamagedInOrBeforeThePartProvesNothing() throws Exception {
    Journals.damage(journal(), 60);

    for (String from : List.of("", "#50", "#61")) {
      JournalException e = assertThrows(JournalException.class, () -> read(from, ""));

      assertTrue(String.valueOf(e.getMessage()).contains("behind #59 is damaged"), e.getMessage());
    }
    assertEquals(59, read("", "#59").records().size());
  }
}
