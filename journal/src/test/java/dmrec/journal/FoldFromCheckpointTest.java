package dmrec.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.EventRecord;
import dmrec.event.EventRecords;
import dmrec.journal.Tampering.Document;
import dmrec.journal.file.JournalFolder;
import dmrec.topology.Topology;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
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
        plain.apply(record);
        folds.add(plain.records());
      }
    }
  }

  /** What was damaged on the way to any of them. */
  private Set<String> foldsTheSame(int from) throws JournalException {
    Set<String> damage = new TreeSet<>();
    try (Journal opened = Journal.open(journal)) {
      for (int seq = from; seq <= FILES * EACH; seq++) {
        Snapshot found = opened.at(Position.atSeq(seq));
        damage.addAll(found.damage().messages());
        assertEquals(folds.get(seq), found.topology().records(), "#" + seq);
        assertEquals(seq, found.topology().seq());
        found = opened.at(Position.atTime(found.topology().wallNs()));
        damage.addAll(found.damage().messages());
        assertEquals(folds.get(seq), found.topology().records(), "at the time of #" + seq);
      }
    }
    return damage;
  }

  @Test
  void atEveryNumberAndTime() throws Exception {
    write();
    assertEquals(Set.of(), foldsTheSame(1));
  }

  @Test
  void whereTheOldestFilesAreGone() throws Exception {
    write();
    Files.delete(JournalFolder.cycles(journal).get(0));
    Files.delete(JournalFolder.cycles(journal).get(0));
    assertEquals(Set.of(), foldsTheSame(2 * EACH + 1));
  }

  @Test
  void whereACheckpointIsDamaged() throws Exception {
    write();
    Path third = JournalFolder.cycles(journal).get(2);
    int checkpoints = 0;
    for (Document document : Tampering.documents(third)) {
      if (document.first() == 0xd4) {
        checkpoints++;
        try (Tampering tampering = new Tampering(third)) {
          tampering.flip(document.offset() + 60, 1);
        }
      }
    }
    Set<String> damage = foldsTheSame(1);
    assertTrue(damage.stream().allMatch(text -> text.contains(third.toString())), damage::toString);
    assertEquals(checkpoints, damage.size(), damage::toString);
  }
}
