package dmrec.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dmrec.journal.file.CheckpointNote;
import dmrec.topology.Topology;
import org.junit.jupiter.api.Test;

class FilesOfDaysTest {
  private static final long DAY_NS = 86_400_000_000_000L;

  @Test
  void aFileBeginsWithEachDayAndEachStepBack() {
    FilesOfDays files = new FilesOfDays();
    long[] wallNs = {5, 7, 6, DAY_NS - 1, DAY_NS, 2 * DAY_NS - 1, 2 * DAY_NS - 2_000_000};
    int[] expected = {1, 1, 1, 1, 2, 2, 3};

    for (int i = 0; i < wallNs.length; i++) {
      assertEquals(FilesOfDays.Answer.YES, files.hold(wallNs[i], new Topology()));
      assertEquals(expected[i], files.files(), "at " + wallNs[i]);
    }
  }

  @Test
  void behindTheLastFileOnlyItsDayGoesOn() {
    FilesOfDays files = new FilesOfDays();
    Topology none = new Topology();
    for (long day = 0; day < 2000; day++) {
      assertEquals(FilesOfDays.Answer.YES, files.hold(day * DAY_NS, none));
    }

    assertEquals(FilesOfDays.Answer.TOO_MANY_FILES, files.hold(2000 * DAY_NS, none));
    assertEquals(FilesOfDays.Answer.TOO_MANY_FILES, files.hold(0, none));
    assertEquals(FilesOfDays.Answer.YES, files.hold(1999 * DAY_NS + 1, none));
    assertEquals(2000, files.files());
  }

  @Test
  void ofALargeStackThereAreFewerFiles() throws Exception {
    Topology stack = new Topology();
    Journals.storedEvents("failover").forEach(stack::apply);
    FilesOfDays files = new FilesOfDays(3 * CheckpointNote.bytes(stack));
    for (long day = 0; day < 3; day++) {
      assertEquals(FilesOfDays.Answer.YES, files.hold(day * DAY_NS, stack));
      assertEquals(FilesOfDays.Answer.YES, files.hold(day * DAY_NS + 1, stack));
    }

    assertEquals(FilesOfDays.Answer.TOO_LARGE_STACKS, files.hold(3 * DAY_NS, stack));
    assertEquals(FilesOfDays.Answer.TOO_LARGE_STACKS, files.hold(3 * DAY_NS, new Topology()));
    assertEquals(FilesOfDays.Answer.YES, files.hold(2 * DAY_NS + 2, stack));
  }
}
