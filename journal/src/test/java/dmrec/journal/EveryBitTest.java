package dmrec.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.EventRecord;
import dmrec.journal.Tampering.Document;
import dmrec.journal.file.JournalFolder;
import dmrec.journal.file.RecordLayout;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Flips bits of a sealed journal; each must be found, in its place. */
class EveryBitTest {
  private static final int THREADS = 2;
  private static final int EVENTS = 300;
  private static final int MOST_FAILURES = 100;

  /** How many documents, far from each other, have the same bit flipped at once. */
  private static final int TOGETHER = 12;

  @TempDir
  @SuppressWarnings("NullAway.Init") // by JUnit
  Path folder;

  private static void write(Path journal, int events, int sealEvery) throws Exception {
    try (JournalWriter writer = JournalWriter.open(journal, Tampering.sealedEvery(sealEvery))) {
      Tampering.append(writer, events, 1_000_000L);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void everySingleBitOfEveryDocumentIsFoundInItsPlace(int version) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<Long>> parts = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        int part = i;
        parts.add(threads.submit(() -> flipAll(folder.resolve("journal" + part), part, version)));
      }
      long flipped = 0;
      for (Future<Long> part : parts) {
        flipped += part.get();
      }
      assertTrue(flipped > EVENTS * RecordLayout.HEADER_BYTES * 8L, flipped + " bits");
    } finally {
      threads.shutdown();
    }
  }

  private static long flipAll(Path journal, int part, int version) throws Exception {
    write(journal, EVENTS, 100);
    if (version == 1) {
      Format1Journals.rewrite(journal);
    }
    Verification sound = Tampering.verify(journal);
    assertEquals(List.of(), sound.findings());
    assertEquals(EVENTS, sound.events());
    List<EventRecord> written = Journals.events(journal);
    Path file = JournalFolder.cycles(journal).get(0);
    List<Document> documents = Tampering.documents(file);
    long flipped = 0;
    int step = (documents.size() + TOGETHER - 1) / TOGETHER;
    try (Tampering tampering = new Tampering(file)) {
      for (int d = 0; d < step; d++) {
        List<Document> some = new ArrayList<>();
        for (int i = d; i < documents.size(); i += step) {
          some.add(documents.get(i));
        }
        int longest = some.stream().mapToInt(EveryBitTest::framedBytes).max().orElseThrow();
        for (int at = part; at < longest; at += THREADS) {
          for (int bit = 0; bit < 8; bit++) {
            String where = "bit " + bit + " of byte " + at + " of document " + d + ": ";
            int byteAt = at;
            List<Document> hit = some.stream().filter(x -> byteAt < framedBytes(x)).toList();
            flip(tampering, hit, at, bit);
            check(Tampering.verify(journal), hit, where);
            if (bit == (at + d) % 8) {
              readsNothingChanged(journal, written, where);
            }
            flip(tampering, hit, at, bit);
            flipped += hit.size();
          }
        }
      }
    }
    assertEquals(List.of(), Tampering.verify(journal).findings());
    return flipped;
  }

  /** With the frame and the padding, which are part of it here. */
  private static int framedBytes(Document document) {
    return 4 + (document.length() + 3) / 4 * 4;
  }

  private static void flip(Tampering tampering, List<Document> documents, int at, int bit)
      throws IOException {
    for (Document each : documents) {
      tampering.flip(each.offset() + at, bit);
    }
  }

  private static void check(Verification found, List<Document> documents, String where) {
    assertEquals(
        documents.size(),
        found.findings().stream().filter(f -> !f.isFine()).count(),
        () -> where + found.findings());
    for (Document document : documents) {
      List<Finding> there =
          found.findings().stream().filter(f -> f.offset() == document.offset()).toList();
      assertEquals(1, there.size(), () -> where + found.findings());
      assertFalse(there.get(0).isFine(), () -> where + found.findings());
      assertEquals(document.seq(), there.get(0).firstSeq(), () -> where + found.findings());
      assertEquals(document.seq(), there.get(0).lastSeq(), () -> where + found.findings());
    }
  }

  private static void readsNothingChanged(Path journal, List<EventRecord> written, String where) {
    Journals.Read read;
    try {
      read = Journals.read(journal);
    } catch (JournalException e) {
      return; // Not read at all is not read wrong.
    }
    for (EventRecord record : read.events()) {
      EventRecord expected = written.get((int) record.seq() - 1);
      assertEquals(Journals.asRead(expected, record, read.damage()), record, where);
    }
    assertTrue(read.events().size() <= written.size(), where);
    assertTrue(read.damage().count() < MOST_FAILURES, where);
  }

  @Test
  void aHundredBitsInAHundredDocumentsAreAllFound() throws Exception {
    Path journal = folder.resolve("journal");
    write(journal, 20_000, 1000);
    Path file = JournalFolder.cycles(journal).get(0);
    List<Document> documents = Tampering.documents(file);
    SplittableRandom random = new SplittableRandom(20);
    try (Tampering tampering = new Tampering(file)) {
      for (int round = 0; round < 1000; round++) {
        Set<Integer> chosen = new HashSet<>();
        while (chosen.size() < 100) {
          chosen.add(random.nextInt(documents.size()));
        }
        List<long[]> flips = new ArrayList<>();
        for (int each : chosen) {
          Document document = documents.get(each);
          int at = random.nextInt(document.length());
          flips.add(new long[] {document.offset() + 4 + at, random.nextInt(8)});
        }
        for (long[] flip : flips) {
          tampering.flip(flip[0], (int) flip[1]);
        }
        Verification found = Tampering.verify(journal);
        for (int each : chosen) {
          Document document = documents.get(each);
          assertTrue(
              found.findings().stream()
                  .anyMatch(
                      f ->
                          !f.isFine()
                              && f.offset() == document.offset()
                              && f.firstSeq() == document.seq()),
              "round " + round + ": no word of #" + document.seq() + " at " + document.offset());
        }
        for (long[] flip : flips) {
          tampering.flip(flip[0], (int) flip[1]);
        }
      }
    }
    assertEquals(List.of(), Tampering.verify(journal).findings());
  }
}
