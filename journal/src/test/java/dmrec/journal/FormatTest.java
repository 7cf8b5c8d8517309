package dmrec.journal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.Bytes;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.EventRecords;
import dmrec.event.KernelEvidence;
import dmrec.event.Source;
import dmrec.journal.Tampering.Document;
import dmrec.journal.file.Codec;
import dmrec.journal.file.DefinedNames;
import dmrec.journal.file.DocumentScanner;
import dmrec.journal.file.JournalFolder;
import dmrec.target.DevNo;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a writer of format 2 leaves in its files, and what it finds in those of format 1. */
class FormatTest {
  private static final int DEFINITION = 0xd7;

  @TempDir
  @SuppressWarnings("NullAway.Init") // by JUnit
  Path folder;

  private static EventRecord pathEvent(int i) {
    DevNo path = new DevNo(8, 16 * (i % 4));
    String disk = "sd" + (char) ('a' + i % 4);
    DmEvent event =
        i % 2 == 0
            ? new DmEvent.PathFailed(path, disk, 3, i)
            : new DmEvent.PathReinstated(path, disk, 4, i);
    DeviceRef device =
        new DeviceRef(
            new DevNo(254, i % 3),
            900 + i % 3,
            "mpath-database-" + i % 3,
            "mpath-3600508b400105e21");
    EventRecord record =
        EventRecord.of(event)
            .seq(70_000 + i)
            .at(Tampering.T0 + i * 1_000L, 400L * 86_400_000_000_000L + i * 1_000L)
            .source(Source.UEVENT)
            .device(device)
            .build();
    Bytes evidence = Objects.requireNonNull(KernelEvidence.of(record));
    return record.toBuilder().seq(0).evidence(evidence).build();
  }

  private Path onlyFile(Path journal) throws JournalException {
    List<Path> files = JournalFolder.cycles(journal);
    assertEquals(1, files.size());
    return files.get(0);
  }

  @Test
  void aPathEventTakesAtMost128BytesOfAJournal() throws Exception {
    int count = 20_000;
    try (JournalWriter writer = JournalWriter.open(folder)) {
      for (int i = 0; i < count; i++) {
        writer.append(pathEvent(i));
      }
    }
    List<Document> documents = Tampering.documents(onlyFile(folder));
    long bytes = documents.get(documents.size() - 1).offset() - documents.get(0).offset();

    assertTrue(bytes <= 128L * count, bytes / count + " bytes a path event");
    assertEquals(pathEvent(7).withSeq(8), Journals.events(folder).get(7));
  }

  @Test
  void anAppendedPathEventCostsNoObject() throws Exception {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    List<EventRecord> records = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      records.add(pathEvent(i));
    }
    long least = Long.MAX_VALUE;
    try (JournalWriter writer = JournalWriter.open(folder, Tampering.sealedEvery(1 << 20))) {
      for (int round = 0; round < 2_000 && least > 0; round++) {
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < records.size(); i++) {
          writer.append(records.get(i));
        }
        least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
      }
    }
    assertEquals(0, least);
  }

  @Test
  void namesAreDefinedBeforeTheirFirstUseInAFileAndAgainBeforeTheyAreOutOfReach() throws Exception {
    for (int file = 0; file < 2; file++) {
      try (JournalWriter writer = JournalWriter.open(folder)) {
        for (int i = 0; i < 10_000; i++) {
          writer.append(pathEvent(i));
        }
      }
    }
    for (Path file : JournalFolder.cycles(folder)) {
      Map<DeviceRef, Long> defined = new HashMap<>();
      Codec codec = new Codec();
      int definitions = 0;
      for (Document each : Tampering.documents(file)) {
        byte[] bytes = each.bytes().toArray();
        if (each.first() == DEFINITION) {
          defined.put(codec.define(bytes), each.offset());
          definitions++;
        } else if (each.isEvent()) {
          Long at = defined.get(codec.read(bytes).device());
          assertTrue(Objects.requireNonNull(at) >= each.offset() - DefinedNames.REACH_BYTES);
        }
      }
      assertTrue(definitions >= 6 && definitions <= 30, definitions + " definitions");
    }
  }

  @Test
  void aLostDefinitionCostsItsRecordsNoMoreThanTheirNamesAndIsTold() throws Exception {
    try (JournalWriter writer = JournalWriter.open(folder)) {
      for (int i = 0; i < 9; i++) {
        writer.append(pathEvent(i));
      }
    }
    Path file = onlyFile(folder);
    Document definition =
        Tampering.documents(file).stream()
            .filter(each -> each.first() == DEFINITION)
            .findFirst()
            .orElseThrow();
    try (Tampering tampering = new Tampering(file)) {
      tampering.flip(definition.offset() + 50, 1);
    }

    Journals.Read read = Journals.read(folder);

    assertEquals(9, read.events().size());
    for (int i = 0; i < 9; i++) {
      EventRecord record = read.events().get(i);
      EventRecord written = pathEvent(i).withSeq(i + 1);
      assertEquals(Journals.asRead(written, record, read.damage()), record);
      assertEquals(i % 3 == 0, record.device().name().isEmpty());
    }
    assertEquals(4, read.damage().count(), read.damage()::toString); // It, and three without names.
    assertTrue(
        read.messages()
            .get(1)
            .endsWith("the definition of the names of record #1's device is lost"),
        read.messages()::toString);
  }

  @Test
  void aJournalOfFormat1GoesOnInANewFileOfThisFormat() throws Exception {
    EventRecords records = new EventRecords(5);
    List<EventRecord> written = new ArrayList<>();
    try (JournalWriter writer = JournalWriter.open(folder)) {
      for (int i = 0; i < 50; i++) {
        EventRecord record = EventRecords.at(records.next(), Tampering.T0 + i);
        written.add(record.withSeq(writer.append(record)));
      }
    }
    Format1Journals.rewrite(folder);
    Path old = onlyFile(folder);
    byte[] before = Files.readAllBytes(old);

    try (JournalWriter writer = JournalWriter.open(folder)) {
      for (int i = 50; i < 100; i++) {
        EventRecord record = EventRecords.at(records.next(), Tampering.T0 + i);
        written.add(record.withSeq(writer.append(record)));
      }
    }

    List<Path> files = JournalFolder.cycles(folder);
    assertEquals(2, files.size());
    assertEquals(1, Objects.requireNonNull(DocumentScanner.headerOf(old)).formatVersion());
    assertEquals(2, Objects.requireNonNull(DocumentScanner.headerOf(files.get(1))).formatVersion());
    byte[] now = Files.readAllBytes(old);
    assertArrayEquals(before, java.util.Arrays.copyOf(now, before.length));
    assertEquals(written, Journals.events(folder));
    assertEquals(List.of(), Tampering.verify(folder).findings());
  }
}
