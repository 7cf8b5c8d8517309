package dmrec.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.Bytes;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.journal.EventCursor;
import dmrec.journal.EventQuery;
import dmrec.journal.Journal;
import dmrec.journal.JournalOptions;
import dmrec.journal.JournalWriter;
import dmrec.kernel.MemoryLock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A writer maps the file at hand; what it has written is let go of. */
class JournalPagesTest {
  /** More than a file: all of its blocks and a second one are written. */
  private static final long BYTES = 80L << 20;

  private static final int EVENT_BYTES = 8 << 10;

  /** Two MiB of each block that is mapped, and the four by which blocks overlap. */
  private static final long MOST_RESIDENT_BYTES = 12 << 20;

  @TempDir private Path folder = Path.of("");

  @Test
  void aFileIsHeldInMemoryOnlyWhereItIsWritten() throws Exception {
    Path journal = folder.resolve("journal");
    byte[] noise = new byte[EVENT_BYTES];
    Random random = new Random(1);
    long events = BYTES / EVENT_BYTES;
    long most = 0;
    try (JournalWriter writer =
        JournalWriter.open(
            journal, JournalOptions.usual().inAnyFolder().releasing(MemoryLock::release))) {
      for (long i = 1; i <= events; i++) {
        random.nextBytes(noise);
        DmEvent event = new DmEvent.KernelMessage("", i, 6);
        writer.append(EventRecord.of(event).at(i, i).evidence(Bytes.of(noise)).build());
        if (i % 100 == 0) {
          most = Math.max(most, residentBytes(journal));
        }
      }
    }
    assertTrue(most > 0 && most <= MOST_RESIDENT_BYTES, most + " bytes");
    assertEquals(events, read(journal));
  }

  private static long read(Path journal) throws IOException {
    Random random = new Random(1);
    byte[] noise = new byte[EVENT_BYTES];
    long count = 0;
    try (Journal opened = Journal.open(journal);
        EventCursor cursor = opened.events(EventQuery.ALL)) {
      for (EventRecord next = cursor.next(); next != null; next = cursor.next()) {
        random.nextBytes(noise);
        assertEquals(Bytes.of(noise), next.evidence());
        count++;
      }
    }
    return count;
  }

  /** Of all mappings of the journal's files, in this process. */
  private static long residentBytes(Path journal) throws IOException {
    long kib = 0;
    boolean isJournals = false;
    for (String line :
        Files.readAllLines(Path.of("/proc/self/smaps"), StandardCharsets.ISO_8859_1)) {
      if (line.matches("[0-9a-f]+-[0-9a-f]+ .*")) {
        isJournals = line.contains(journal.toString());
      } else if (isJournals && line.startsWith("Rss:")) {
        kib += Long.parseLong(line.replaceAll("[^0-9]", ""));
      }
    }
    return kib << 10;
  }
}
