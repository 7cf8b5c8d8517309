package dmrec.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.EventRecord;
import dmrec.event.EventRecords;
import dmrec.journal.Finding.Kind;
import dmrec.journal.Tampering.Document;
import dmrec.journal.file.Chain;
import dmrec.journal.file.DocumentScanner;
import dmrec.journal.file.EventScanner;
import dmrec.journal.file.FileHeader;
import dmrec.journal.file.JournalFolder;
import dmrec.journal.file.RecordLayout;
import dmrec.journal.file.SealRecord;
import dmrec.journal.file.WriterLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** What somebody does to a journal's files, and what a verification says of it. */
@ParameterizedClass
@ValueSource(ints = {1, 2})
class TamperedJournalTest {
  /** In which format the journals begin; those that are signed are of the present one. */
  @Parameter int version;

  private static final long DAY_NS = 86_400_000_000_000L;

  @TempDir
  @SuppressWarnings("NullAway.Init") // by JUnit
  Path folder;

  private Path journal(String name, int files, int eventsEach) throws Exception {
    return journal(name, files, eventsEach, Tampering.sealedEvery(50));
  }

  /** A journal of several files, one for each day. */
  private Path journal(String name, int files, int eventsEach, JournalOptions options)
      throws Exception {
    Path journal = folder.resolve(name);
    try (JournalWriter writer = JournalWriter.open(journal, options)) {
      for (int i = 0; i < files * eventsEach; i++) {
        EventRecord e = Tampering.event(i + 1, 1_000_000L);
        EventRecord record = at(e, e.wallNs() + i / eventsEach * DAY_NS);
        writer.append(record);
      }
    }
    if (version == 1 && options.key() == null) {
      Format1Journals.rewrite(journal);
    }
    return journal;
  }

  private static EventRecord at(EventRecord r, long wallNs) {
    return r.toBuilder()
        .at(wallNs, r.monoNs())
        .notBeforeNs(0)
        .kernelNs(0)
        .marks(0)
        .actor(null)
        .build();
  }

  private static List<Finding> wrong(Path journal) throws JournalException {
    return Tampering.verify(journal).findings().stream().filter(f -> !f.isFine()).toList();
  }

  private static Set<Kind> kinds(List<Finding> findings) {
    return findings.stream().map(Finding::kind).collect(Collectors.toSet());
  }

  private static boolean names(List<Finding> findings, Kind kind, long seq) {
    return findings.stream()
        .anyMatch(f -> f.kind() == kind && f.firstSeq() <= seq && seq <= f.lastSeq());
  }

  private Path file(Path journal, int index) throws JournalException {
    return JournalFolder.cycles(journal).get(index);
  }

