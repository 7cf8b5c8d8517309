package dmrec.record;

import dmrec.decode.Cookie;
import dmrec.decode.DecodeException;
import dmrec.decode.Uevent;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.Mark;
import dmrec.event.PathEvent;
import dmrec.target.DevNo;
import dmrec.target.Target;
import dmrec.topology.Device;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What a uevent says by itself, and what it only hints at until a snapshot shows the rest.
 *
 * <p>Anybody with the privilege can send a uevent, and udev repeats the kernel's. So what is
 * believed depends on the sender: of uevents, only the kernel's own may end a device's life.
 */
final class UeventRules {
  private final EventWriter events;
  private final DeviceTracker tracker;
  private final PathEventDeduplicator paths;
  private final PollRequests requests;
  private final ProbeRules probes;

  UeventRules(
      EventWriter events,
      DeviceTracker tracker,
      PathEventDeduplicator paths,
      PollRequests requests,
      ProbeRules probes) {
    this.events = events;
    this.tracker = tracker;
    this.paths = paths;
    this.requests = requests;
    this.probes = probes;
  }

  void uevent(Observation.UeventSeen o) throws IOException, DecodeException {
    Uevent u = Uevent.decode(o.message());
    DevNo dev = u.devNo();
    if (!u.isBlock()) {
      return;
    }
    if (dev == null || dev.equals(DevNo.NONE)) {
      if (u.isDm()) {
        trace(u, DevNo.NONE, o);
      }
      return;
    }
    if (!u.isDm()) {
      if (!o.udev()) {
        diskUevent(u, dev, o);
      }
      return;
    }
    boolean fromProcess = o.senderPid() > 0; // Of udev, which repeats, or of whoever injects.
    String action = u.dmAction();
    DevNo path = u.dmPath();
    Uevent.VerityError corruption = u.verityError();
    if (!o.udev() && action != null && path != null && isPathAction(action)) {
      pathUevent(u, dev, path, action, o);
    } else if (!o.udev() && corruption != null) {
      String type = corruption.type() == 0 ? "data" : "metadata";
      DmEvent fault = new DmEvent.VerityCorrupted(verityTarget(dev), type, corruption.block(), "");
      if (!fromProcess && probes.hasTold(dev, fault)) {
        trace(u, dev, o);
      } else {
        events.fromUevent(o, u, tracker.refOf(dev, u.diskSeq()), fault);
      }
    } else if (!o.udev() && !fromProcess && !u.synthetic() && u.action().equals("remove")) {
      removeUevent(u, dev, o);
    } else {
      trace(u, dev, o);
      if (!o.udev() && !fromProcess) {
        hint(u, dev, o);
      }
    }
    if (!fromProcess && (u.synthetic() || !u.action().equals("remove"))) {
      requests.device(dev);
    }
  }

  private static boolean isPathAction(String action) {
    return action.equals("PATH_FAILED") || action.equals("PATH_REINSTATED");
  }

  private int verityTarget(DevNo dev) {
    Device device = events.topology().device(dev);
    List<Target> targets = device == null ? List.of() : device.targets();
    for (int i = 0; i < targets.size(); i++) {
      if (targets.get(i).type().equals("verity")) {
        return i;
      }
    }
    return 0;
  }

  private void pathUevent(Uevent u, DevNo dev, DevNo path, String action, Observation.UeventSeen o)
      throws IOException {
    boolean failed = action.equals("PATH_FAILED");
    boolean byKernel = o.senderPid() <= 0;
    if (byKernel) {
      tracker.raised(dev, events.monoNs());
    }
    boolean late = byKernel && paths.isLate(dev, path, u.dmSeqNum());
    if (tracker.isEnded(dev, u.diskSeq())
        || (byKernel && paths.heard(dev, path, failed, u.dmSeqNum()))) {
      trace(u, dev, o);
      return;
    }
    DeviceRef ref = u.named(tracker.refOf(dev, u.diskSeq()));
    String disk = events.diskName(path);
    events.fromUevent(
        o,
        u,
        late ? Mark.LATE.bit() : 0,
        ref,
        DmEvent.OfPath.of(failed, path, disk, u.validPaths(), u.dmSeqNum()));
  }

