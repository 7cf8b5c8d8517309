package dmrec.query;

import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.query.filter.StackRelations;
import dmrec.target.DevNo;
import dmrec.topology.Disk;
import dmrec.topology.Topology;
import dmrec.topology.TopologyView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * All devices and disks that at any moment of a stretch had to do with one that a person named:
 * those under it and, if asked for, those over it with all that these stand on. Lives are meant,
 * not numbers, which others have before and after them. Logs may tell a name and no number.
 */
public final class RelatedDevices {
  /** In one boot, which {@code bootSeq} begins: each gives the numbers of lives out anew. */
  private record Life(long bootSeq, DeviceRef ref) {}

  private final DeviceMatcher matcher;
  private final Topology stack;
  private final boolean over;
  private final Set<DevNo> meant = new TreeSet<>();
  private final Map<DevNo, List<Life>> lives = new LinkedHashMap<>();
  private final Map<String, DeviceRef> byName = new HashMap<>();
  private final TreeSet<Long> boots = new TreeSet<>(Set.of(0L));

  /**
   * Begins with a stack.
   *
   * @param device as {@code --device} takes it
   * @param over whether what is over it is related too
   */
  public RelatedDevices(String device, TopologyView begin, boolean over) {
    matcher = new DeviceMatcher(device);
    stack = begin.copy();
    this.over = over;
    begin.records().forEach(this::look);
  }

  /** Goes on by one event; only {@link StackRelations#structuralKinds} must not be left out. */
  public void see(EventRecord record) {
    stack.apply(record);
    look(record);
  }

  private void look(EventRecord record) {
    if (record.event() instanceof DmEvent.RecordingStarted started && !started.goesOn()) {
      boots.add(record.seq());
      meant.clear();
    }
    DevNo dev = SubStack.about(record);
    if (matcher.matches(record)) {
      if (dev.equals(DevNo.NONE)) {
        byName.put(record.device().name(), record.device());
      } else {
        meant.add(dev);
      }
    }
    if (record.kind() == Kind.DEVICE_REMOVED) {
      meant.remove(dev);
    } else if ((over && StackRelations.structuralKinds().contains(record.kind()))
        || meant.contains(dev)
        || lives.containsKey(dev)) {
      meant.forEach(top -> SubStack.numbers(stack, top, over).forEach(this::add));
    }
  }

  private void add(DevNo dev) {
    long boot = boots.last();
    DeviceRef known = stack.ref(dev);
    List<Life> of = lives.computeIfAbsent(dev, d -> new ArrayList<>());
    if (known == null && of.stream().anyMatch(life -> life.bootSeq == boot)) {
      return;
    }
    Disk disk = stack.disk(dev);
    DeviceRef ref =
        known == null ? new DeviceRef(dev, 0, disk == null ? "" : disk.name(), "") : known;
    of.removeIf(life -> life.bootSeq == boot && life.ref.isSameLife(ref));
    of.add(new Life(boot, ref));
    byName.put(ref.name(), ref);
    byName.put(ref.uuid(), ref);
    byName.remove("");
  }

  public boolean isEmpty() {
    return lives.isEmpty() && byName.isEmpty();
  }

  /** What they were called last; the device itself first. */
  List<DeviceRef> refs() {
    return lives.values().stream().flatMap(List::stream).map(Life::ref).toList();
  }

  /** Whether a device may be one of them in some life. */
  boolean mayBe(DeviceRef device) {
    return device.isNone() ? byName.containsKey(device.name()) : lives.containsKey(device.dev());
  }

  /** Which of them an event is about, or names as a path, leg or disk; null for none. */
  public @Nullable DeviceRef find(EventRecord record) {
    long boot = boots.headSet(record.seq(), true).last();
    DeviceRef device = record.device();
    DevNo part = SubStack.part(record.event());
    DeviceRef found = find(boot, device);
    if (found == null && part != null) {
      found = find(boot, new DeviceRef(part, 0, "", ""));
    }
    if (found == null && device.isNone()) {
      String name =
          record.event() instanceof DmEvent.RequestFailed refused ? refused.name() : device.name();
      DeviceRef named = new DeviceRef(DevNo.NONE, 0, name, "");
      found = matcher.isMeantByName(named) ? byName.getOrDefault(name, named) : byName.get(name);
    }
    return found;
  }

  private @Nullable DeviceRef find(long boot, DeviceRef device) {
    for (Life life : lives.getOrDefault(device.dev(), List.of())) {
      if (life.bootSeq == boot && life.ref.isSameLife(device)) {
        return life.ref;
      }
    }
    return null;
  }
}
