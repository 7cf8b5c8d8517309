package dmrec.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.FullTmpfs;
import dmrec.journal.file.JournalFolder;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A recorder with a spool that is killed, or whose journal is full for a while. */
@Timeout(300)
class KilledSpoolTest extends SpooledJournal {
  private static final int KILLS = 12;

  /** Appends by way of a spool for ever; prints each number that was acknowledged. */
  static final class Appender {
    private Appender() {}

    public static void main(String[] args) throws Exception {
      Path at = Path.of(args[0]);
      JournalOptions options = JournalOptions.usual().withNotices(System.err::println);
      try (Spool spool = Spool.open(at.resolve("journal"), at.resolve("spool"), options)) {
        while (true) {
          System.out.println(spool.writer().append(record(spool.writer().lastSeq() + 1)));
        }
      }
    }
  }

  @Test
  void aKilledRecorderLosesNothingThatWasAcknowledged() throws Exception {
    SplittableRandom random = new SplittableRandom(11);
    long acknowledged = 0;
    for (int round = 0; round < KILLS; round++) {
      Process child = start();
      long more = random.nextLong(1, 9000);
      long until = -1;
      try (BufferedReader out =
          new BufferedReader(
              new InputStreamReader(child.getInputStream(), StandardCharsets.US_ASCII))) {
        @Nullable String line = out.readLine();
        assertNotNull(line);
        assertTrue(Long.parseLong(line) > acknowledged, line);
        while (line != null) {
          acknowledged = Long.parseLong(line);
          until = until < 0 ? acknowledged + more : until;
          if (acknowledged == until) {
            child.toHandle().destroyForcibly();
          }
          line = out.readLine();
        }
      }
      child.waitFor();
      assertEquals("", Files.readString(folder.resolve("errors")));
    }
    try (Spool open = Spool.open(journal, spool, options)) {
      assertTrue(open.writer().lastSeq() >= acknowledged);
      append(open.writer(), 1);
    }
    assertEquals(List.of(), spooled());
    assertTrue(checkAll(journal) > acknowledged);
  }

  private Process start() throws IOException {
    List<String> command = new ArrayList<>(FullTmpfs.java(Appender.class));
    command.add(folder.toString());
    return new ProcessBuilder(command).redirectError(new File(folder.toFile(), "errors")).start();
  }

  /** The journal on a small file system that is full for a while. */
  static final class Full {
    private Full() {}

    public static void main(String[] args) throws Exception {
      Path at = Path.of(args[0]);
      Path journal = at.resolve("tmpfs0").resolve("journal");
      Path spool = at.resolve("tmpfs1").resolve("spool");
      List<String> notices = Collections.synchronizedList(new ArrayList<>());
      JournalOptions options = JournalOptions.usual().withReserve(0).withNotices(notices::add);
      try (FullTmpfs.Filler filler = new FullTmpfs.Filler(at.resolve("tmpfs0").resolve("other"))) {
        try (Spool open = Spool.open(journal, spool, options)) {
          for (int round = 0; round < 3; round++) {
            append(open.writer(), 1000);
            filler.fill();
            append(open.writer(), 2000);
            while (notices.size() == 2 * round) {
              Thread.sleep(5);
            }
            filler.free(0);
            while (notices.size() == 2 * round + 1) {
              Thread.sleep(5);
            }
          }
          filler.fill();
          append(open.writer(), 5000);
        }
        // The recorder ended in front of a full journal.
        if (JournalFolder.cycles(spool).isEmpty()) {
          throw new IllegalStateException("nothing is left in the spool");
        }
        filler.free(0);
      }
      try (Spool open = Spool.open(journal, spool, options)) {
        assertEquals(14_000, open.writer().lastSeq());
      }
      assertEquals(14_000, checkAll(journal));
      assertEquals(List.of(), JournalFolder.cycles(spool));
      for (String notice : notices) {
        System.out.println(notice);
      }
    }
  }

  @Test
  void aFullJournalStopsNobodyAndHasAllOfItInTheEnd() throws Exception {
    String[] told = FullTmpfs.run(folder, "40m 80m", Full.class).split("\n", -1);
    for (int i = 0; i < 8; i++) {
      String expected =
          i % 2 == 0
              ? ".*/tmpfs0/journal: no room for more: .* until then the spool .* keeps what .*"
              : i < 7
                  ? ".*/tmpfs0/journal: can be written again after \\d+ s; .*"
                  : ".*/tmpfs0/journal: could not be written; \\d+ KiB are still in the spool .*";
      assertTrue(told[i].matches(expected), told[i]);
    }
    assertEquals(9, told.length);
  }
}
