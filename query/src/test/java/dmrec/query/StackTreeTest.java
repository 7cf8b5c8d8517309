package dmrec.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.DeviceRef;
import dmrec.event.DeviceState;
import dmrec.event.DmEvent;
import dmrec.query.StackTree.Options;
import dmrec.target.DevNo;
import dmrec.target.Target;
import dmrec.topology.Topology;
import java.util.List;
import org.junit.jupiter.api.Test;

class StackTreeTest {
  private static final DevNo SDB = new DevNo(8, 16);
  private static final DevNo SDC = new DevNo(8, 32);
  private static final DevNo MPATH = new DevNo(254, 0);

  private static Topology stack() {
    Topology topology = new Topology();
    Recorded.apply(
        topology, DeviceRef.NONE, new DmEvent.DiskAdded(SDB, "sdb", "naa.600a", "", 2097152, ""));
    Recorded.apply(topology, DeviceRef.NONE, new DmEvent.DiskAdded(SDC, "sdc", "", "S1", -1, ""));
    String status = "2 0 1 0 2 1 A 0 1 0 8:16 A 0 E 0 1 0 8:32 F 2 ";
    device(
        topology,
        MPATH,
        "mpatha",
        "mpath-3600a",
        new Target(0, 2097152, "multipath", "", status),
        List.of(SDC, SDB));
    device(
        topology,
        new DevNo(254, 1),
        "vg-a",
        "LVM-a",
        new Target(0, 2048, "linear", "254:0 0", ""),
        List.of(MPATH));
    device(
        topology,
        new DevNo(254, 2),
        "vg\u001b-b",
        "",
        new Target(0, 3, "linear", "254:0 2048", ""),
        List.of(MPATH));
    Recorded.apply(
        topology,
        new DeviceRef(new DevNo(254, 2), 1, "vg\u001b-b", ""),
        new DmEvent.DeviceSuspended(false));
    Recorded.apply(
        topology,
        new DeviceRef(new DevNo(254, 2), 1, "vg\u001b-b", ""),
        new DmEvent.TableLoaded(List.of(new Target(0, 8, "zero", "", ""))));
    return topology;
  }

  private static void device(
      Topology topology, DevNo dev, String name, String uuid, Target target, List<DevNo> uses) {
    Recorded.apply(
        topology,
        new DeviceRef(dev, 1, name, uuid),
        new DmEvent.Baseline(
            new DeviceState(
                false,
                false,
                false,
                false,
                0,
                0,
                128,
                true,
                List.of(target),
                false,
                List.of(),
                uses)));
  }

  @Test
  void drawsAStackDownToItsDisks() {
    String expected =
        """
        vg\\x1b-b 254:2 1.5 KiB SUSPENDED
        |- linear 1.5 KiB at 0
        |- INACTIVE TABLE loaded, not in use
        |  `- zero 4 KiB at 0
        `- mpatha 254:0 1 GiB mpath-3600a
           `- multipath 1 GiB at 0: 1 of 2 paths valid
              |- group 1 active, next I/O goes here
              |  `- sdb 8:16 active 1 GiB naa.600a
              `- group 2 enabled
                 `- sdc 8:32 FAILED, failed 2 times S1
        vg-a 254:1 1 MiB LVM-a
        |- linear 1 MiB at 0
        `- mpatha 254:0 (see above)
        """;
    assertEquals(expected, StackTree.draw(stack(), new Options(false, false)));
  }

  @Test
  void coloursAndBoxesChangeNoWord() {
    String plain = StackTree.draw(stack(), new Options(true, false));
    String coloured = StackTree.draw(stack(), new Options(true, true));
    assertTrue(plain.contains("├─ linear"));
    assertEquals(plain, coloured.replaceAll("\033\\[[0-9;]*m", ""));
  }

  @Test
  void summarisesEachKindOfTarget() {
    String drawn = StackTree.draw(Recorded.load("targets").topology(), new Options(false, false));
    assertTrue(drawn.contains("mirror 8 MiB at 0: 100% in sync\n"), drawn);
    assertTrue(drawn.contains("snapshot 8 MiB at 0: 0% used\n"), drawn);
    assertTrue(
        drawn.contains("thin-pool 2 MiB at 0: read-write, data 0% used, metadata 10.2% used\n"),
        drawn);
    assertTrue(drawn.contains("raid 4 MiB at 0: raid1 AA, 100% in sync, idle\n"), drawn);
    assertTrue(drawn.contains("multipath 8 MiB at 0: 4 of 4 paths valid\n"), drawn);
  }

  @Test
  void drawsNothingOfNothing() {
    assertEquals("", StackTree.draw(new Topology(), new Options(true, true)));
  }
}
