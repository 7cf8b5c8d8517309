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
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Has each change of a path told once, though two sources show it: the kernel's uevent and the
 * status.
 *
 * <p>The uevent says more, and the status is often read first. So a change that only the status
 * shows waits for its uevent, and is told without it where none comes.
 */
final class PathEventDeduplicator {
  /**
   * A path's uevent is sent from a work queue right after its state changes; one that has not come
   * by then will not come.
   */
  private static final long PATH_UEVENT_PATIENCE_NS = 5_000_000_000L;

  /** Uevents on their way at once, of one device: far more than the kernel queues. */
  private static final int MOST_TOLD = 65_536;

  /** What is remembered of a device's paths. */
  static final class Paths {
    /** Changes that the status showed before their uevents were read, in order. */
    private final ArrayDeque<Awaited> awaited = new ArrayDeque<>();

    /** The events that were told without a uevent: its state, until a uevent of it comes. */
    private final Map<DevNo, Boolean> toldFailed = new HashMap<>();

    /** The kernel's numbers of the events that a probe told, until their uevents come. */
    private final Set<Long> toldSeqnums = new LinkedHashSet<>();

    /** The newest uevent of each path: the kernel may send older ones behind it. */
    private final Map<DevNo, Newest> newest = new HashMap<>();
  }

  /** The kernel's number of a path's newest uevent. */
  private static final class Newest {
    private long dmSeqnum;

    private Newest(long dmSeqnum) {
      this.dmSeqnum = dmSeqnum;
    }
  }

  /** A path whose status changed before its uevent was read. */
  private record Awaited(StatusDiff.PathChange change, long sinceMonoNs, long notBeforeNs) {}

  private final EventWriter events;
  private final DeviceTracker tracker;
  private boolean ueventsLost;
  private boolean pathUeventSeen;
  private boolean pathUeventMissed;

  PathEventDeduplicator(EventWriter events, DeviceTracker tracker) {
    this.events = events;
    this.tracker = tracker;
  }

  void clear() {
    ueventsLost = false;
    pathUeventSeen = false;
    pathUeventMissed = false;
  }

  /** Uevents were lost: what the status shows may have none to wait for. */
  void loseUevents() {
    ueventsLost = true;
  }

  /** Whatever the lost uevents said has been seen since. */
  void recover() {
    ueventsLost = false;
  }

  boolean areUeventsLost() {
    return ueventsLost;
  }

  /** A probe told a path's event, whose uevent is still to come. */
  void told(DevNo dev, DmEvent.OfPath event) {
    Paths of = tracker.memory(dev).paths;
    stopWaiting(of, event.path(), event.failed());
    if (event.dmSeqnum() == 0) {
      of.toldFailed.put(event.path(), event.failed());
      return;
    }
    of.toldSeqnums.add(event.dmSeqnum());
    if (of.toldSeqnums.size() > MOST_TOLD) {
      of.toldSeqnums.remove(of.toldSeqnums.iterator().next()); // Its uevent was lost.
    }
  }

  /**
   * The kernel's uevent of a path came. Returns whether its change was told without it.
   *
   * @param dmSeqnum the kernel's count of the device's path uevents; 0 where it gives none
   */
  boolean heard(DevNo dev, DevNo path, boolean failed, long dmSeqnum) {
    pathUeventSeen = true;
    pathUeventMissed = false;
    DeviceTracker.Memory memory = tracker.remembered(dev);
    if (memory == null) {
      return false;
    }
    if (!memory.paths.toldSeqnums.isEmpty() && memory.paths.toldSeqnums.remove(dmSeqnum)) {
      return true;
    }
    if (!memory.paths.awaited.isEmpty()) {
      stopWaiting(memory.paths, path, failed);
    }
    // A path's two events alternate: a second one of a kind is the one already told.
    Boolean told = memory.paths.toldFailed.remove(path);
    return told != null && told == failed;
  }

