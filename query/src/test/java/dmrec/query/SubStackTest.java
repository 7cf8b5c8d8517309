package dmrec.query;

import static dmrec.query.Samples.device;
import static dmrec.query.Samples.record;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.target.DevNo;
import dmrec.target.Target;
import dmrec.topology.Device;
import dmrec.topology.Topology;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SubStackTest {
  private final Topology whole = new Topology();

  /** top stands on left and right; left on sda, right on sdb; other on sdb too. */
  @BeforeEach
  void build() {
    disk(1, new DevNo(8, 0), "sda");
    disk(2, new DevNo(8, 16), "sdb");
    on(3, 0, "left", new DevNo(8, 0));
    on(4, 1, "right", new DevNo(8, 16));
    on(5, 2, "other", new DevNo(8, 16));
    on(6, 3, "top", new DevNo(254, 0), new DevNo(254, 1));
  }

  @Test
  void keepsWhatADeviceStandsOn() {
    Topology part = SubStack.of(whole, "top");

    assertEquals(List.of("left", "right", "top"), names(part));
    assertEquals(2, part.disks().size());
  }

  @Test
  void keepsWhatStandsOnADeviceWithAllItsLegs() {
    assertEquals(List.of("left", "right", "top"), names(SubStack.of(whole, "left")));
    assertEquals(List.of("other"), names(SubStack.of(whole, "254:2")));
  }

  @Test
  void findsWhatUsesADisk() {
    assertEquals(List.of("left", "other", "right", "top"), names(SubStack.of(whole, "sdb")));
  }

  @Test
  void keepsTheDeviceAsItIs() {
    Device right = SubStack.of(whole, "right").device(new DevNo(254, 1));

    assertNotNull(right);
    assertEquals(whole.device(new DevNo(254, 1)), right);
  }

  @Test
  void isEmptyWhereNothingIsMeant() {
    assertEquals(0, SubStack.of(whole, "none").seq());
  }

  private static List<String> names(Topology topology) {
    return topology.devicesByName().stream().map(Device::name).toList();
  }

  private void disk(long seq, DevNo dev, String name) {
    whole.apply(record(seq, DeviceRef.NONE, new DmEvent.DiskBaseline(dev, name, "", "", 64, "")));
  }

  private void on(long seq, int minor, String name, DevNo... below) {
    DeviceRef ref = device(minor, minor + 10, name, "");
    whole.apply(record(seq, ref, new DmEvent.DeviceCreated(false, false)));
    Target target = new Target(0, 64, "linear", "0", "");
    whole.apply(record(seq, ref, new DmEvent.TableLive(List.of(target), List.of(below), false)));
  }
}
