package dmrec.journal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.EventRecord;
import dmrec.event.EventRecords;
import dmrec.journal.file.JournalFolder;
import dmrec.journal.index.IndexStore;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The index of the last file is kept as that grows, and believed of what it is still true of. */
class GrowingIndexTest extends IndexedJournal {
  private static final EventQuery BY_INDEX = EventQuery.ALL.device(device -> true);

  private final EventRecords records = new EventRecords(9);

  @SuppressWarnings("NullAway.Init") // before each
  private JournalWriter writer;

  /** More than what is worth keeping, in one file. */
  @BeforeEach
  void writeOneFile() throws Exception {
    writer = JournalWriter.open(journal);
    append(5_000);
  }

  @AfterEach
  void closeWriter() throws Exception {
    writer.close();
  }

  private void append(int count) throws IOException {
    write(writer, records, count, seq -> Tampering.T0 + seq);
    assertEquals(1, JournalFolder.cycles(journal).size());
  }

  private Path last() throws IOException {
    return JournalFolder.cycles(journal).get(0);
  }

  private Path kept() throws IOException {
    return IndexStore.beside(last());
  }

  /** What the index answers is what reading everything comes to. */
  private void answersAsAScan() throws JournalException {
    try (Journal opened = Journal.open(journal)) {
      Journals.Read scanned = Journals.read(opened, EventQuery.ALL);
      Journals.Read indexed = Journals.read(opened, BY_INDEX);
      assertEquals(scanned.events(), indexed.events());
      assertEquals(scanned.messages(), indexed.messages());
      List<EventHead> heads = new ArrayList<>();
      try (EventCursor cursor = opened.heads(EventQuery.ALL)) {
        for (EventHead head = cursor.nextHead(); head != null; head = cursor.nextHead()) {
          heads.add(head);
        }
      }
      assertEquals(scanned.events().stream().map(EventHead::of).toList(), heads);
    }
  }

  private void answersAll() throws JournalException {
    answersAsAScan();
    try (Journal opened = Journal.open(journal)) {
      assertEquals(written, events(opened, BY_INDEX));
      for (int back = 0; back < 900; back += 300) {
        EventRecord at = written.get(written.size() - 1 - back);
        assertEquals(
            folds.get(written.size() - back),
            opened.at(Position.atSeq(at.seq())).topology().records());
      }
    }
  }

  @Test
  void goesOnWithWhatIsKeptAndKeepsWhatIsWorthIt() throws Exception {
    answersAll();
    byte[] first = Files.readAllBytes(kept());
    // Little is found anew each time, also where the names' definitions are far back.
    for (int i = 0; i < 3; i++) {
      append(100);
      answersAll();
      assertArrayEquals(first, Files.readAllBytes(kept()));
    }
    append(4_200);
    answersAll();
    assertTrue(Files.size(kept()) > first.length * 3L / 2);
    // Another day's file ends this one: its index is completed.
    write(writer, records, 50, seq -> Tampering.T0 + 2 * DAY_NS + seq);
    assertEquals(2, JournalFolder.cycles(journal).size());
    answersAll();
  }

  @Test
  void seesWhateverChangedInTheFileSince() throws Exception {
    writer.close();
    SplittableRandom random = new SplittableRandom(5);
    answersAll();
    byte[] index = Files.readAllBytes(kept());
    byte[] sound = Files.readAllBytes(last());
    int end = sound.length;
    while (sound[end - 1] == 0) {
      end--;
    }
    for (int i = 0; i < 60; i++) {
      try (RandomAccessFile file = new RandomAccessFile(last().toFile(), "rw")) {
        file.seek(random.nextInt(end));
        int changed = file.read();
        file.seek(file.getFilePointer() - 1);
        file.write(changed ^ (1 << random.nextInt(8)));
      }
      answersAsAScan();
      Files.write(last(), sound);
      Files.write(kept(), index);
    }
    answersAll();
  }

  @Test
  void isNotBelievedOfAFileThatIsCutOrReplaced() throws Exception {
    writer.close();
    answersAll();
    byte[] index = Files.readAllBytes(kept());
    Path copy = folder.resolve("copy");
    Files.copy(last(), copy);
    try (FileChannel file = FileChannel.open(last(), StandardOpenOption.WRITE)) {
      file.truncate(Files.size(last()) / 3);
    }
    answersAsAScan();
    // The same bytes in another file, beside the index that was kept of the first.
    Files.delete(last());
    Files.copy(copy, journal.resolve("20260301-0312.cq4"));
    Files.write(kept(), index);
    answersAll();
    // Another journal's file of that name.
    Path other = folder.resolve("other");
    try (JournalWriter others = JournalWriter.open(other)) {
      for (EventRecord record : new EventRecords(10).list(4_500)) {
        others.append(EventRecords.at(record, Tampering.T0 + record.seq()));
      }
    }
    byte[] bytes = Files.readAllBytes(JournalFolder.cycles(other).get(0));
    Files.write(last(), bytes, StandardOpenOption.TRUNCATE_EXISTING);
    answersAsAScan();
  }

  @Test
  void anIndexThatIsDamagedIsMadeAnew() throws Exception {
    answersAll();
    byte[] sound = Files.readAllBytes(kept());
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < 30; i++) {
      byte[] damaged = sound.clone();
      damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
      Files.write(kept(), i % 3 == 0 ? new byte[i * 40] : damaged);
      answersAsAScan();
      assertArrayEquals(sound, Files.readAllBytes(kept()));
    }
  }

  @Test
  void whoMayNotWriteThereMakesItEachTime() throws Exception {
    // A link is nobody's own folder.
    Path own = journal;
    Path link = folder.resolve("link");
    Files.createSymbolicLink(link, journal);
    journal = link;
    answersAll();
    assertFalse(Files.exists(own.resolve(IndexStore.NAME)));
  }

  @Test
  void severalReadersKeepItAtOnceWhileItGrows() throws Exception {
    ExecutorService readers = Executors.newFixedThreadPool(3);
    try {
      List<Future<Void>> done = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        Callable<Void> reading =
            () -> {
              for (int k = 0; k < 12; k++) {
                try (Journal opened = Journal.open(journal)) {
                  List<EventRecord> read = events(opened, BY_INDEX);
                  assertEquals(read.size(), read.get(read.size() - 1).seq());
                }
              }
              return null;
            };
        done.add(readers.submit(reading));
      }
      for (int i = 0; i < 20; i++) {
        write(writer, records, 500, seq -> Tampering.T0 + seq);
      }
      for (Future<Void> each : done) {
        each.get();
      }
    } finally {
      readers.shutdownNow();
    }
    answersAll();
  }
}
