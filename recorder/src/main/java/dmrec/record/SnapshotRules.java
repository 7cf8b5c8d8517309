package dmrec.record;

import dmrec.decode.DecodeException;
import dmrec.decode.DeviceList;
import dmrec.event.Bytes;
import dmrec.event.Certainty;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.Source;
import dmrec.target.DevNo;
import dmrec.topology.Device;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What the lists of devices and the snapshots of each of them prove: which lives began and ended,
 * and where a baseline has to say how a device is, as nobody saw how it came to be so.
 */
final class SnapshotRules {
  /** The kernel counts an event right after it sent its uevents ({@code dm.c:event_callback}). */
  private static final long COUNTED_BY_NS = 1_000_000_000L;

  private final EventWriter events;
  private final DeviceTracker tracker;
  private final PathEventDeduplicator paths;
  private final DeviceChanges changes;
  private final PollRequests requests;
  private final Restart restart;
  private final Set<DevNo> toBaseline = new HashSet<>();
  private boolean baselineDue;
  private boolean afterLoss;

  SnapshotRules(
      EventWriter events,
      DeviceTracker tracker,
      PathEventDeduplicator paths,
      DeviceChanges changes,
      PollRequests requests,
      Restart restart) {
    this.events = events;
    this.tracker = tracker;
    this.paths = paths;
    this.changes = changes;
    this.requests = requests;
    this.restart = restart;
  }

  /** A recording begins: how everything is has to be said first. */
  void begin() {
    toBaseline.clear();
    baselineDue = true;
    afterLoss = false;
  }

  /** Something was lost: how everything is has to be said again. */
  void beginAgain() {
    baselineDue = true;
    afterLoss = true;
  }

  void listed(Observation.Listed o) throws IOException, DecodeException {
    DeviceList list = DeviceList.decode(o.reply().buffer());
    endShortLives(o.began());
    tracker.listed(list.devices());
    for (DeviceList.Entry entry : list.devices()) {
      Device known = events.topology().device(entry.dev());
      if (known == null) {
        tracker.appeared(entry.dev());
      }
      if (known == null || differs(known, entry)) {
        requests.device(entry.dev());
      }
    }
    for (Device device : List.copyOf(events.topology().devices())) {
      if (!tracker.isListed(device.dev())) {
        events.derived(
            device.ref(), tracker.lastSeen(device.dev()), new DmEvent.DeviceRemoved(), Bytes.NONE);
        tracker.forget(device.dev());
      }
    }
    tracker.keepListed();
    if (baselineDue) {
      baselineDue = false;
      toBaseline.clear();
      toBaseline.addAll(tracker.listed());
      requests.devices(tracker.listed());
    }
    tracker.listBegan(o.began().wallNs());
  }

  private static boolean differs(Device known, DeviceList.Entry entry) {
    return !known.name().equals(entry.name())
        || (entry.eventNr() != null && known.eventNr() != entry.eventNr())
        || (entry.uuid() != null && !known.uuid().equals(entry.uuid()));
  }

  void sampled(Observation.Sampled o) throws IOException {
    endShortLives(o.began());
    tracker.sampleBegan(o.began().wallNs());
    baselineDue = false;
    afterLoss = false;
    restart.end();
    paths.recover();
    paths.giveUpWaiting(false);
    count(o.began());
  }

  /**
   * Says which number counts the events whose uevents were read after the snapshot that showed it:
   * no snapshot that finds a device as it was is told, so that they would seem not to be counted
   * yet.
   */
  private void count(Stamp began) throws IOException {
    if (!events.isPolled()) {
      return;
    }
    for (DevNo dev : tracker.takeRaised(began.monoNs() - COUNTED_BY_NS)) {
      Device device = events.topology().device(dev);
      if (device != null && events.topology().uncounted(dev) > 0) {
        DmEvent.CountersChanged same =
            new DmEvent.CountersChanged(
                device.eventNr(), device.openCount(), device.readAheadKib());
        events.derived(device.ref(), tracker.lastSeen(dev), same, Bytes.NONE);
      }
    }
  }

  void vanished(Observation.Vanished o) throws IOException {
    Device known = events.topology().device(o.dev());
    DeviceList.Entry entry = tracker.entry(o.dev());
    toBaseline.remove(o.dev());
    if (known != null) {
      events.derived(
          known.ref(), tracker.lastSeen(o.dev()), new DmEvent.DeviceRemoved(), Bytes.NONE);
      tracker.forget(o.dev());
      tracker.wasAbsent(o.dev(), o.began().wallNs());
    } else if (entry != null && tracker.added(o.dev()) == null) {
      tracker.livedShortly(
          new DeviceTracker.ShortLife(entry, tracker.absentSince(o.dev()), o.at()));
    }
  }

  /**
   * Tells of the lives that had no uevents: whatever the kernel sent before {@code began} has been
   * read by now.
   */
  private void endShortLives(Stamp began) throws IOException {
    for (DeviceTracker.ShortLife life : tracker.shortLives()) {
      DeviceList.Entry entry = life.entry();
      if (life.goneAt().monoNs() < began.monoNs() && tracker.added(entry.dev()) == null) {
        endShortLife(life);
      }
    }
  }

  private void endShortLife(DeviceTracker.ShortLife life) throws IOException {
    DeviceList.Entry entry = life.entry();
    tracker.forgetShortLife(entry.dev());
    DeviceRef ref =
        new DeviceRef(entry.dev(), 0, entry.name(), entry.uuid() == null ? "" : entry.uuid());
    events.derived(
        ref, life.absentSinceNs(), new DmEvent.DeviceCreated(false, false), listEvidence(entry));
    events.derived(ref, life.absentSinceNs(), new DmEvent.DeviceRemoved(), Bytes.NONE);
  }