  /**
   * Whether a newer uevent of the path was read already.
   *
   * @param dmSeqnum the kernel's count of the device's path uevents, unsigned 32 bits; 0 where it
   *     gives none
   */
  boolean isLate(DevNo dev, DevNo path, long dmSeqnum) {
    DeviceTracker.Memory memory = tracker.remembered(dev);
    if (memory == null || dmSeqnum <= 0) {
      return false;
    }
    Newest newest = memory.paths.newest.get(path);
    if (newest == null) {
      memory.paths.newest.put(path, new Newest(dmSeqnum));
      return false;
    }
    if ((int) (dmSeqnum - newest.dmSeqnum) < 0) {
      return true;
    }
    newest.dmSeqnum = dmSeqnum;
    return false;
  }

  private static void stopWaiting(Paths of, DevNo path, boolean failed) {
    for (Iterator<Awaited> each = of.awaited.iterator(); each.hasNext(); ) {
      Awaited awaited = each.next();
      if (awaited.change().path().equals(path) && awaited.change().failed() == failed) {
        each.remove();
        return;
      }
    }
  }

  /** The status shows that a path changed. */
  void changed(
      StatusDiff.PathChange change,
      DeviceRef ref,
      DeviceTracker.Memory memory,
      long since,
      Bytes evidence,
      Source source)
      throws IOException {
    if (ueventsLost || (pathUeventMissed && !pathUeventSeen)) {
      pathFromStatus(change, ref, memory, since, evidence, source);
    } else {
      memory.paths.awaited.addLast(new Awaited(change, events.monoNs(), since));
      tracker.await(ref.dev());
    }
  }

  /** A new table has new paths: what was said of the old ones' says nothing of them. */
  void startOver(DevNo dev, DeviceTracker.Memory memory) {
    memory.paths.awaited.clear();
    memory.paths.toldFailed.clear();
    tracker.stopAwaiting(dev);
  }

  private void pathFromStatus(
      StatusDiff.PathChange change,
      DeviceRef ref,
      DeviceTracker.Memory memory,
      long since,
      Bytes evidence,
      Source source)
      throws IOException {
    memory.paths.toldFailed.put(change.path(), change.failed());
    String disk = events.diskName(change.path());
    events.emit(
        source,
        Certainty.DERIVED,
        since,
        ref,
        DmEvent.OfPath.of(change.failed(), change.path(), disk, change.validPaths(), 0),
        evidence);
  }

  /** Says what a path's status said where no uevent says it: after some time, or at the end. */
  void giveUpWaiting(boolean all) throws IOException {
    for (DevNo dev : tracker.awaiting()) {
      DeviceTracker.Memory memory = tracker.remembered(dev);
      Device device = events.topology().device(dev);
      if (memory == null || device == null) {
        tracker.stopAwaiting(dev);
        continue;
      }
      boolean told = false;
      for (Awaited awaited = memory.paths.awaited.peekFirst();
          awaited != null
              && (all || events.monoNs() - awaited.sinceMonoNs() > PATH_UEVENT_PATIENCE_NS);
          awaited = memory.paths.awaited.peekFirst()) {
        memory.paths.awaited.removeFirst();
        told = true;
        pathUeventMissed = true;
        pathFromStatus(
            awaited.change(), device.ref(), memory, awaited.notBeforeNs(), Bytes.NONE, Source.DM);
      }
      if (memory.paths.awaited.isEmpty()) {
        tracker.stopAwaiting(dev);
      }
      if (told) {
        restoreStatus(device);
      }
    }
  }

  /** The status was seen already: path events told late must not change it again. */
  private void restoreStatus(Device seen) throws IOException {
    for (int i = 0; i < seen.targets().size(); i++) {
      String was = events.deviceAt(seen.dev()).targets().get(i).status();
      Target target = seen.targets().get(i);
      if (!was.equals(target.status())) {
        events.derived(
            seen.ref(),
            tracker.lastSeen(seen.dev()),
            UsageBudget.onlyNumbersMoved(was, target.status())
                ? new DmEvent.UsageChanged(i, target.type(), target.status())
                : new DmEvent.StatusChanged(i, target.type(), was, target.status()),
            Bytes.NONE);
      }
    }
  }
}
