package dmrec.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.EventRecords;
import dmrec.journal.file.CycleFile;
import dmrec.journal.file.DocumentScanner;
import dmrec.journal.file.JournalFolder;
import dmrec.journal.file.RecordLayout;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Writers in processes of their own, which are killed at random moments: while they open, begin a
 * file, append, seal, sign, change keys, remove old files. {@code -Dkills=1000} for more of them.
 */
class KilledWriterTest {
  private static final int KILLS = Integer.getInteger("kills", 40);
  private static final int LANES = 2;
  private static final int KILLS_A_JOURNAL = 20;

  @TempDir
  @SuppressWarnings("NullAway.Init") // by JUnit
  Path folder;

  /** Says which number comes next, appends for ever, says each number once it is written. */
  static final class Appender {
    private Appender() {}

    public static void main(String[] args) throws Exception {
      JournalOptions options =
          JournalOptions.usual()
              .with(new RetentionPolicy(0, RetentionPolicy.LEAST_BYTES))
              .with(SyncPolicy.DEFAULT)
              .with(args.length > 1 ? SigningKey.read(Path.of(args[1])) : null);
      try (JournalWriter writer = JournalWriter.open(Path.of(args[0]), options)) {
        System.out.println("next " + (writer.lastSeq() + 1));
        while (true) {
          System.out.println(writer.append(record(writer.lastSeq() + 1)));
        }
      }
    }
  }

  /** The record of that number; different in length from its neighbours. */
  private static EventRecord record(long seq) {
    EventRecord r = new EventRecords(seq).next();
    long ns = seq * 1_000_000L;
    return r.toBuilder()
        .seq(seq)
        .at(EventRecords.FIRST_WALL_NS + ns, ns)
        .notBeforeNs(0)
        .kernelNs(0)
        .build();
  }

  @Test
  void keepsEveryRecordItAcknowledgedAndGoesOnWithTheNextNumber() throws Exception {
    ExecutorService lanes = Executors.newFixedThreadPool(LANES);
    try {
      List<Future<Integer>> killed = new ArrayList<>();
      for (int first = 0; first < KILLS; first += KILLS_A_JOURNAL) {
        int from = first;
        Callable<Integer> journal =
            () -> killOne(from, Math.min(KILLS, from + KILLS_A_JOURNAL) - from);
        killed.add(lanes.submit(journal));
      }
      int sum = 0;
      for (Future<Integer> each : killed) {
        sum += each.get();
      }
      assertEquals(KILLS, sum);
    } finally {
      lanes.shutdownNow();
    }
  }

