package dmrec.console;

import dmrec.event.Actor;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.journal.EventCursor;
import dmrec.journal.EventQuery;
import dmrec.journal.Journal;
import dmrec.journal.JournalException;
import dmrec.journal.Position;
import dmrec.topology.Device;
import dmrec.topology.Disk;
import dmrec.topology.TopologyView;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The names a user may mean: of the stack at the moment, the stack at the end, and what the last
 * events were about and who was behind them. Looked up when they are first asked for after a move.
 *
 * <p>A completion must not take long, so names that only older events bear are not found.
 */
final class JournalNames {
  private static final int RECENT_EVENTS = 2_000;
  private static final int MOST = 5_000;

  private final Journal journal;
  private final Set<String> devices = new TreeSet<>();
  private final Set<String> uuids = new TreeSet<>();
  private final Set<String> numbers = new TreeSet<>();
  private final Set<String> disks = new TreeSet<>();
  private final Set<String> commands = new TreeSet<>();
  private final Set<String> executables = new TreeSet<>();
  private final Set<String> units = new TreeSet<>();
  private long lookedAtSeq = -1;

  JournalNames(Journal journal) {
    this.journal = journal;
  }

  /** Looks again where the moment has moved. */
  void look(@Nullable EventRecord moment) {
    long seq = moment == null ? 0 : moment.seq();
    if (seq == lookedAtSeq) {
      return;
    }
    List.of(devices, uuids, numbers, disks, commands, executables, units).forEach(Set::clear);
    try {
      add(journal.at(Position.atSeq(seq)).topology());
      add(journal.at(Position.END).topology());
      addRecent();
      lookedAtSeq = seq;
    } catch (JournalException e) {
      // Some names are better than none; the next command will tell what is wrong.
    }
  }

  private void add(TopologyView stack) {
    for (Device device : stack.devices()) {
      add(device.ref());
    }
    for (Disk disk : stack.disks()) {
      addTo(disks, disk.name());
      addTo(numbers, disk.dev().toString());
    }
  }

  private void add(DeviceRef device) {
    if (!device.isNone()) {
      addTo(devices, device.name());
      addTo(uuids, device.uuid());
      addTo(numbers, device.dev().toString());
    }
  }

  private void add(@Nullable Actor actor) {
    if (actor != null) {
      addTo(commands, actor.command());
      addTo(commands, actor.parentCommand());
      addTo(executables, actor.executable());
      addTo(units, actor.unit());
    }
  }

  private static void addTo(Set<String> names, String name) {
    if (!name.isEmpty() && names.size() < MOST) {
      names.add(name);
    }
  }

  private void addRecent() throws JournalException {
    try (EventCursor events = journal.events(EventQuery.ALL.backward())) {
      EventRecord record = events.next();
      for (int i = 0; i <= RECENT_EVENTS && record != null; i++) {
        add(record.device());
        add(record.actor());
        if (record.event() instanceof DmEvent.DeviceRenamed renamed) {
          addTo(devices, renamed.oldName());
          addTo(devices, renamed.newName());
        }
        record = events.next();
      }
    }
  }

  Set<String> devices() {
    return devices;
  }

  Set<String> uuids() {
    return uuids;
  }

  Set<String> numbers() {
    return numbers;
  }

  Set<String> disks() {
    return disks;
  }

  /** Of processes and their parents. */
  Set<String> commands() {
    return commands;
  }

  Set<String> executables() {
    return executables;
  }

  Set<String> units() {
    return units;
  }
}
