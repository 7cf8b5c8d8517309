package dmrec.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.event.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A journal on a small file system that another file fills for a while. */
@Order(8)
class FullTest extends RecordedScenario {
  private static final int COUNT = 3000;
  private static final Set<Kind> TOLD_AGAIN =
      EnumSet.of(Kind.GAP, Kind.BASELINE, Kind.DISK_BASELINE, Kind.DISK_REMOVED);

  FullTest() {
    super("full", Integer.toString(COUNT));
  }

  private List<DmEvent.Gap> gaps() {
    return events(Kind.GAP).stream().map(record -> (DmEvent.Gap) record.event()).toList();
  }

  private long lost() {
    return gaps().stream().mapToLong(DmEvent.Gap::count).sum();
  }

  @Test
  void theRecordingGoesOnAndSaysSo() throws IOException {
    assertTrue(lost() > 0, "all of it had room");
    for (DmEvent.Gap gap : gaps()) {
      assertEquals(DmEvent.Gap.JOURNAL, gap.lost());
    }
    DmEvent.RecordingStopped end =
        (DmEvent.RecordingStopped) events(Kind.RECORDING_STOPPED).get(0).event();
    assertEquals(lost(), end.lost());
    String said = Files.readString(out().resolve("record.stderr"));
    assertTrue(said.contains("/mnt/j/journal: no room for more: "), said);
    assertTrue(said.contains("the journal has room again: "), said);
  }

  /** The capture has all there was to record, so it says how much is missing. */
  @Override
  @Test
  void captureRecordedAgainGivesTheSameEvents(@TempDir Path folder) throws IOException {
    Path again = folder.resolve("journal");
    Path capture = out().resolve("capture.ndjson");
    Said said = dmrec(List.of("record", "--from", capture.toString(), "-j", again.toString()));
    assertEquals(0, said.status(), said.err());
    long toldAgain =
        events().stream()
            .filter(r -> r.source() == Source.RECORDER && TOLD_AGAIN.contains(r.kind()))
            .count();
    List<EventRecord> all = read(again);
    assertEquals(all.size(), events().size() - toldAgain + lost());
  }
}