  /** Writers of one journal, one after the other; every other journal is signed. */
  private int killOne(int seed, int kills) throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    Path journal = folder.resolve("journal-" + seed);
    Path key = null;
    String publicKey = null;
    if (seed / KILLS_A_JOURNAL % 2 == 1) {
      // A new key each two hundred records.
      key = folder.resolve("key-" + seed);
      publicKey = SigningKey.create(key, 200_000_000L, EventRecords.FIRST_WALL_NS).publicKey();
    }
    Path errors = folder.resolve("errors-" + seed);
    long last = 0;
    for (int i = 0; i < kills; i++) {
      long acknowledged = 0;
      Process child = start(journal, key, errors);
      try (BufferedReader out =
          new BufferedReader(
              new InputStreamReader(child.getInputStream(), StandardCharsets.US_ASCII))) {
        String line = out.readLine();
        assertNotNull(line, () -> text(errors));
        assertEquals("next " + (last + 1), line);
        Thread killer = new Thread(() -> kill(child, random.nextLong(400_000)));
        killer.start();
        for (line = out.readLine(); line != null; line = out.readLine()) {
          acknowledged = Long.parseLong(line);
        }
        killer.join();
      }
      child.waitFor();
      assertEquals("", text(errors));
      last = check(journal, last, acknowledged);
      if (i == 0 && key == null) {
        // As a writer of format 1 would have left it: the next one goes on behind it.
        Format1Journals.rewrite(journal);
      }
      if (JournalFolder.cycles(journal).isEmpty()) {
        continue; // It was killed before its first file had a name.
      }
      Verification verified = Journal.verify(journal, publicKey, Verification.Progress.NONE);
      assertTrue(
          verified.findings().stream().allMatch(Finding::isFine),
          () -> seed + ": " + verified.findings());
    }
    return kills;
  }

  private static void kill(Process child, long micros) {
    try {
      Thread.sleep(micros / 1000, (int) (micros % 1000) * 1000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    child.toHandle().destroyForcibly();
  }

  /** Everything from the first record left on, in order; the number of the last. */
  private static long check(Path journal, long before, long acknowledged) throws JournalException {
    long last = 0;
    long removedTo = 0;
    if (JournalFolder.cycles(journal).isEmpty()) {
      assertEquals(0, Math.max(before, acknowledged));
      return 0;
    }
    for (EventRecord r : Journals.events(journal)) {
      assertTrue(last == 0 || r.seq() == last + 1, "#" + r.seq() + " behind #" + last);
      last = r.seq();
      if (r.event() instanceof DmEvent.FilesRemoved removed && !record(r.seq()).equals(r)) {
        removedTo = Math.max(removedTo, removed.lastSeq());
      } else {
        assertEquals(record(r.seq()), r);
      }
    }
    assertTrue(last >= Math.max(before, acknowledged), last + " of " + acknowledged);
    // A file may have a name and no event yet.
    assertTrue(removedTo < Math.max(1, last), removedTo + " removed, " + last + " last");
    return last;
  }

  /** The moment between a file's name and its first event, too short to be hit often. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aFileWithoutAnEventYetIsIntactAndGoneOnBehind(boolean signed) throws Exception {
    Path journal = folder.resolve("journal");
    SigningKey key =
        signed
            ? SigningKey.create(folder.resolve("key"), 200_000_000L, EventRecords.FIRST_WALL_NS)
            : null;
    JournalOptions options = JournalOptions.usual().with(key);
    try (JournalWriter writer = JournalWriter.open(journal, options)) {
      writer.append(record(1));
    }
    cutBeforeFirstEvent(JournalFolder.cycles(journal).get(0));

    assertEquals(0, check(journal, 0, 0));
    Verification verified =
        Journal.verify(journal, key == null ? null : key.publicKey(), Verification.Progress.NONE);
    assertTrue(verified.findings().stream().allMatch(Finding::isFine), verified::toString);
    try (JournalWriter writer = JournalWriter.open(journal, options)) {
      assertEquals(0, writer.lastSeq());
      assertEquals(1, writer.append(record(1)));
    }
    assertEquals(1, check(journal, 0, 1));
  }

  private static void cutBeforeFirstEvent(Path file) throws IOException {
    long last = 0;
    long end;
    long hint;
    try (DocumentScanner scanner = new DocumentScanner(CycleFile.open(file))) {
      while (scanner.next(true) != DocumentScanner.Found.EVENT) {
        last = scanner.offset();
      }
      end = scanner.offset();
      hint = scanner.file().writePositionAt();
    }
    byte[] position = new byte[8];
    RecordLayout.LONG_LE.set(position, 0, last);
    try (Tampering tampering = new Tampering(file)) {
      tampering.truncate(end);
      tampering.write(hint, position);
    }
  }

  @Test
  void aDeadWritersLockIsNotWaitedForAndALivingOnesNamesItsHolder() throws Exception {
    Path journal = folder.resolve("journal");
    Path errors = folder.resolve("errors");
    Process child = start(journal, null, errors);
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(child.getInputStream(), StandardCharsets.US_ASCII))) {
      assertEquals("next 1", out.readLine());
      JournalException refused =
          assertThrows(JournalException.class, () -> JournalWriter.open(journal));
      assertTrue(
          String.valueOf(refused.getMessage()).contains("pid " + child.pid() + " on "),
          refused::toString);
      child.toHandle().destroyForcibly();
    }
    child.waitFor();
    JournalWriter.open(journal).close();
  }

  private static Process start(Path journal, @Nullable Path key, Path errors) throws IOException {
    List<String> command =
        ForkedJava.command(List.of("-XX:TieredStopAtLevel=1"), Appender.class, journal.toString());
    if (key != null) {
      command.add(key.toString());
    }
    return new ProcessBuilder(command).redirectError(new File(errors.toString())).start();
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }
}
