package dmrec.cli.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.cli.host.Failure;
import dmrec.cli.record.JournalPlace.Choice;
import dmrec.cli.record.JournalPlace.Part;
import dmrec.kernel.FileSystemStack.Answer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class JournalPlaceTest {
  private static final Path FOLDER = Path.of("/var/lib/dmrec");
  private static final Answer ON_DM =
      new Answer(List.of(List.of("ext4 at /var", "vg0-var (254:3)")), List.of("more"));

  private final List<String> warnings = new ArrayList<>();

  private void judge(Part part, Answer answer, boolean forced, boolean spooled) {
    JournalPlace.judge(part, FOLDER, answer, new Choice(forced, spooled), warnings::add);
  }

  @Test
  void refusesARecordedDeviceAndNamesTheWaysOut() {
    Failure failure = assertThrows(Failure.class, () -> judge(Part.JOURNAL, ON_DM, false, false));

    assertEquals(1, failure.exitCode());
    assertEquals(
        "/var/lib/dmrec: expected a place on no mapped device, found ext4 at /var, on vg0-var"
            + " (254:3), which would be recorded too: when it is suspended or fails, the recorder"
            + " hangs with it and misses why. Name a folder on another file system with -j (in"
            + " memory, until the next boot: /run/dmrec), give --spool /run/dmrec to keep recording"
            + " in memory meanwhile, or give --force to record there nevertheless",
        failure.getMessage());
    assertEquals(List.of(), warnings);
  }

  @Test
  void saysHowManyMoreDevicesThereAre() {
    Answer three =
        new Answer(
            List.of(List.of("xfs at /", "a (1:1)"), List.of("xfs at /", "b (1:2)"), List.of("c")),
            List.of());

    Failure failure = assertThrows(Failure.class, () -> judge(Part.JOURNAL, three, false, false));

    assertTrue(
        String.valueOf(failure.getMessage()).contains("found xfs at /, on a (1:1) and 2 others,"),
        failure.getMessage());
  }

  @Test
  void forcedItWarns() {
    judge(Part.JOURNAL, ON_DM, true, false);

    assertEquals(
        List.of(
            "/var/lib/dmrec lies on a mapped device that is recorded too (ext4 at /var, on vg0-var"
                + " (254:3)): when it is suspended or fails, the recording stops"),
        warnings);
  }

  @Test
  void aSpoolLiftsTheRefusalForTheJournalOnly() {
    judge(Part.JOURNAL, ON_DM, false, true);

    assertEquals(List.of(), warnings);
    Failure failure = assertThrows(Failure.class, () -> judge(Part.CAPTURE, ON_DM, false, true));
    assertTrue(
        String.valueOf(failure.getMessage())
            .endsWith(
                "with --capture (in memory, until the next boot: /run/dmrec), or give --force to"
                    + " record there nevertheless"),
        failure.getMessage());
  }

  @Test
  void elsewhereNothingIsSaid() {
    judge(Part.JOURNAL, new Answer(List.of(), List.of()), false, false);

    assertEquals(List.of(), warnings);
  }

  @Test
  void whatCannotBeToldIsAWarning() {
    judge(Part.JOURNAL, new Answer(List.of(), List.of("/up is out of sight")), false, false);

    assertEquals(
        List.of(
            "/var/lib/dmrec: cannot tell whether this lies on a mapped device: /up is out of"
                + " sight; if it does, the recording stops when that device does"),
        warnings);
  }
}
