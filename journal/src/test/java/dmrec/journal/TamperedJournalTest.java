package dmrec.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.EventRecord;
import dmrec.event.EventRecords;
import dmrec.journal.Finding.Kind;
import dmrec.journal.Tampering.Document;
import dmrec.journal.file.JournalFolder;
import dmrec.journal.file.RecordLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** What somebody does to a journal's files, and what a verification says of it. */
@ParameterizedClass
@ValueSource(ints = {1, 2})
class TamperedJournalTest extends DailyJournals {
  private static boolean names(List<Finding> findings, Kind kind, long seq) {
    return findings.stream()
        .anyMatch(f -> f.kind() == kind && f.firstSeq() <= seq && seq <= f.lastSeq());
  }

  @Test
  void severalFilesAreIntact() throws Exception {
    Path journal = journal("journal", 4, 120);
    Verification v = Tampering.verify(journal);
    assertEquals(List.of(), v.findings());
    assertEquals(480, v.events());
    assertEquals(480, v.sealed().seq());
    assertEquals(4, v.files());
    assertTrue(v.isIntact());
  }

  @Test
  void aRecorderThatIsBegunAgainGoesOnInTheSameChain() throws Exception {
    Path journal = journal("journal", 1, 70);
    for (int i = 0; i < 3; i++) {
      try (JournalWriter writer = JournalWriter.open(journal, Tampering.sealedEvery(50))) {
        Tampering.append(writer, 70, 1_000_000L);
      }
    }
    assertEquals(List.of(), Tampering.verify(journal).findings());
    assertEquals(280, Tampering.verify(journal).sealed().seq());
  }

  @Test
  void recordsThatAreRemovedSwappedDoubledOrForgedAreNamed() throws Exception {
    Path journal = journal("journal", 1, 200);
    Path file = file(journal, 0);
    List<Document> sound = Tampering.documents(file);
    byte[] before = Files.readAllBytes(file);
    for (long seq : new long[] {1, 2, 49, 50, 51, 100, 151, 199, 200}) {
      int at = place(sound, seq);
      List<byte[]> documents = Tampering.bytes(sound);
      documents.remove(at);
      Tampering.replaceAll(file, documents);
      List<Finding> found = wrong(journal);
      assertTrue(names(found, Kind.MISSING, seq), seq + " removed: " + found);

      documents = Tampering.bytes(sound);
      documents.add(at, documents.get(at));
      Tampering.replaceAll(file, documents);
      found = wrong(journal);
      assertTrue(names(found, Kind.DUPLICATED, seq), seq + " doubled: " + found);

      documents = Tampering.bytes(sound);
      documents.set(at, Tampering.forged(documents.get(at), RecordLayout.WALL_NS));
      Tampering.replaceAll(file, documents);
      found = wrong(journal);
      assertTrue(names(found, Kind.CHANGED, seq), seq + " changed: " + found);
      assertEquals(1, found.size(), found::toString);

      documents = Tampering.bytes(sound);
      documents.set(at, Tampering.forged(documents.get(at), RecordLayout.SEQ));
      Tampering.replaceAll(file, documents);
      found = wrong(journal);
      assertTrue(names(found, Kind.CHANGED, seq), seq + " numbered anew: " + found);

      documents = Tampering.bytes(sound);
      documents.set(at, documents.get(place(sound, seq == 120 ? 130 : 120)));
      Tampering.replaceAll(file, documents);
      found = wrong(journal);
      assertFalse(found.isEmpty(), seq + " replaced");
      assertTrue(
          names(found, Kind.CHANGED, seq)
              || names(found, Kind.MISSING, seq)
              || names(found, Kind.DAMAGED, seq),
          seq + " replaced: " + found);
    }
    for (long seq : new long[] {1, 30, 120, 180}) {
      List<byte[]> documents = Tampering.bytes(sound);
      Collections.swap(documents, place(sound, seq), place(sound, seq + 5));
      Tampering.replaceAll(file, documents);
      List<Finding> found = wrong(journal);
      assertTrue(names(found, Kind.MOVED, seq), seq + " swapped: " + found);
      assertTrue(names(found, Kind.MOVED, seq + 5), seq + " swapped: " + found);
    }
    Tampering.replaceAll(file, Tampering.bytes(sound));
    assertEquals(List.of(), wrong(journal));
    Files.write(file, before);
    assertEquals(List.of(), Tampering.verify(journal).findings());
  }