  /** As {@link #uevent} of the same message, without an object. */
  void path(PathEvent event) throws IOException {
    DevNo dev = event.dev();
    boolean byKernel = event.actor() == null;
    if (byKernel) {
      tracker.raised(dev, events.monoNs());
    }
    boolean late = byKernel && paths.isLate(dev, event.path(), event.dmSeqnum());
    event.interpreted(events.diskName(event.path()), late);
    if (byKernel && paths.heard(dev, event.path(), event.failed(), event.dmSeqnum())) {
      events.append(
          event.asRecord().toBuilder()
              .marks(0)
              .device(tracker.refOf(dev, event.diskSeq()))
              .event(new DmEvent.Uevent("change", 0, List.of(), event.seqnum(), false))
              .build());
    } else {
      events.append(event);
    }
    if (byKernel) {
      requests.device(dev);
    }
  }

  private void removeUevent(Uevent u, DevNo dev, Observation.UeventSeen o) throws IOException {
    DeviceRef known = events.topology().ref(dev);
    DeviceTracker.Hint hint = tracker.added(dev);
    if (probes.isRemoving(dev)) {
      trace(u, dev, o); // It is sent before the device is gone (dm-ioctl.c:dev_remove).
    } else if (known != null && DeviceTracker.isSameLife(known.diskSeq(), u.diskSeq())) {
      events.fromUevent(
          o, u, DeviceTracker.completed(known, u.diskSeq()), new DmEvent.DeviceRemoved());
      tracker.forget(dev);
    } else if (known == null
        && hint != null
        && DeviceTracker.isSameLife(hint.diskSeq(), u.diskSeq())) {
      // It came and went between two snapshots.
      DeviceRef ref = tracker.bornUnseen(dev, u.diskSeq(), hint);
      events.fromUevent(o, u, ref, new DmEvent.DeviceRemoved());
      tracker.forget(dev);
    } else {
      trace(u, dev, o);
    }
  }

  private void hint(Uevent u, DevNo dev, Observation.UeventSeen o) {
    if (u.synthetic()) {
      return;
    }
    if (u.action().equals("add") && !tracker.isEnded(dev, u.diskSeq())) {
      tracker.added(dev, new DeviceTracker.Hint(u.diskSeq(), o.message()));
    } else if (u.action().equals("change")) {
      tracker.memory(dev).changeSeen = true;
    }
  }

  private void trace(Uevent u, DevNo dev, Observation.UeventSeen o) throws IOException {
    Cookie cookie = u.cookie();
    List<String> flags = new ArrayList<>();
    if (cookie != null) {
      cookie.flags().forEach(flag -> flags.add(flag.name()));
    }
    events.fromUevent(
        o,
        u,
        dev.equals(DevNo.NONE) ? DeviceRef.NONE : tracker.refOf(dev, u.diskSeq()),
        new DmEvent.Uevent(
            u.action(),
            cookie == null ? 0 : cookie.value(),
            List.copyOf(flags),
            u.seqNum(),
            u.resize()));
  }

  private void diskUevent(Uevent u, DevNo dev, Observation.UeventSeen o) throws IOException {
    if (u.synthetic()) {
      // Asked for by somebody, as udev's coldplug does: the disk was there before.
      if (u.action().equals("add") && events.topology().disk(dev) == null) {
        requests.disk(dev);
      }
      return;
    }
    String name = u.devName();
    if (u.action().equals("add")) {
      events.fromUevent(
          o,
          u,
          DeviceRef.NONE,
          new DmEvent.DiskAdded(dev, name == null ? "" : name, "", "", -1, ""));
      if (o.senderPid() <= 0) {
        requests.disk(dev);
      }
    } else if (u.action().equals("remove")) {
      events.fromUevent(
          o, u, DeviceRef.NONE, new DmEvent.DiskRemoved(dev, name == null ? "" : name));
    }
  }
}
