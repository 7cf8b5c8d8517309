package dmrec.query;

import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.journal.Damage;
import dmrec.journal.EventCursor;
import dmrec.journal.EventQuery;
import dmrec.journal.Journal;
import dmrec.journal.JournalException;
import dmrec.journal.Snapshot;
import dmrec.query.filter.StackRelations;
import dmrec.target.DevNo;
import dmrec.topology.Disk;
import dmrec.topology.Topology;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A device or disk that a person named, and all that lay under it at any moment of a stretch of a
 * journal: their lives, not their numbers, which others have before and after them.
 */
final class LowerDevices {
  /** In one boot, which {@code bootSeq} begins: each gives the numbers of lives out anew. */
  private record Life(long bootSeq, DeviceRef ref) {}

  private final DeviceMatcher matcher;
  private final Topology stack;
  private final Set<DevNo> meant = new TreeSet<>();
  private final Map<DevNo, List<Life>> lives = new LinkedHashMap<>();
  private final Map<String, DeviceRef> byName = new HashMap<>();
  private final TreeSet<Long> boots = new TreeSet<>(Set.of(0L));
  private final Damage damage;

  LowerDevices(Journal journal, String device, SeqRange range) throws JournalException {
    matcher = new DeviceMatcher(device);
    Snapshot beginning = range.before(journal);
    stack = beginning.topology();
    stack.records().forEach(this::look);
    EventQuery query = EventQuery.ALL.from(range.fromSeq()).to(range.toSeq());
    try (EventCursor changes = journal.events(query.kinds(StackRelations.structuralKinds()))) {
      for (EventRecord record = changes.next(); record != null; record = changes.next()) {
        stack.apply(record);
        look(record);
      }
      damage = beginning.damage().and(changes.damage());
    }
  }

  private void look(EventRecord record) {
    if (record.event() instanceof DmEvent.RecordingStarted started && !started.goesOn()) {
      boots.add(record.seq());
      meant.clear();
    }
    DevNo dev = SubStack.about(record);
    if (matcher.matches(record)) {
      meant.add(dev);
    }
    if (record.kind() == Kind.DEVICE_REMOVED) {
      meant.remove(dev);
    } else if (meant.contains(dev) || lives.containsKey(dev)) {
      meant.forEach(top -> SubStack.below(stack, top).forEach(this::add));
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

  /** What they were called last; the device itself first. */
  List<DeviceRef> refs() {
    return lives.values().stream().flatMap(List::stream).map(Life::ref).toList();
  }

  Damage damage() {
    return damage;
  }

  boolean mayBe(DeviceRef device) {
    return device.isNone() ? byName.containsKey(device.name()) : lives.containsKey(device.dev());
  }

  /** Which of them an event is about, or names as a path, leg or disk; null for none. */
  @Nullable DeviceRef find(EventRecord record) {
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
      found = name.isEmpty() ? null : byName.get(name);
      found = found == null && matcher.isMeantByName(named) ? named : found;
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
