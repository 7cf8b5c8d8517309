package dmrec.query.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.event.Source;
import dmrec.query.DeviceText;
import dmrec.target.DevNo;
import dmrec.topology.Device;
import dmrec.topology.Topology;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StackRelationsTest {
  private static final DevNo SDB = new DevNo(8, 16);
  private long seq;

  @Test
  void judgesByTheStackAfterTheEventAndBeforeARemoval() {
    // given
    StackRelations stack = new StackRelations(new Topology());
    DeviceRef mpatha = device(0);
    DeviceRef data = device(1);
    stack.see(record(DeviceRef.NONE, new DmEvent.DiskAdded(SDB, "sdb", "", "", 1, "")));
    stack.see(record(mpatha, new DmEvent.DeviceCreated(false, false)));

    // when a table makes it stand on the disk
    EventRecord live = record(mpatha, new DmEvent.TableLive(List.of(), List.of(SDB), false));
    assertFalse(holds(stack, record(mpatha, new DmEvent.DeviceResumed(false)), "over", "sdb"));
    assertTrue(holds(stack, live, "over", "sdb"));
    assertTrue(holds(stack, live, "uses", "8:16"));
    stack.see(record(data, new DmEvent.DeviceCreated(false, false)));
    EventRecord above =
        record(data, new DmEvent.TableLive(List.of(), List.of(mpatha.dev()), false));

    // then
    assertTrue(holds(stack, above, "over", "sdb"));
    assertFalse(holds(stack, above, "uses", "sdb"));
    assertTrue(holds(stack, above, "uses", "dev0"));
    EventRecord failed = record(mpatha, new DmEvent.PathFailed(SDB, "sdb", 0, 1));
    assertTrue(holds(stack, failed, "under", "dev1"));
    assertTrue(holds(stack, failed, "under", "dev0"), "its path is under it");
    assertFalse(holds(stack, record(mpatha, new DmEvent.DeviceResumed(false)), "under", "dev0"));
    EventRecord gone = record(DeviceRef.NONE, new DmEvent.DiskRemoved(SDB, "sdb"));
    assertTrue(holds(stack, gone, "under", "/dev/mapper/dev1"));
    EventRecord removed = record(data, new DmEvent.DeviceRemoved());
    assertTrue(holds(stack, removed, "over", "sdb"));
    assertFalse(holds(stack, failed, "under", "dev1"));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void agreesWithAFoldOfEveryEvent(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    StackRelations stack = new StackRelations(new Topology());
    Topology whole = new Topology();
    int held = 0;
    for (int i = 0; i < 3000; i++) {
      EventRecord record = random(random);
      stack.see(record);
      Topology before = whole.copy();
      whole.apply(record);
      Topology judged = record.kind() == Kind.DEVICE_REMOVED ? before : whole;
      for (Relation relation : Relation.values()) {
        String name = random.nextBoolean() ? "dev" + random.nextInt(6) : "8:" + random.nextInt(3);
        boolean expected = holds(judged, record.device().dev(), relation, name);
        assertEquals(
            expected,
            stack.holds(record, relation, DeviceText.of(name)),
            () -> relation + " " + name + " at " + record);
        held += expected ? 1 : 0;
      }
    }
    assertTrue(held > 100, "too few held to prove anything: " + held);
  }

  private EventRecord random(SplittableRandom random) {
    int minor = random.nextInt(6);
    return switch (random.nextInt(12)) {
      case 0 -> record(device(minor), new DmEvent.DeviceRemoved());
      case 1, 2 -> record(device(minor), new DmEvent.DeviceSuspended(false));
      case 3 ->
          record(
              device(minor), new DmEvent.DeviceRenamed("dev" + minor, "dev" + random.nextInt(6)));
      case 4, 5 -> record(device(minor), new DmEvent.DeviceCreated(false, false));
      default -> {
        List<DevNo> uses = new ArrayList<>();
        for (int i = random.nextInt(3); i >= 0; i--) {
          // Rings too: what is recorded in the middle of a change may hold one.
          uses.add(
              random.nextBoolean()
                  ? new DevNo(254, random.nextInt(6))
                  : new DevNo(8, random.nextInt(3)));
        }
        yield record(device(minor), new DmEvent.TableLive(List.of(), uses, false));
      }
    };
  }

  private static boolean holds(Topology stack, DevNo dev, Relation relation, String name) {
    for (DevNo meant : meant(stack, name)) {
      boolean holds =
          switch (relation) {
            case UNDER -> reaches(stack, meant, dev, new HashSet<>());
            case OVER -> reaches(stack, dev, meant, new HashSet<>());
            case USES -> uses(stack, dev).contains(meant);
          };
      if (holds) {
        return true;
      }
    }
    return false;
  }

  private static List<DevNo> meant(Topology stack, String name) {
    if (DevNo.isDevNo(name)) {
      return List.of(DevNo.parse(name));
    }
    return stack.devices().stream().filter(d -> d.name().equals(name)).map(Device::dev).toList();
  }

  private static List<DevNo> uses(Topology stack, DevNo dev) {
    Device device = stack.device(dev);
    return device == null ? List.of() : device.dependencies();
  }

  private static boolean reaches(Topology stack, DevNo from, DevNo to, Set<DevNo> seen) {
    for (DevNo next : uses(stack, from)) {
      if (next.equals(to) || (seen.add(next) && reaches(stack, next, to, seen))) {
        return true;
      }
    }
    return false;
  }

  private static boolean holds(
      StackRelations stack, EventRecord record, String relation, String device) {
    stack.see(record);
    Relation how = Relation.ofWord(relation);
    return how != null && stack.holds(record, how, DeviceText.of(device));
  }

  private static DeviceRef device(int minor) {
    return new DeviceRef(new DevNo(254, minor), minor + 1, "dev" + minor, "");
  }

  private EventRecord record(DeviceRef device, DmEvent event) {
    return EventRecord.of(event).seq(++seq).at(seq, seq).source(Source.DM).device(device).build();
  }
}
