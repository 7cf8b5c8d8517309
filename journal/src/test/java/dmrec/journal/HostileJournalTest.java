package dmrec.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.bundle.EventsImport;
import dmrec.bundle.EventsReader;
import dmrec.event.EventJson;
import dmrec.event.EventRecords;
import dmrec.fuzz.Scratch;
import dmrec.journal.file.CycleFile;
import dmrec.journal.file.JournalFolder;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that were made to cost more than they are, or to hide what stands beside them. */
class HostileJournalTest {
  private static final long GIB = 1L << 30;

  @TempDir
  @SuppressWarnings("NullAway.Init") // by JUnit
  Path folder;

  private Path journal() throws JournalException {
    Path journal = folder.resolve("journal");
    try (JournalWriter writer = JournalWriter.open(journal, Tampering.sealedEvery(5))) {
      Tampering.append(writer, 20, 1_000_000L);
    }
    return journal;
  }

  private static long allocatedBytes() {
    return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean())
        .getThreadAllocatedBytes(Thread.currentThread().getId());
  }

  @Test
  void aFirstFileThatIsOnlyNoiseDoesNotHideTheOnesBehindIt() throws Exception {
    Path journal = journal();
    Path noise = journal.resolve("20200101-0000.cq4");
    byte[] bytes = new byte[4096];
    Arrays.fill(bytes, (byte) 0x21);
    Files.write(noise, bytes);

    Journals.Read read = Journals.read(journal);

    assertEquals(20, read.events().size());
    assertEquals(1, read.damage().count(), read::toString);
    Scratch.expectOneLine(read.messages().get(0));
    assertTrue(read.messages().get(0).startsWith(noise + " at offset 0: "), read::toString);

    Files.delete(JournalFolder.cycles(journal).get(1));
    JournalException e = assertThrows(JournalException.class, () -> Journal.open(journal));
    assertTrue(String.valueOf(e.getMessage()).contains("expected a journal of dmrec"));
  }

  @Test
  void aPartOfTheQueuesOwnOfAGigabyteIsNotReadIntoMemory() throws Exception {
    Path journal = journal();
    Path file = JournalFolder.cycles(journal).get(0);
    List<Tampering.Document> documents = Tampering.documents(file);
    Tampering.Document last = documents.get(documents.size() - 1);
    long end = CycleFile.align(last.offset() + 4 + last.length());
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(GIB + (64 << 20));
      sparse.seek(end);
      byte[] head = new byte[4];
      ByteBuffer.wrap(head)
          .order(ByteOrder.LITTLE_ENDIAN)
          .putInt(CycleFile.META | CycleFile.LENGTH_MASK - 3);
      sparse.write(head);
    }
    long before = allocatedBytes();

    assertEquals(20, Tampering.verify(journal).events());

    assertTrue(allocatedBytes() - before < 256 << 20, () -> allocatedBytes() - before + " bytes");
  }

  @Test
  void aLineOfTwoGibibytesIsRefusedBeforeItIsRead() {
    byte[] head = EventJson.write(new EventRecords(1).next()).getBytes(StandardCharsets.UTF_8);
    long[] read = new long[1];
    InputStream endless =
        new InputStream() {
          @Override
          public int read() {
            return read[0] == 2 * GIB ? -1 : read[0] < head.length ? head[(int) read[0]++] : ' ';
          }

          @Override
          public int read(byte[] to, int from, int length) {
            if (read[0] == 2 * GIB) {
              return -1;
            }
            int n = (int) Math.min(length, 2 * GIB - read[0]);
            for (int i = 0; i < n; i++) {
              long at = read[0] + i;
              to[from + i] = at < head.length - 1 ? head[(int) at] : (byte) ' ';
            }
            read[0] += n;
            return n;
          }
        };
    long before = allocatedBytes();
    Path journal = folder.resolve("new");

    JournalException e =
        assertThrows(
            JournalException.class,
            () -> EventsImport.of(EventsReader.of("endless", endless), journal));

    assertEquals(
        "endless:1: expected a line of at most 33554432 bytes, found a longer one", e.getMessage());
    assertTrue(read[0] < 40 << 20, read[0] + " bytes read");
    assertTrue(allocatedBytes() - before < 192 << 20, () -> allocatedBytes() - before + " bytes");
    assertFalse(Files.exists(journal));
  }
}
