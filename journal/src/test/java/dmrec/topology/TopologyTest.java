package dmrec.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dmrec.event.Certainty;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Source;
import dmrec.target.DevNo;
import dmrec.target.Target;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class TopologyTest {
  private static final DeviceRef VERITY = new DeviceRef(new DevNo(254, 3), 7, "root", "");

  private static EventRecord record(long seq, DmEvent event) {
    return EventRecord.of(event).seq(seq).at(seq, seq).source(Source.UEVENT).device(VERITY).build();
  }

  @Test
  void anEventOfATargetThatTheTableDoesNotHaveChangesNothing() {
    // given a verity device
    Topology stack = new Topology();
    stack.apply(record(1, new DmEvent.DeviceCreated(false, false)));
    List<Target> targets = List.of(new Target(0, 8, "verity", "", "V"));
    stack.apply(record(2, new DmEvent.TableLive(targets, List.of(), false)));
    // when a journal from somebody says that blocks of other targets are corrupt
    for (int target : new int[] {-1, 1, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
      stack.apply(record(3, new DmEvent.VerityCorrupted(target, "data", 1, "C")));
      // then its own target is as it was
      assertEquals(targets, stack.devices().iterator().next().targets());
    }
    stack.apply(record(4, new DmEvent.VerityCorrupted(0, "data", 1, "C")));
    assertEquals("C", stack.devices().iterator().next().targets().get(0).status());
  }

  @Test
  void whatAProgramClaimedChangesNothing() {
    Topology stack = new Topology();
    stack.apply(record(1, new DmEvent.DeviceCreated(false, false)));
    EventRecord claimed =
        record(2, new DmEvent.DeviceRemoved()).toBuilder().certainty(Certainty.CLAIMED).build();
    stack.apply(claimed);
    assertEquals(1, stack.devices().size());
    assertEquals(2, stack.seq());
  }

  @Test
  void aRecordTakesEffectUnderTheNumberItIsGiven() {
    Topology stack = new Topology();
    stack.apply(record(1, new DmEvent.DeviceCreated(false, false)), 77);
    assertEquals(77, stack.seq());
  }

  @Test
  void keepsTheTargetPortOfADisk() {
    Topology stack = new Topology();
    DevNo sdb = new DevNo(8, 16);
    stack.apply(record(1, new DmEvent.DiskAdded(sdb, "sdb", "naa.5", "", 8, "0x5001")));
    Topology again = new Topology();
    stack.records().forEach(again::apply);
    assertEquals("0x5001", Objects.requireNonNull(again.disk(sdb)).port());
  }
}
