package dmrec.bundle;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.journal.JournalException;
import dmrec.journal.JournalOptions;
import dmrec.journal.JournalWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilesOfDaysTest {
  private static final long DAY_NS = 86_400_000_000_000L;

  @TempDir
  @SuppressWarnings("NullAway.Init") // by JUnit
  Path folder;

  private JournalWriter writer() throws JournalException {
    return JournalWriter.open(folder.resolve("journal"), JournalOptions.usual());
  }

  private static void append(JournalWriter journal, long wallNs) throws JournalException {
    journal.append(
        EventRecord.of(new DmEvent.ClockStepped(1, 1))
            .at(wallNs, 0)
            .device(DeviceRef.NONE)
            .build());
  }

  @Test
  void aFileBeginsWithEachDayAndEachStepBack() throws JournalException {
    FilesOfDays files = new FilesOfDays();
    long[] wallNs = {5, 7, 6, DAY_NS - 1, DAY_NS, 2 * DAY_NS - 1, 2 * DAY_NS - 2_000_000};
    int[] expected = {1, 1, 1, 1, 2, 2, 3};

    try (JournalWriter journal = writer()) {
      for (int i = 0; i < wallNs.length; i++) {
        assertEquals(FilesOfDays.Answer.YES, files.hold(journal, wallNs[i]));
        append(journal, wallNs[i]);
        assertEquals(expected[i], files.files(), "at " + wallNs[i]);
      }
    }
  }

  @Test
  void aFileThatNoEventBeganIsCountedOncePerDay() throws JournalException {
    FilesOfDays files = new FilesOfDays();
    long[] wallNs = {DAY_NS, DAY_NS + 5, DAY_NS + 3, 2 * DAY_NS, 2 * DAY_NS + 1};
    int[] expected = {1, 1, 2, 3, 3};

    try (JournalWriter journal = writer()) {
      for (int i = 0; i < wallNs.length; i++) {
        assertEquals(FilesOfDays.Answer.YES, files.hold(journal, wallNs[i]));
        assertEquals(expected[i], files.files(), "at " + wallNs[i]);
      }
    }
  }

  @Test
  void behindTheLastFileOnlyItsDayGoesOn() throws JournalException {
    FilesOfDays files = new FilesOfDays();
    for (int file = 0; file < 1999; file++) {
      assertEquals(FilesOfDays.Answer.YES, files.begin(1));
    }

    try (JournalWriter journal = writer()) {
      assertEquals(FilesOfDays.Answer.YES, files.hold(journal, DAY_NS));
      append(journal, DAY_NS);

      assertEquals(FilesOfDays.Answer.TOO_MANY_FILES, files.hold(journal, 2 * DAY_NS));
      assertEquals(FilesOfDays.Answer.TOO_MANY_FILES, files.hold(journal, 0));
      assertEquals(FilesOfDays.Answer.YES, files.hold(journal, DAY_NS + 1));
    }
    assertEquals(2000, files.files());
  }

  @Test
  void ofALargeStackThereAreFewerFiles() throws JournalException {
    FilesOfDays files = new FilesOfDays(3000);
    for (int file = 0; file < 2; file++) {
      assertEquals(FilesOfDays.Answer.YES, files.begin(1400));
    }

    try (JournalWriter journal = writer()) {
      assertEquals(FilesOfDays.Answer.YES, files.hold(journal, DAY_NS));
      append(journal, DAY_NS);

      assertEquals(FilesOfDays.Answer.TOO_LARGE_STACKS, files.begin(200));
      assertEquals(FilesOfDays.Answer.TOO_LARGE_STACKS, files.hold(journal, 2 * DAY_NS));
      assertEquals(FilesOfDays.Answer.YES, files.hold(journal, DAY_NS + 1));
    }
    assertEquals(3, files.files());
  }
}
