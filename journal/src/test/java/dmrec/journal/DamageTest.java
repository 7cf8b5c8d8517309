package dmrec.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.EventRecord;
import dmrec.event.EventRecords;
import dmrec.journal.Journals.Read;
import dmrec.journal.file.CycleFile;
import dmrec.journal.file.JournalFolder;
import dmrec.journal.file.RecordLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damages the files of a journal, byte by byte. Whatever it is, a reader gives events that were
 * written, says that some are missing, and throws nothing but its own exception.
 */
class DamageTest {
  private static final int RECORDS = 120;

  @TempDir
  @SuppressWarnings("NullAway.Init") // by JUnit
  Path folder;

  private final List<EventRecord> records = new EventRecords(11).list(RECORDS);
  private byte[] sound = new byte[0];
  private Path copy = Path.of("");
  private Path cycle = Path.of("");
  private int firstRecordAt;
  private int endOfData;

  @BeforeEach
  void write() throws Exception {
    Path original = folder.resolve("original");
    try (JournalWriter writer = JournalWriter.open(original)) {
      for (EventRecord record : records) {
        writer.append(record);
      }
    }
    Path written = JournalFolder.cycles(original).get(0);
    byte[] all = Files.readAllBytes(written);
    endOfData = all.length;
    while (all[endOfData - 1] == 0) {
      endOfData--;
    }
    sound = Arrays.copyOf(all, endOfData + 4096);
    firstRecordAt = indexOf(sound, "dmrec\r\n");
    copy = Files.createDirectory(folder.resolve("copy"));
    cycle = copy.resolve(written.getFileName());
  }

  @Test
  void theUndamagedCopyReadsWell() throws Exception {
    Files.write(cycle, sound);
    Read read = read();
    assertEquals(records, read.events());
    assertEquals(List.of(), read.messages());
  }