  private static int place(List<Document> documents, long seq) {
    for (int i = 0; i < documents.size(); i++) {
      if (documents.get(i).seq() == seq) {
        return i;
      }
    }
    throw new AssertionError("#" + seq);
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

  // Keys.

  @Test
  void signaturesAreCheckedAgainstTheKeyThatIsGiven() throws Exception {
    SigningKey key = SigningKey.create(folder.resolve("key"), DAY_NS, Tampering.T0);
    Path journal = journal("journal", 4, 120, Tampering.sealedEvery(50).with(key));
    Verification v = Journal.verify(journal, key.publicKey(), Verification.Progress.NONE);
    assertEquals(List.of(), v.findings());
    assertEquals(key.publicKey(), v.publicKey());
    assertEquals(3, v.epochs());

    SigningKey wrong = SigningKey.create(folder.resolve("wrong"), DAY_NS, 0);
    v = Journal.verify(journal, wrong.publicKey(), Verification.Progress.NONE);
    assertEquals(Set.of(Kind.KEY_WRONG), kinds(v.findings()));

    try (JournalWriter writer =
        JournalWriter.open(
            journal,
            new JournalOptions(
                SyncPolicy.OS,
                new SealPolicy(50, 0),
                RetentionPolicy.KEEP_ALL,
                0,
                null,
                true,
                false,
                "",
                notice -> {}))) {
      Tampering.append(writer, 60, 1_000_000L);
    }
    List<Finding> found = wrong(journal);
    assertEquals(Set.of(Kind.SIGNATURE_ABSENT), kinds(found));
    assertTrue(found.get(0).text().startsWith("signed until #480"), found::toString);
    v = Journal.verify(journal("unsigned", 1, 60), key.publicKey(), Verification.Progress.NONE);
    assertEquals(Set.of(Kind.SIGNATURE_ABSENT), kinds(v.findings()));
  }

  @Test
  void aPastThatIsSealedAnewWithTheStolenPresentKeyIsFound() throws Exception {
    SigningKey key = SigningKey.create(folder.resolve("key"), DAY_NS, Tampering.T0);
    Path journal = journal("journal", 4, 120, Tampering.sealedEvery(50).with(key));
    SigningKey stolen = SigningKey.read(folder.resolve("key"));
    sealAnew(journal, 130, stolen);
    Verification v = Journal.verify(journal, key.publicKey(), Verification.Progress.NONE);
    assertTrue(kinds(v.findings()).contains(Kind.SEALED_ANEW), () -> v.findings().toString());
    assertTrue(
        Set.of(Kind.SEALED_ANEW, Kind.SIGNATURE_WRONG).containsAll(kinds(v.findings())),
        () -> v.findings().toString());
  }

  /** Changes one record and makes all links, values and signatures behind it right again. */
  private static void sealAnew(Path journal, long seq, SigningKey stolen) throws Exception {
    Chain chain = new Chain(Chain.ZERO);
    java.util.UUID id =
        Objects.requireNonNull(DocumentScanner.headerOf(JournalFolder.cycles(journal).get(0)))
            .journal();
    boolean changed = false;
    for (Path file : JournalFolder.cycles(journal)) {
      List<byte[]> documents = new ArrayList<>();
      dmrec.event.Bytes link = chain.peek();
      for (Document document : Tampering.documents(file)) {
        byte[] bytes = document.bytes().toArray();
        if (FileHeader.isHeader(bytes, 0, bytes.length)) {
          FileHeader h = Objects.requireNonNull(FileHeader.decode(bytes, 0, bytes.length));
          bytes = relinked(h, link);
          chain = new Chain(link);
        } else if (document.seq() == seq) {
          bytes = Tampering.forged(bytes, RecordLayout.MARKS);
          changed = true;
        } else if (document.isSeal() && changed) {
          SealRecord seal = Objects.requireNonNull(SealRecord.decode(bytes, 0));
          dmrec.event.Bytes value = chain.peek();
          dmrec.event.Bytes digests = chain.digests();
          byte[] message =
              SigningKey.sealBytes(id, stolen.epoch(), seal.seq(), seal.wallNs(), value, digests);
          bytes =
              new SealRecord(
                      seal.seq(),
                      seal.wallNs(),
                      value,
                      digests,
                      stolen.epoch(),
                      stolen.sign(message))
                  .encode();
        }
        if (document.isSeal()) {
          chain.close();
        }
        chain.add(bytes, 0, bytes.length);
        documents.add(bytes);
      }
      Tampering.replaceAll(file, documents);
    }
  }

  private static byte[] relinked(FileHeader header, dmrec.event.Bytes link) {
    byte[] bytes = header.encode();
    byte[] old = header.link().toArray();
    for (int i = 0; i + old.length <= bytes.length; i++) {
      if (java.util.Arrays.equals(bytes, i, i + old.length, old, 0, old.length)) {
        link.copyTo(0, link.length(), bytes, i);
        break;
      }
    }
    java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
    crc.update(bytes, 0, bytes.length - 4);
    RecordLayout.INT_LE.set(bytes, bytes.length - 4, (int) crc.getValue());
    return bytes;
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

  // Repair.

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
