package dmrec.record;

import dmrec.event.Bytes;
import dmrec.event.Certainty;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.Source;
import dmrec.target.DevNo;
import dmrec.target.Target;
import dmrec.topology.Device;
import java.io.IOException;
import java.util.List;

/**
 * Says what must have happened to a device between two snapshots of it.
 *
 * <p>The kernel tells of few changes itself. A snapshot shows only the outcome, so the steps are
 * put into the order in which the kernel can have taken them: the identity, the tables with what
 * their targets' statuses say, the flags, the counters.
 */
final class DeviceChanges {
  private final EventWriter events;
  private final DeviceTracker tracker;
  private final PathEventDeduplicator paths;
  private final SnapshotReasons reasons;

  DeviceChanges(
      EventWriter events,
      DeviceTracker tracker,
      PathEventDeduplicator paths,
      SnapshotReasons reasons) {
    this.events = events;
    this.tracker = tracker;
    this.paths = paths;
    this.reasons = reasons;
  }

  /** Everything that changed between the device as known and as it was just seen. */
  void tell(
      Device known, DeviceSnapshot snapshot, DeviceTracker.Memory memory, long since, Source source)
      throws IOException {
    DevNo dev = known.dev();
    if (known.ref().diskSeq() <= 0 && snapshot.ref().diskSeq() > 0) {
      // The first table gives a device its place in sysfs, and with it its number.
      tracker.forgetAdded(dev);
    }
    DeviceRef ref = DeviceTracker.completed(known.ref(), snapshot.ref().diskSeq());
    if (!known.name().equals(snapshot.ref().name())) {
      DmEvent renamed = new DmEvent.DeviceRenamed(known.name(), snapshot.ref().name());
      ref = new DeviceRef(dev, ref.diskSeq(), snapshot.ref().name(), ref.uuid());
      events.emit(source, Certainty.DERIVED, since, ref, renamed, Bytes.NONE);
    }
    if (!known.uuid().equals(snapshot.ref().uuid())) {
      ref = new DeviceRef(dev, ref.diskSeq(), ref.name(), snapshot.ref().uuid());
      DmEvent set = new DmEvent.UuidSet(snapshot.ref().uuid());
      events.emit(source, Certainty.DERIVED, since, ref, set, Bytes.NONE);
    }
    tables(known, snapshot, memory, ref, since, source);
    flags(known, snapshot, ref, since, source);
    Device after = events.deviceAt(dev);
    if (after.eventNr() != snapshot.state().eventNr()
        || after.openCount() != snapshot.state().openCount()
        || after.readAheadKib() != snapshot.state().readAheadKib()) {
      events.emit(source, Certainty.DERIVED, since, ref, snapshot.counters(), Bytes.NONE);
    }
  }

  private void flags(
      Device known, DeviceSnapshot snapshot, DeviceRef ref, long since, Source source)
      throws IOException {
    boolean firstTable = known.live() == null && snapshot.live() != null;
    if (known.readOnly() != snapshot.state().readOnly() && !firstTable) {
      events.emit(
          source,
          Certainty.DERIVED,
          since,
          ref,
          new DmEvent.ReadOnlyChanged(snapshot.state().readOnly()),
          Bytes.NONE);
    }
    if (known.suspended() != snapshot.state().suspended()) {
      events.emit(
          source,
          Certainty.DERIVED,
          since,
          ref,
          suspended(snapshot.state().suspended(), false),
          Bytes.NONE);
    }
    if (known.internalSuspend() != snapshot.state().internalSuspend()) {
      events.emit(
          source,
          Certainty.DERIVED,
          since,
          ref,
          suspended(snapshot.state().internalSuspend(), true),
          Bytes.NONE);
    }
    if (known.deferredRemove() != snapshot.state().deferredRemove()) {
      events.emit(
          source,
          Certainty.DERIVED,
          since,
          ref,
          new DmEvent.RemoveDeferred(snapshot.state().deferredRemove()),
          Bytes.NONE);
    }
  }

  private static DmEvent suspended(boolean now, boolean internal) {
    return now ? new DmEvent.DeviceSuspended(internal) : new DmEvent.DeviceResumed(internal);
  }