  @Test
  void aFlippedBitInTheRecordsCostsOneRecordAtMostAndIsTold() throws Exception {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 1500; i++) {
      byte[] bytes = sound.clone();
      int at = random.nextInt(firstRecordAt - 5, endOfData);
      bytes[at] ^= (byte) (1 << random.nextInt(8));
      Files.write(cycle, bytes);
      Read read = read();
      String where = "bit flipped at " + at + ": " + read.messages();
      assertTrue(read.events().size() >= RECORDS - 1, where);
      assertTrue(read.events().size() == RECORDS || !read.messages().isEmpty(), where);
    }
  }

  @Test
  void aFlippedBitInTheQueuesOwnPartsCostsNoRecord() throws Exception {
    SplittableRandom random = new SplittableRandom(2);
    for (int i = 0; i < 1500; i++) {
      byte[] bytes = sound.clone();
      int at = random.nextInt(3) == 0 ? random.nextInt(0x200) : random.nextInt(firstRecordAt - 5);
      bytes[at] ^= (byte) (1 << random.nextInt(8));
      Files.write(cycle, bytes);
      Read read = read();
      assertEquals(RECORDS, read.events().size(), "bit flipped at " + at + read.messages());
    }
  }

  @Test
  void wildDamageNeverChangesAnEventAndNeverThrowsAnythingElse() throws Exception {
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < 600; i++) {
      byte[] bytes = sound.clone();
      for (int k = random.nextInt(1, 40); k > 0; k--) {
        int at = random.nextInt(endOfData);
        switch (random.nextInt(4)) {
          case 0 -> bytes[at] = (byte) random.nextInt(256);
          case 1 ->
              Arrays.fill(bytes, at, Math.min(endOfData, at + random.nextInt(4096)), (byte) 0);
          case 2 ->
              Arrays.fill(bytes, at, Math.min(endOfData, at + random.nextInt(64)), (byte) 255);
          default -> {
            int from = random.nextInt(endOfData);
            int length = random.nextInt(Math.min(600, endOfData - Math.max(from, at)));
            System.arraycopy(sound, from, bytes, at, length);
          }
        }
      }
      Files.write(
          cycle, Arrays.copyOf(bytes, random.nextInt(4) == 0 ? endOfData / 2 : bytes.length));
      read();
      askAll(random);
    }
  }

  @Test
  void aFileCutShortGivesWhatIsLeft() throws Exception {
    SplittableRandom random = new SplittableRandom(4);
    for (int i = 0; i < 300; i++) {
      int length = random.nextInt(endOfData);
      Files.write(cycle, Arrays.copyOf(sound, length));
      Read read = read();
      assertEquals(records.subList(0, read.events().size()), read.events(), "cut at " + length);
    }
  }

  @Test
  void aMissingRecordIsAHoleThatNamesBothNumbers() throws Exception {
    byte[] bytes = sound.clone();
    List<Integer> at = documents();
    int from = at.get(10);
    System.arraycopy(sound, at.get(12), bytes, from, endOfData - at.get(12));
    Files.write(cycle, bytes);
    Read read = read();
    assertEquals(RECORDS - 2, read.events().size() - repeatedTail(read));
    assertTrue(
        read.messages().get(0).contains("expected record #11 behind #10, found #13"),
        read.messages().get(0));
  }

  @Test
  void numbersThatGoBackAreTold() throws Exception {
    byte[] bytes = sound.clone();
    List<Integer> at = documents();
    int length = at.get(4) - at.get(3);
    int room = at.get(20) - at.get(10);
    assertTrue(length < room);
    byte[] fake = Arrays.copyOfRange(sound, at.get(3), at.get(4));
    int tail = endOfData - at.get(10);
    bytes = Arrays.copyOf(bytes, bytes.length + length);
    System.arraycopy(sound, at.get(10), bytes, at.get(10) + length, tail);
    System.arraycopy(fake, 0, bytes, at.get(10), length);
    Files.write(cycle, bytes);
    Read read = read();
    assertTrue(
        read.messages().get(0).contains("expected record #11 behind #10, found #4"),
        read.messages().get(0));
  }

  /** What lies behind a shift of the file's tail is seen twice; those are not counted. */
  private static long repeatedTail(Read read) {
    return read.events().size() - read.events().stream().distinct().count();
  }

  /** Where the documents of the events begin, and where the last one ends. */
  private List<Integer> documents() {
    List<Integer> at = new ArrayList<>();
    int p = firstRecordAt - 5;
    while (p < endOfData) {
      int length = RecordLayout.intAt(sound, p);
      if (at.size() == RECORDS || sound[p + 4] == RecordLayout.FORMAT_VERSION) {
        at.add(p);
      }
      p = (p + 4 + (length & CycleFile.LENGTH_MASK) + 3) & ~3;
    }
    return at;
  }

  /** Reads everything; each event must be one that was written. */
  private Read read() {
    try (Journal journal = Journal.open(copy)) {
      return read(journal, EventQuery.ALL);
    } catch (JournalException e) {
      return new Read(List.of(), new Damage(1, List.of(String.valueOf(e.getMessage()))));
    }
  }

  private Read read(Journal journal, EventQuery query) throws JournalException {
    Read read = Journals.read(journal, query);
    assertTrue(read.events().size() < 2 * RECORDS, "reading comes to no end");
    for (EventRecord record : read.events()) {
      EventRecord written = records.get((int) record.seq() - 1);
      assertEquals(Journals.asRead(written, record, read.damage()), record);
    }
    return read;
  }

  private void askAll(SplittableRandom random) {
    try (Journal journal = Journal.open(copy)) {
      for (int i = 0; i < 5; i++) {
        long seq = random.nextLong(RECORDS + 10);
        long wallNs = EventRecords.FIRST_WALL_NS + random.nextLong(120_000_000_000L);
        read(journal, EventQuery.ALL.from(seq));
        read(journal, EventQuery.ALL.since(wallNs));
        read(journal, EventQuery.ALL.to(seq).backward());
        assertTrue(journal.at(Position.atSeq(seq)).topology().seq() <= Math.max(seq, 0));
        journal.at(Position.atTime(wallNs));
      }
    } catch (JournalException e) {
      assertTrue(String.valueOf(e.getMessage()).length() > 10);
    }
  }

  private static int indexOf(byte[] bytes, String text) {
    byte[] what = text.getBytes(StandardCharsets.US_ASCII);
    for (int i = 0; ; i++) {
      if (Arrays.equals(bytes, i, i + what.length, what, 0, what.length)) {
        return i;
      }
    }
  }
}
