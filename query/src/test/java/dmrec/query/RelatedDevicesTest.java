package dmrec.query;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.target.DevNo;
import dmrec.topology.Topology;
import java.util.List;
import org.junit.jupiter.api.Test;

class RelatedDevicesTest {
  private static final DeviceRef LOWER = Story.mapped(0, 14, "mpatha");
  private static final DeviceRef DATA = Story.mapped(1, 15, "data");
  private static final DeviceRef OTHER = Story.mapped(2, 16, "other");

  /** Disk 1, mpatha on it 3, data on mpatha 5, other 7, data gone 8, its number used again 9. */
  private final Story story =
      new Story()
          .disk(Story.SDA, "sda")
          .create(LOWER, "linear", "8:0 0", "", List.of(Story.SDA))
          .create(DATA, "linear", "254:0 0", "", List.of(LOWER.dev()))
          .create(OTHER, "zero", "", "", List.of())
          .add(DATA, new DmEvent.DeviceRemoved())
          .create(Story.mapped(1, 17, "next"), "zero", "", "", List.of())
          .fail(OTHER, Story.SDA, "sda", 0)
          .add(new DeviceRef(DevNo.NONE, 0, "data", ""), new DmEvent.KernelMessage("x", 3, 0));

  @Test
  void whatIsUnderItIsRelatedAndAnotherOfItsNumberIsNot() {
    assertEquals(List.of(1L, 2L, 3L, 4L, 5L, 8L, 11L, 12L), related("data", false));
    assertEquals(List.of(1L, 2L, 3L, 11L), related("mpatha", false));
  }

  @Test
  void whatIsOverItIsRelatedWhereThatIsAskedFor() {
    assertEquals(List.of(1L, 2L, 3L, 4L, 5L, 8L, 11L, 12L), related("mpatha", true));
    // Whoever names it as a path is over it.
    assertEquals(List.of(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 11L, 12L), related("/dev/sda", true));
    assertEquals(List.of(), related("nobody", true));
  }

  private List<Long> related(String device, boolean over) {
    RelatedDevices related = new RelatedDevices(device, new Topology(), over);
    story.records().forEach(related::see);
    return story.records().stream()
        .filter(record -> related.find(record) != null)
        .map(EventRecord::seq)
        .toList();
  }
}
