package dmrec.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.EventRecords;
import dmrec.event.Kind;
import dmrec.journal.file.CheckpointRecord;
import dmrec.journal.file.ControlRecord;
import dmrec.journal.file.CycleFile;
import dmrec.journal.file.DocumentScanner;
import dmrec.journal.file.FileHeader;
import dmrec.journal.file.JournalFiles;
import dmrec.journal.file.JournalFolder;
import dmrec.topology.Topology;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Old files go, are said to have gone, and what remains can be read alone. */
class RetentionTest {
  private static final List<Kind> KINDS =
      List.copyOf(EnumSet.complementOf(EnumSet.of(Kind.FILES_REMOVED, Kind.UNKNOWN)));

  @TempDir
  @SuppressWarnings("NullAway.Init") // by JUnit
  Path folder;

  private final List<String> notices = new ArrayList<>();
  private long spread = 1_000_000L;

  private JournalOptions options(RetentionPolicy retention) {
    return JournalOptions.usual().with(retention).withNotices(notices::add);
  }

  /** Appends so many events and folds them; the size is looked at now and then. */
  private Topology write(RetentionPolicy retention, int count) throws IOException {
    EventRecords records = new EventRecords(1);
    Topology fold = new Topology();
    try (JournalWriter writer = JournalWriter.open(folder, options(retention))) {
      for (int i = 0; i < count; i++) {
        EventRecord next = records.next(KINDS.get(i % KINDS.size()));
        EventRecord record =
            EventRecord.of(next.event())
                .at(EventRecords.FIRST_WALL_NS + i * spread, i * spread)
                .source(next.source())
                .certainty(next.certainty())
                .device(next.device())
                .evidence(next.evidence())
                .extra(next.extra())
                .build();
        fold.apply(record.withSeq(writer.append(record)));
        if (i % 500 == 0 && retention.maxBytes() > 0) {
          assertTrue(sizeBytes() <= retention.maxBytes(), () -> sizeBytes() + " bytes");
        }
      }
    }
    return fold;
  }

  /** What the files take, holes left out. */
  private long sizeBytes() {
    try (Stream<Path> files = Files.list(folder)) {
      long sum = 0;
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Process du = new ProcessBuilder("du", "--block-size=1", file.toString()).start();
        String text =
            new String(du.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
        sum += text.isEmpty() ? 0 : Long.parseLong(text.split("\\s", -1)[0]);
      }
      return sum;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void staysBelowItsSizeAndSaysWhatWent() throws Exception {
    write(new RetentionPolicy(0, 8 << 20), 60_000);

    List<EventRecord> left = Journals.events(folder);
    long expected = 1;
    for (EventRecord record : left) {
      if (record.event() instanceof DmEvent.FilesRemoved removed) {
        assertEquals(1, removed.files());
        assertTrue(removed.lastSeq() >= removed.firstSeq(), removed::toString);
        expected = removed.lastSeq() + 1;
      }
    }
    assertTrue(expected > 1);
    assertEquals(expected, left.get(0).seq());
    assertEquals(left.get(0).seq() + left.size() - 1, left.get(left.size() - 1).seq());
    assertTrue(notices.get(0).startsWith("--max-size is reached: removed 20260301-0312.cq4"));
  }

  @Test
  void whatRemainsBeginsWithTheStackAsItWas() throws Exception {
    Topology all = write(new RetentionPolicy(0, 8 << 20), 40_000);

    Path first = JournalFolder.cycles(folder).get(0);
    Topology alone = new Topology();
    try (DocumentScanner scanner = new DocumentScanner(CycleFile.open(first))) {
      while (scanner.next(true) != DocumentScanner.Found.EVENT) {
        if (ControlRecord.at(scanner.bytes(), scanner.at()) == ControlRecord.CHECKPOINT) {
          CheckpointRecord.apply(scanner.bytes(), scanner.at(), scanner.decoder(), alone);
        }
      }
    }
    assertTrue(alone.seq() > 0);
    for (EventRecord record : Journals.events(folder)) {
      alone.apply(record);
    }
    assertEquals(List.copyOf(all.devices()), List.copyOf(alone.devices()));
    assertEquals(List.copyOf(all.disks()), List.copyOf(alone.disks()));
    assertEquals(all.recording(), alone.recording());
  }

  @Test
  void keepsWhatIsYoungEnough() throws Exception {
    spread = TimeUnit.HOURS.toNanos(1);
    write(new RetentionPolicy(TimeUnit.DAYS.toNanos(3), 0), 24 * 10);

    List<EventRecord> left = Journals.events(folder);
    long lastNs = left.get(left.size() - 1).wallNs();
    long keptNs = lastNs - left.get(0).wallNs();
    assertTrue(keptNs > TimeUnit.DAYS.toNanos(3), () -> keptNs + " ns are left");
    assertTrue(keptNs < TimeUnit.DAYS.toNanos(5), () -> keptNs + " ns are left");
    assertTrue(left.stream().anyMatch(r -> r.kind() == Kind.FILES_REMOVED));
    assertTrue(notices.get(0).startsWith("--keep has passed: removed "), notices::toString);
  }

  @Test
  void theNextWriterGoesOnBehindFilesThatWereRemoved() throws Exception {
    write(new RetentionPolicy(0, 8 << 20), 40_000);
    long lastSeq = Journals.events(folder).get(Journals.events(folder).size() - 1).seq();
    try (JournalWriter writer = JournalWriter.open(folder, options(RetentionPolicy.KEEP_ALL))) {
      assertEquals(lastSeq, writer.lastSeq());
      assertNotNull(writer.topology());
      assertEquals(lastSeq + 1, writer.append(new EventRecords(2).next(Kind.GAP)));
    }
    FileHeader header =
        Objects.requireNonNull(
            DocumentScanner.headerOf(
                JournalFolder.cycles(folder).get(Journals.events(folder).isEmpty() ? 0 : 1)));
    assertTrue(header.number() > 2);
  }

  @Test
  void theLastFileWithEventsStaysWhereAFullDiskLetsNoOtherTakeItsPlace() throws Exception {
    // given two files with one event each
    for (int i = 1; i <= 2; i++) {
      try (JournalWriter writer = JournalWriter.open(folder)) {
        writer.append(new EventRecords(i).next());
      }
    }
    // when room is needed
    JournalFiles files = JournalFiles.of(JournalFolder.cycles(folder), 2);
    // then the first goes only where the second's event is there: it may have been begun in vain
    assertNull(files.oldest(1));
    assertNotNull(files.oldest(2));
  }
}