  @Test
  void sealsThatAreRemovedAreMissed() throws Exception {
    Path journal = journal("journal", 1, 300);
    Path file = file(journal, 0);
    List<Document> sound = Tampering.documents(file);
    for (int i = 0; i < sound.size() - 1; i++) {
      if (sound.get(i).isSeal()) {
        List<byte[]> documents = Tampering.bytes(sound);
        documents.remove(i);
        Tampering.replaceAll(file, documents);
        assertEquals(Set.of(Kind.MISSING), kinds(wrong(journal)), "document " + i);
      }
    }
    Tampering.replaceAll(file, Tampering.bytes(sound.stream().filter(d -> !d.isSeal()).toList()));
    assertEquals(Set.of(Kind.SEAL_ABSENT), kinds(wrong(journal)));
  }

  @Test
  void aFileCutAtAnyLengthIsTold() throws Exception {
    Path journal = journal("journal", 1, 60);
    Path file = file(journal, 0);
    byte[] sound = Files.readAllBytes(file);
    List<Document> documents = Tampering.documents(file);
    Document last = documents.get(documents.size() - 1);
    int end = (int) last.offset() + 4 + (last.length() + 3) / 4 * 4;
    try (Tampering tampering = new Tampering(file)) {
      for (int length = end - 1; length >= 0; length -= length > 40_000 ? 1 : 97) {
        tampering.truncate(length);
        boolean told;
        try {
          told = !Tampering.verify(journal).isIntact();
        } catch (JournalException e) {
          told = true;
        }
        assertTrue(told, "cut at " + length);
      }
      tampering.write(0, sound);
    }
    assertEquals(List.of(), Tampering.verify(journal).findings());
  }

  @Test
  void filesThatAreRemovedAreMissedButForTheLast() throws Exception {
    for (int gone = 0; gone < 4; gone++) {
      Path journal = journal("journal" + gone, 4, 120);
      Files.delete(file(journal, gone));
      List<Finding> found = wrong(journal);
      if (gone < 3) {
        assertEquals(Set.of(Kind.FILE_MISSING), kinds(found), found::toString);
        assertEquals(gone * 120 + 1, found.get(0).firstSeq());
        assertEquals(gone * 120 + 120, found.get(0).lastSeq());
      } else {
        assertEquals(List.of(), found);
        assertTrue(
            Tampering.verify(journal).notProved().toString().contains("an end cut off"),
            "an end that is gone is not proved");
      }
    }
  }

