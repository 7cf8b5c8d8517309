package dmrec.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real multipathd whose paths die and come back, with LVM on top. */
@Order(2)
class FailoverTest extends RecordedScenario {
  FailoverTest() {
    super("failover");
  }

  @Test
  void everyPathFailsAndComesBackAsOftenAsItWasMadeTo() {
    assertAsCaused(EnumSet.of(Kind.PATH_FAILED, Kind.PATH_REINSTATED, Kind.DEVICE_CREATED));
  }

  @Test
  void dmsetupSaysTheSameOfAJournalThatIsBeingWritten(@TempDir Path folder) throws IOException {
    assertAlikeWhileItIsWritten(folder.resolve("journal"));
  }

  @Test
  void everyTableIsThere() {
    // Multipathd may load further ones.
    for (Cause cause : causes()) {
      if (cause.kinds().contains(Kind.TABLE_LIVE)) {
        assertTrue(
            events(Kind.TABLE_LIVE).stream()
                .anyMatch(
                    record ->
                        record.device().name().equals(cause.name())
                            && record.notBeforeNs() <= cause.afterNs()
                            && record.wallNs() >= cause.beforeNs()),
            cause.toString());
      }
    }
  }

  @Test
  void pathsAreToldWithTheirDisksAndWithWhatIsLeft() {
    List<String> told = new ArrayList<>();
    for (EventRecord record : events()) {
      if (record.event() instanceof DmEvent.PathFailed event) {
        told.add("-" + event.disk() + " " + event.validPaths());
      } else if (record.event() instanceof DmEvent.PathReinstated event) {
        told.add("+" + event.disk() + " " + event.validPaths());
      }
    }
    assertEquals(
        List.of(
            "-sdb 3", "-sdc 2", "+sdb 3", "-sdb 2", "-sda 1", "-sdd 0", "+sdd 1", "+sda 2",
            "+sdb 3", "+sdc 4"),
        told);
  }
}
