package dmrec.record;

import dmrec.event.Bytes;
import dmrec.event.Certainty;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.Source;
import dmrec.target.DevNo;
import dmrec.topology.Device;
import dmrec.topology.Disk;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Where a recording goes on from one that ended in the same boot: what can be said of the time
 * between, in which nobody listened.
 *
 * <p>Until each device has been polled, its state is the one last known, and the difference to the
 * first snapshot is what happened meanwhile. How often something happened only the event number
 * tells.
 */
final class Restart {
  private final EventWriter events;
  private final Set<DevNo> disks = new LinkedHashSet<>();
  private boolean on;
  private boolean knewTables;
  private boolean knewAll;
  private long endNs;

  Restart(EventWriter events) {
    this.events = events;
  }

  /** A recording begins, and the topology is still as the one before it left it. */
  void begin(DmEvent.RecordingStarted started, Stamp at) {
    DmEvent.RecordingStarted before = events.topology().recording();
    disks.clear();
    on = before != null && started.goesOn();
    if (before == null || !on) {
      return;
    }
    List<String> sources = before.sources();
    boolean stopped = events.topology().isStopped();
    knewTables = sources.contains(Source.DM.word());
    // One that was killed before its first list knew of no device, and not that there was none.
    knewAll =
        (knewTables || sources.contains(Source.SYSFS.word()))
            && (stopped || !events.topology().devices().isEmpty());
    // One that was killed may not have polled since its last round.
    long lastNs =
        stopped ? events.topology().wallNs() : events.topology().wallNs() - before.sampleNs();
    endNs = Math.max(1, Math.min(lastNs, at.wallNs()));
    events.topology().disks().forEach(disk -> disks.add(disk.dev()));
  }

  /** Whether the first poll of everything is not done yet. */
  boolean isOn() {
    return on;
  }

  /** Everything has been polled. */
  void end() {
    on = false;
  }

  /** Wall clock of the last moment at which the stack was as it is known. */
  long endNs() {
    return endNs;
  }

  /** Whether a device that is not known was not there at that moment. */
  boolean knewAll() {
    return on && knewAll;
  }

  /** Whether what {@code source} shows was known then, so that a difference is a change. */
  boolean knew(Source source) {
    return knewTables || source != Source.DM;
  }

  /** The disks to be polled again. */
  Set<DevNo> disks() {
    return disks;
  }

  /**
   * Whether the device began again at zero. Where the kernel numbers no lives (DISKSEQ), a number
   * that went back tells it.
   */
  boolean isOtherLife(Device known, DeviceSnapshot snapshot) {
    return on
        && known.ref().diskSeq() <= 0
        && snapshot.ref().diskSeq() <= 0
        && (int) (snapshot.state().eventNr() - known.eventNr()) < 0;
  }

  /**
   * Tells how many events the device raised.
   *
   * @param created whether it was not there before
   */
  void missed(Device known, boolean created, DeviceSnapshot snapshot, long since, Source source)
      throws IOException {
    long from = known.eventNr();
    long to = snapshot.state().eventNr();
    if (source != Source.DM || from == to || !(created || knewTables)) {
      return;
    }
    long moved = new DmEvent.EventsMissed(0, from, to).moved();
    long count = Math.max(0, moved - events.topology().uncounted(known.dev()));
    events.emit(
        source,
        Certainty.DERIVED,
        since,
        DeviceTracker.completed(known.ref(), snapshot.ref().diskSeq()),
        new DmEvent.EventsMissed(count, from, to),
        Bytes.NONE);
  }

  /** A disk was polled: another one may bear its number by now. */
  void seen(Disk disk) throws IOException {
    Disk known = events.topology().disk(disk.dev());
    if (disks.remove(disk.dev())
        && known != null
        && !known.wwid().isEmpty()
        && !disk.wwid().isEmpty()
        && !known.wwid().equals(disk.wwid())) {
      removed(known);
    }
  }

  /** There is nothing of that number. */
  void vanished(Observation.Vanished o) throws IOException {
    Disk known = events.topology().disk(o.dev());
    if (disks.remove(o.dev()) && known != null) {
      removed(known);
    }
  }

  private void removed(Disk disk) throws IOException {
    if (disk.present()) {
      events.emit(
          Source.SYSFS,
          Certainty.DERIVED,
          endNs,
          DeviceRef.NONE,
          new DmEvent.DiskRemoved(disk.dev(), disk.name()),
          Bytes.NONE);
    }
  }
}