  @Test
  void filesThatAreReplacedAreTold() throws Exception {
    Path journal = journal("journal", 4, 120);
    Path other = journal("other", 4, 120);
    for (int i = 0; i < 4; i++) {
      byte[] sound = Files.readAllBytes(file(journal, i));
      Files.copy(
          file(other, i), file(journal, i), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      assertTrue(kinds(wrong(journal)).contains(Kind.FILE_OF_ANOTHER_JOURNAL), "file " + i);

      Files.write(file(journal, i), new byte[0]);
      assertFalse(wrong(journal).isEmpty(), "empty file " + i);
      Files.write(file(journal, i), sound);
    }
    // A copy of a file whose end is older: cut at a seal, and well formed.
    Path second = file(journal, 1);
    List<Document> documents = Tampering.documents(second);
    int seal = 0;
    for (int i = 0; i < documents.size() - 1; i++) {
      seal = documents.get(i).isSeal() ? i : seal;
    }
    byte[] sound = Files.readAllBytes(second);
    Tampering.replaceAll(second, Tampering.bytes(documents.subList(0, seal + 1)));
    assertTrue(
        names(wrong(journal), Kind.MISSING, 240) || names(wrong(journal), Kind.FILE_REPLACED, 240),
        wrong(journal)::toString);
    Files.write(second, sound);

    Path copy = second.resolveSibling("20300101-0000.cq4");
    Files.copy(second, copy);
    assertEquals(Set.of(Kind.FILE_DUPLICATED), kinds(wrong(journal)));
    Files.delete(second);
    assertEquals(Set.of(Kind.FILE_ORDER), kinds(wrong(journal)));
  }

  @Test
  void whatRetentionRemovedIsFine() throws Exception {
    JournalOptions options = Tampering.sealedEvery(50).with(new RetentionPolicy(2 * DAY_NS, 0));
    Path journal = journal("journal", 6, 120, options);
    Verification v = Tampering.verify(journal);
    assertTrue(v.isIntact(), () -> v.findings().toString());
    assertEquals(
        List.of(Kind.REMOVED_BY_RETENTION), v.findings().stream().map(Finding::kind).toList());
    assertTrue(v.firstSeq() > 1);

    Files.delete(file(journal, 0));
    assertEquals(Set.of(Kind.FILE_MISSING), kinds(wrong(journal)));
  }

  // Living journals.

  @Test
  void aJournalThatIsBeingWrittenIsNeverBlamed() throws Exception {
    Path journal = folder.resolve("journal");
    AtomicBoolean stop = new AtomicBoolean();
    JournalOptions options =
        Tampering.sealedEvery(40)
            .with(new SealPolicy(40, 1_000_000_000L))
            .with(new RetentionPolicy(3 * DAY_NS, 0));
    JournalWriter writer = JournalWriter.open(journal, options);
    Tampering.append(writer, 1, 1_000_000L);
    List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
    Thread thread =
        new Thread(
            () -> {
              try {
                for (long i = 1; !stop.get(); i++) {
                  EventRecord e = Tampering.event(writer.lastSeq() + 1, 1_000L);
                  EventRecord record = at(e, e.wallNs() + i / 500 * DAY_NS);
                  writer.append(record);
                  if (i % 20 == 0) {
                    Thread.sleep(1);
                  }
                }
                writer.close();
              } catch (Throwable e) {
                failures.add(e);
              }
            });
    thread.start();
    long untilNs = System.nanoTime() + 5_000_000_000L;
    int verified = 0;
    while (verified <= 10 || (verified < 2000 && System.nanoTime() < untilNs)) {
      Verification v = Tampering.verify(journal);
      assertTrue(v.isIntact(), () -> v.findings().toString());
      verified++;
    }
    Path copy = Files.createDirectory(folder.resolve("copy"));
    stop.set(true);
    thread.join();
    assertEquals(List.of(), failures);
    assertTrue(verified > 10, verified + " verifications");
    for (Path file : JournalFolder.cycles(journal)) {
      Files.copy(file, copy.resolve(file.getFileName()));
    }
    assertTrue(Tampering.verify(copy).isIntact());
    assertTrue(Tampering.verify(journal).isIntact());
  }

  @Test
  void theTailOfAWriterThatWasKilledIsFineAndVouchedForLater() throws Exception {
    Path living = folder.resolve("living");
    Path killed = Files.createDirectory(folder.resolve("killed"));
    try (JournalWriter writer = JournalWriter.open(living, Tampering.sealedEvery(50))) {
      Tampering.append(writer, 70, 1_000_000L);
      for (Path file : JournalFolder.cycles(living)) {
        Files.copy(file, killed.resolve(file.getFileName()));
      }
    }
    Verification v = Tampering.verify(killed);
    assertTrue(v.isIntact());
    assertEquals(List.of(Kind.UNFINISHED_TAIL), v.findings().stream().map(Finding::kind).toList());
    assertTrue(v.sealed().seq() < 70);

    try (JournalWriter writer = JournalWriter.open(killed, Tampering.sealedEvery(50))) {
      Tampering.append(writer, 70, 1_000_000L);
    }
    v = Tampering.verify(killed);
    assertTrue(v.isIntact(), v.findings()::toString);
    assertEquals(List.of(Kind.SEALED_LATER), v.findings().stream().map(Finding::kind).toList());
    assertEquals(140, v.sealed().seq());
    // And what it vouches for cannot be changed.
    Path first = file(killed, 0);
    List<Document> documents = Tampering.documents(first);
    List<byte[]> bytes = Tampering.bytes(documents);
    int at = place(documents, 69);
    bytes.set(at, Tampering.forged(bytes.get(at), RecordLayout.MARKS));
    Tampering.replaceAll(first, bytes);
    assertEquals(Set.of(Kind.FILE_REPLACED), kinds(wrong(killed)));
  }

  @Test
  void aWriterTellsOfEachFileAtTheEndThatHoldsNothing() throws Exception {
    Path journal = journal("journal", 4, 120);
    Files.write(file(journal, 2), new byte[0]);
    Files.write(file(journal, 3), new byte[4096]);
    List<String> names =
        List.of(JournalFolder.nameOf(file(journal, 2)), JournalFolder.nameOf(file(journal, 3)));

    try (JournalWriter writer = JournalWriter.open(journal)) {
      writer.append(new EventRecords(7).next(dmrec.event.Kind.UEVENT));
    }

    String gap =
        Journals.read(journal).events().stream()
            .filter(event -> event.kind() == dmrec.event.Kind.GAP)
            .findFirst()
            .orElseThrow()
            .toString();
    names.forEach(name -> assertTrue(gap.contains(name), gap));
  }
}