  private static Bytes listEvidence(DeviceList.Entry entry) {
    return Bytes.of(entry.name() + " (" + entry.dev() + ")");
  }

  void polled(Observation.Polled o) throws IOException, DecodeException {
    polled(o.dev(), DeviceSnapshot.of(o), o, Source.DM);
  }

  void polled(Observation.SysfsPolled o) throws IOException, DecodeException {
    polled(o.dev(), sysfsSnapshot(o), o, Source.SYSFS);
  }

  /** A snapshot through sysfs; what it cannot show is as it was in the same life of the device. */
  private DeviceSnapshot sysfsSnapshot(Observation.SysfsPolled o) throws DecodeException {
    if (o.dev().equals(DevNo.NONE)) {
      throw new DecodeException("sysfs device", 0, "a device number", o.dev().toString());
    }
    Device known = events.topology().device(o.dev());
    DeviceSnapshot snapshot = DeviceSnapshot.of(o, known);
    return known == null || isSameLife(known, snapshot) ? snapshot : DeviceSnapshot.of(o, null);
  }

  private void polled(DevNo dev, DeviceSnapshot snapshot, Observation.Answer o, Source source)
      throws IOException {
    Device known = events.topology().device(dev);
    if (known != null && (!isSameLife(known, snapshot) || restart.isOtherLife(known, snapshot))) {
      events.derived(known.ref(), tracker.lastSeen(dev), new DmEvent.DeviceRemoved(), Bytes.NONE);
      tracker.forget(dev);
      known = null;
    }
    DeviceTracker.Hint hint = tracker.added(dev);
    if (known == null && hint != null && isOver(hint, snapshot)) {
      DeviceRef ref = tracker.bornUnseen(dev, hint.diskSeq(), hint);
      events.derived(ref, tracker.absentSince(dev), new DmEvent.DeviceRemoved(), Bytes.NONE);
      tracker.forget(dev);
    }
    DeviceTracker.ShortLife before = tracker.shortLife(dev);
    if (before != null) {
      // The number is in use again, so that life is over whatever its uevents may still say.
      endShortLife(before);
    }
    DeviceTracker.Memory memory = tracker.memory(dev);
    boolean wantsBaseline = toBaseline.remove(dev) || (source == Source.SYSFS && baselineDue);
    boolean goesOn = wantsBaseline && restart.isOn();
    boolean comparable =
        known == null ? afterLoss || restart.knewAll() : !goesOn || restart.knew(source);
    if (wantsBaseline && !comparable) {
      DeviceRef ref = tracker.identified(snapshot.ref());
      events.emit(source, Certainty.REPORTED, 0, ref, snapshot.baseline(), Bytes.NONE);
    } else {
      long since = known == null ? tracker.absentSince(dev) : tracker.lastSeen(dev);
      boolean isNew = known == null;
      if (known == null) {
        known = created(snapshot, since, source);
      }
      if (goesOn) {
        restart.missed(known, isNew, snapshot, since, source);
        memory.changeSeen |= TableSlots.provesNewTable(known.live(), snapshot.live());
      }
      memory.usagePending = false;
      changes.tell(known, snapshot, memory, since, source);
      Device after = events.topology().device(dev);
      boolean drifted = !memory.isUnsettled() && (after == null || !snapshot.shows(after));
      if (wantsBaseline || drifted) {
        events.emit(
            source, Certainty.REPORTED, 0, events.currentRef(dev), snapshot.baseline(), Bytes.NONE);
      }
    }
    tracker.shown(dev);
    memory.changeSeen = false;
    memory.lookBeganNs = o.began().wallNs();
    for (DevNo below : snapshot.state().dependencies()) {
      if (events.topology().device(below) == null && events.topology().disk(below) == null) {
        if (tracker.isListed(below)) {
          requests.device(below);
        } else {
          requests.disk(below);
        }
      }
    }
    if ((afterLoss || restart.isOn()) && toBaseline.isEmpty() && !baselineDue) {
      afterLoss = false;
      restart.end();
      paths.recover();
    }
    paths.giveUpWaiting(false);
  }

  /** Whether a life ended of which no snapshot showed anything: DISKSEQ only grows. */
  private static boolean isOver(DeviceTracker.Hint hint, DeviceSnapshot snapshot) {
    return hint.diskSeq() > 0 && hint.diskSeq() < snapshot.ref().diskSeq();
  }

  private static boolean isSameLife(Device known, DeviceSnapshot snapshot) {
    DeviceRef before = known.ref();
    DeviceRef seen = snapshot.ref();
    if (known.live() != null && snapshot.live() == null) {
      return false; // Nothing but its end takes a device's live table away.
    }
    if (before.diskSeq() > 0 && seen.diskSeq() > 0) {
      return before.diskSeq() == seen.diskSeq();
    }
    return before.uuid().isEmpty()
        || seen.uuid().equals(before.uuid())
        || seen.name().equals(before.name());
  }

  private Device created(DeviceSnapshot snapshot, long since, Source source) throws IOException {
    DeviceRef ref = tracker.identified(snapshot.ref());
    events.emit(
        source,
        Certainty.DERIVED,
        since,
        ref,
        new DmEvent.DeviceCreated(snapshot.state().suspended(), snapshot.state().readOnly()),
        Bytes.NONE);
    return events.deviceAt(ref.dev());
  }
}
