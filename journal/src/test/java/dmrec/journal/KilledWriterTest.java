package dmrec.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.EventRecord;
import dmrec.event.EventRecords;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A writer in a process of its own, which is killed in the middle of its work. */
class KilledWriterTest {
  private static final int ROUNDS = 4;

  @TempDir
  @SuppressWarnings("NullAway.Init") // by JUnit
  Path folder;

  /** Appends for ever; prints each number once its record is in the journal. */
  static final class Appender {
    private Appender() {}

    public static void main(String[] args) throws Exception {
      try (JournalWriter writer = JournalWriter.open(Path.of(args[0]))) {
        while (true) {
          long seq = writer.append(record(writer.lastSeq() + 1));
          System.out.println(seq);
        }
      }
    }
  }

  /** The record of that number; different in length from its neighbours. */
  private static EventRecord record(long seq) {
    EventRecord r = new EventRecords(seq).next();
    long ns = seq * 1_000_000L;
    return new EventRecord(
        seq,
        EventRecords.FIRST_WALL_NS + ns,
        ns,
        0,
        0,
        r.source(),
        r.certainty(),
        r.marks(),
        r.actor(),
        r.device(),
        r.event(),
        r.evidence(),
        r.extra());
  }

  @Test
  void keepsEveryRecordItAcknowledgedAndIsGoneOnWithAtOnce() throws Exception {
    SplittableRandom random = new SplittableRandom(9);
    Path journal = folder.resolve("journal");
    long acknowledged = 0;
    for (int round = 0; round < ROUNDS; round++) {
      Process child = start(journal);
      long until = acknowledged + random.nextLong(200, 3000);
      try (BufferedReader out =
          new BufferedReader(
              new InputStreamReader(child.getInputStream(), StandardCharsets.US_ASCII))) {
        String line = out.readLine();
        assertNotNull(line, this::errors);
        JournalException refused =
            assertThrows(JournalException.class, () -> JournalWriter.open(journal));
        assertTrue(
            String.valueOf(refused.getMessage()).contains("pid " + child.pid() + " on "),
            refused::toString);
        while (line != null) {
          acknowledged = Long.parseLong(line);
          if (acknowledged == until) {
            child.toHandle().destroyForcibly();
          }
          line = out.readLine();
        }
      }
      child.waitFor();
      assertEquals("", errors());
      checkAll(journal, acknowledged);
    }
    long before = System.nanoTime();
    try (JournalWriter writer = JournalWriter.open(journal)) {
      assertTrue(writer.lastSeq() >= acknowledged);
      writer.append(record(writer.lastSeq() + 1));
      acknowledged = writer.lastSeq();
    }
    assertTrue(
        System.nanoTime() - before < 5_000_000_000L, "the dead writer's lock was waited for");
    checkAll(journal, acknowledged);
  }

  private static void checkAll(Path journal, long acknowledged) throws JournalException {
    long seq = 0;
    try (JournalReader reader = JournalReader.open(journal)) {
      for (EventRecord r = reader.next(); r != null; r = reader.next()) {
        assertEquals(record(++seq), r);
      }
    }
    assertTrue(seq >= acknowledged, seq + " of " + acknowledged);
  }

  private Process start(Path journal) throws IOException {
    String java = Path.of(System.getProperty("java.home", ""), "bin", "java").toString();
    String classes = Objects.requireNonNull(System.getProperty("java.class.path"));
    return new ProcessBuilder(
            List.of(
                java,
                "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
                "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
                "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-cp",
                classes,
                Appender.class.getName(),
                journal.toString()))
        .redirectError(new File(folder.toFile(), "errors"))
        .start();
  }

  private String errors() {
    try {
      return Files.readString(folder.resolve("errors"));
    } catch (IOException e) {
      return e.toString();
    }
  }
}
