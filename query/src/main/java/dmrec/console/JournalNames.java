package dmrec.console;

import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.journal.JournalException;
import dmrec.journal.JournalInfo;
import dmrec.journal.JournalReader;
import dmrec.query.Damage;
import dmrec.query.Moment;
import dmrec.query.TopologyAt;
import dmrec.topology.Device;
import dmrec.topology.Disk;
import dmrec.topology.Topology;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The names a user may mean: of the stack at the moment, the stack at the end, and what the last
 * events were about. Looked up when they are first asked for after a move.
 *
 * <p>A completion must not take long, so names that only older events bear are not found.
 */
final class JournalNames {
  private static final int RECENT_EVENTS = 2_000;
  private static final int MOST = 5_000;

  private final Path journal;
  private final Set<String> devices = new TreeSet<>();
  private final Set<String> uuids = new TreeSet<>();
  private final Set<String> numbers = new TreeSet<>();
  private final Set<String> disks = new TreeSet<>();
  private long lookedAtSeq = -1;

  JournalNames(Path journal) {
    this.journal = journal;
  }

  /** Looks again where the moment has moved. */
  void look(@Nullable EventRecord moment) {
    long seq = moment == null ? 0 : moment.seq();
    if (seq == lookedAtSeq) {
      return;
    }
    devices.clear();
    uuids.clear();
    numbers.clear();
    disks.clear();
    try {
      add(TopologyAt.of(journal, new Moment.AtSeq(seq)).topology());
      add(TopologyAt.of(journal, null).topology());
      addRecent();
      lookedAtSeq = seq;
    } catch (JournalException e) {
      // Some names are better than none; the next command will tell what is wrong.
    }
  }

  private void add(Topology stack) {
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

  private static void addTo(Set<String> names, String name) {
    if (!name.isEmpty() && names.size() < MOST) {
      names.add(name);
    }
  }

  private void addRecent() throws JournalException {
    long last = JournalInfo.of(journal).lastSeq();
    Damage damage = new Damage();
    try (JournalReader reader = JournalReader.open(journal)) {
      reader.seekSeq(Math.max(0, last - RECENT_EVENTS));
      for (int i = 0; i <= RECENT_EVENTS; i++) {
        try {
          EventRecord record = reader.next();
          if (record == null) {
            return;
          }
          add(record.device());
          if (record.event() instanceof DmEvent.DeviceRenamed renamed) {
            addTo(devices, renamed.oldName());
            addTo(devices, renamed.newName());
          }
        } catch (JournalException e) {
          damage.add(e);
        }
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
}