  private void tables(
      Device known,
      DeviceSnapshot snapshot,
      DeviceTracker.Memory memory,
      DeviceRef ref,
      long since,
      Source source)
      throws IOException {
    TableSlots.Verdict verdict =
        TableSlots.compare(known, snapshot, memory.changeSeen, memory.doubted, memory.doubtsClear);
    memory.doubted = verdict == TableSlots.Verdict.DOUBTED ? snapshot.live() : null;
    memory.doubtsClear = verdict == TableSlots.Verdict.CLEARING_DOUBTED;
    if (verdict == TableSlots.Verdict.NEW_TABLE) {
      DmEvent live =
          new DmEvent.TableLive(
              snapshot.targets(), snapshot.state().dependencies(), snapshot.state().readOnly());
      events.emit(source, Certainty.DERIVED, since, ref, live, Bytes.NONE);
      paths.startOver(ref.dev(), memory);
      memory.startOver();
      boolean counted = snapshot.state().eventNr() != known.eventNr();
      for (int i = 0; i < snapshot.targets().size(); i++) {
        found(
            StatusDiff.acrossTables(
                known.targets(), snapshot.targets(), i, counted, reasons, since),
            snapshot,
            i,
            ref,
            memory,
            since,
            source);
      }
    } else if (verdict == TableSlots.Verdict.CHANGED_TEXT) {
      events.emit(
          source,
          Certainty.DERIVED,
          since,
          ref,
          new DmEvent.TableChanged(snapshot.targets()),
          Bytes.NONE);
    }
    if (verdict != TableSlots.Verdict.NEW_TABLE) {
      statuses(known, snapshot, memory, ref, since, source);
    }
    if (memory.doubtsClear) {
      return;
    }
    Device after = events.deviceAt(ref.dev());
    boolean isUnread = snapshot.inactive() != null && TableSlots.isUnread(after.inactive());
    if (!isUnread && !DeviceSnapshot.sameMapping(after.inactive(), snapshot.inactive())) {
      events.emit(
          source,
          Certainty.DERIVED,
          since,
          ref,
          snapshot.inactive() == null
              ? new DmEvent.TableCleared()
              : new DmEvent.TableLoaded(snapshot.inactive()),
          Bytes.NONE);
    }
  }

  private void statuses(
      Device known,
      DeviceSnapshot snapshot,
      DeviceTracker.Memory memory,
      DeviceRef ref,
      long since,
      Source source)
      throws IOException {
    List<Target> before = known.targets();
    List<Target> after = snapshot.targets();
    if (before.size() != after.size()) {
      return;
    }
    for (int i = 0; i < after.size(); i++) {
      Target was = before.get(i);
      if (memory.groupLeft > 0 && StatusFold.activeGroup(after.get(i)) > 0) {
        was = StatusFold.withGroup(was, memory.groupLeft); // No probe told where I/O went.
        memory.groupLeft = 0;
      }
      if (was.type().equals(after.get(i).type())
          && !before.get(i).status().equals(after.get(i).status())) {
        found(
            StatusDiff.between(was, after.get(i), i, reasons, since),
            snapshot,
            i,
            ref,
            memory,
            since,
            source);
      }
    }
  }

  private void found(
      StatusDiff.Result result,
      DeviceSnapshot snapshot,
      int index,
      DeviceRef ref,
      DeviceTracker.Memory memory,
      long since,
      Source source)
      throws IOException {
    Target target = snapshot.targets().get(index);
    Bytes evidence = Bytes.of(line(target));
    for (StatusDiff.PathChange change : result.paths()) {
      paths.changed(change, ref, memory, since, evidence, source);
    }
    if (result.corrupted() && paths.areUeventsLost()) {
      events.emit(
          source,
          Certainty.DERIVED,
          since,
          ref,
          new DmEvent.VerityCorrupted(index, "", -1, target.status()),
          evidence);
    }
    for (StatusDiff.Found each : result.found()) {
      memory.inSyncTold |= each.event() instanceof DmEvent.MirrorInSync;
      DecodedHit moment = each.moment();
      if (moment == null) {
        events.emit(source, each.certainty(), since, ref, each.event(), evidence);
      } else {
        Certainty certainty =
            isOnly(ref.dev(), index, each) ? each.certainty() : Certainty.INFERRED;
        events.fromProbe(moment.seen(), certainty, moment.actor(), ref, each.event());
      }
    }
    List<Target> shown = events.deviceAt(ref.dev()).targets();
    if (index >= shown.size() || shown.get(index).status().equals(target.status())) {
      return;
    }
    if (UsageBudget.onlyNumbersMoved(shown.get(index).status(), target.status())) {
      if (memory.usage.grants(events.monoNs())) {
        events.emit(
            source,
            Certainty.DERIVED,
            since,
            ref,
            new DmEvent.UsageChanged(index, target.type(), target.status()),
            evidence);
      } else {
        memory.usagePending = true;
      }
    } else {
      events.emit(
          source,
          Certainty.DERIVED,
          since,
          ref,
          new DmEvent.StatusChanged(
              index, target.type(), shown.get(index).status(), target.status()),
          evidence);
    }
  }

  /** Whether no other snapshot can be meant by what the log says of one. */
  private boolean isOnly(DevNo dev, int index, StatusDiff.Found found) {
    for (Device device : events.topology().devices()) {
      for (int i = 0; i < device.targets().size(); i++) {
        boolean isThis = i == index && device.dev().equals(dev);
        if (!isThis && StatusDiff.canHappenTo(device.targets().get(i), found.event())) {
          return false;
        }
      }
    }
    return true;
  }

  private static String line(Target target) {
    return target.startSector()
        + " "
        + target.lengthSectors()
        + " "
        + target.type()
        + " "
        + target.status();
  }
}
