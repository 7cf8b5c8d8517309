package dmrec.journal;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.EventRecord;
import dmrec.event.EventRecords;
import dmrec.event.FullTmpfs;
import dmrec.event.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A writer on a file system that another process fills to its last byte, again and again. */
class FullFileSystemTest {
  @TempDir
  @SuppressWarnings("NullAway.Init") // by JUnit
  Path folder;

  /** Appends as fast as it can, with no reserve, while a filler comes and goes. */
  static final class Race {
    private Race() {}

    public static void main(String[] args) throws Exception {
      Path tmpfs = Path.of(args[0], "tmpfs0");
      long seed = Long.parseLong(args[1]);
      long forNs = Long.parseLong(args[2]) * 1_000_000L;
      Path journal = tmpfs.resolve("journal");
      Thread filling = new Thread(() -> fill(tmpfs, seed));
      filling.setDaemon(true);
      filling.start();
      SplittableRandom random = new SplittableRandom(seed);
      EventRecords records = new EventRecords(seed);
      long kept = 0;
      long refused = 0;
      long opened = 0;
      long beganNs = System.nanoTime();
      RetentionPolicy retention = new RetentionPolicy(0, 2L << 20);
      // A busy machine may take longer until both have happened.
      while (System.nanoTime() - beganNs < forNs
          || ((kept == 0 || refused == 0) && System.nanoTime() - beganNs < 20 * forNs)) {
        JournalOptions options = JournalOptions.usual().withReserve(0).with(retention);
        try (JournalWriter writer = JournalWriter.open(journal, options)) {
          opened++;
          for (long left = random.nextLong(3000); left > 0; left--) {
            // A clock that is set back begins a new file.
            EventRecord record = records.next(Kind.STATUS_CHANGED);
            if (random.nextInt(200) == 0) {
              records = new EventRecords(seed + left);
            }
            try {
              writer.append(record);
              kept++;
            } catch (JournalFullException e) {
              refused++;
              left -= 10;
              Thread.sleep(1);
            }
          }
        } catch (JournalException e) {
          if (!String.valueOf(e.getMessage()).matches(".*(no room for more|No space left).*")) {
            throw e;
          }
        }
      }
      // Retention removed what is not there; all else reads.
      long found = Journals.events(journal).size();
      if (found == 0) {
        throw new IllegalStateException(
            "nothing is there: " + kept + " kept, " + refused + " refused, " + opened + " opened");
      }
      System.out.println(kept + " kept, " + refused + " refused, " + opened + " opened");
    }

    private static void fill(Path tmpfs, long seed) {
      SplittableRandom random = new SplittableRandom(~seed);
      try (FullTmpfs.Filler filler = new FullTmpfs.Filler(tmpfs.resolve("other"))) {
        while (true) {
          filler.fill();
          Thread.sleep(0, random.nextInt(999_999));
          filler.free(random.nextInt(4) == 0 ? 0 : random.nextLong(24L << 20));
          Thread.sleep(random.nextInt(4), random.nextInt(999_999));
        }
      } catch (IOException | InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  @Test
  void refusesRecordsAndGoesOnWhereAnotherFileTakesAllThereIs() throws Exception {
    for (String size : new String[] {"24m", "6m"}) {
      Path at = Files.createDirectory(folder.resolve(size));
      String out = FullTmpfs.run(at, size, Race.class, "1", "4000");
      assertTrue(out.matches("[1-9]\\d* kept, [1-9]\\d* refused, [1-9]\\d* opened\n"), out);
    }
  }
}
