package dmrec.record;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dmrec.event.FullTmpfs;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A recorder in a process of its own, under which a file system of its own is changed, filled and
 * freed, and which is frozen and killed. {@code -Drounds=200} for more rounds.
 */
@Timeout(900)
class TakenAwayRoundsTest {
  private static final String ROUNDS = String.valueOf(Integer.getInteger("rounds", 6));

  @TempDir
  @SuppressWarnings("NullAway.Init") // by JUnit
  Path folder;

  @Test
  void theAccountIsExactWhateverIsDoneToTheJournal() throws Exception {
    String seed = String.valueOf(Long.getLong("seed", 1));
    assertEquals(
        "well", FullTmpfs.run(folder, "64m 16m", TakenAwayRounds.class, "direct", ROUNDS, seed));
  }

  @Test
  void theAccountIsExactByWayOfASpool() throws Exception {
    String seed = String.valueOf(Long.getLong("seed", 2));
    assertEquals(
        "well", FullTmpfs.run(folder, "64m 16m", TakenAwayRounds.class, "spool", ROUNDS, seed));
  }
}
