package dmrec.record;

import dmrec.decode.DecodeException;
import dmrec.decode.Uevent;
import dmrec.event.Source;
import dmrec.kernel.Clocks;
import dmrec.kernel.DmControl;
import dmrec.kernel.KernelException;
import dmrec.kernel.Poller;
import dmrec.kernel.Sysfs;
import dmrec.record.DeviceReader.Depth;
import dmrec.target.DevNo;
import java.io.IOException;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Polls the devices through the control device: arm, list, then a snapshot of each that is due.
 *
 * <p>Arming comes before listing: what happens in between is told by the next wake.
 */
final class DmPoller implements DevicePoller {
  /** Devices that come and go without a pause must not keep the rest from being polled. */
  private static final int SNAPSHOTS_OF_NEW = 8;

  /** Steady devices a part of a round; with fewer a round has one part. */
  private static final int STEADY_A_PART = 1024;

  /** A table is swapped before the uevent of its resume is sent: by less than this. */
  private static final long UEVENT_NS = 10_000_000L;

  /** Behind a list it rests twice as long as that took, {@link #MOST_REST_NS} at most. */
  private static final int REST_FACTOR = 2;

  private static final long MOST_REST_NS = 20_000_000L;

  private final DmControl control;
  private final DeviceReader devices;
  private final UeventSource uevents;
  private final Poller wakes;
  private final Set<DevNo> requested = new LinkedHashSet<>();
  private final Set<DevNo> failing = new HashSet<>();
  private boolean isFailing;
  private long restUntilNs = System.nanoTime();

  // The round at hand.
  private int part;
  private int parts = 1;
  private Stamp roundBegan = new Stamp(0, 0);
  private boolean isRoundComplete;

  /**
   * @param uevents read behind the snapshot of a new device
   * @param wakes tells whether the control device has something to say
   */
  DmPoller(DmControl control, Sysfs sysfs, Clocks clocks, UeventSource uevents, Poller wakes) {
    this.control = control;
    this.devices = new DeviceReader(control, sysfs, clocks);
    this.uevents = uevents;
    this.wakes = wakes;
  }

  /** {@inheritDoc} The control device's descriptor may poll readable all the same. */
  @Override
  public boolean isFailing() {
    return isFailing;
  }

  @Override
  public boolean pollAll(Intake to, boolean always) throws IOException {
    part = 0;
    parts = 1;
    return poll(to, always ? Depth.ALWAYS : Depth.CHANGED);
  }

  @Override
  public @Nullable Stamp pollPart(Intake to) throws IOException {
    part = (part + 1) % parts;
    if (part == 0) {
      long steady = devices.devices().stream().filter(devices::isSteady).count();
      parts = Math.max(1, (int) ((steady + STEADY_A_PART - 1) / STEADY_A_PART));
      Stamp now = to.stamp();
      roundBegan = new Stamp(now.wallNs() - UEVENT_NS, now.monoNs() - UEVENT_NS);
      isRoundComplete = true;
    }
    isRoundComplete &= poll(to, Depth.STATUS);
    return part == parts - 1 && isRoundComplete ? roundBegan : null;
  }

  private boolean poll(Intake to, Depth depth) throws IOException {
    if (depth == Depth.ALWAYS) {
      devices.forget();
    }
    boolean complete = list(to, depth == Depth.ALWAYS);
    if (!complete && !isFailing && depth == Depth.ALWAYS) {
      return false; // Devices came or went meanwhile: the next turn lists them again.
    }
    to.recorder().takeRequests(requested);
    for (DevNo dev : isFailing ? List.<DevNo>of() : devices.devices()) {
      boolean isDue = requested.remove(dev) || to.recorder().wantsAgain(dev);
      if (isDue) {
        complete &= snapshot(to, dev, Depth.ALWAYS);
      } else if (depth != Depth.STATUS
          || !devices.isSteady(dev)
          || failing.contains(dev)
          || dev.minor() % parts == part) {
        complete &= snapshot(to, dev, depth);
      }
      if (to.recorder().takeAgain()) {
        complete &= pollRequested(to); // A round of many devices takes long.
      }
    }
    complete &= pollRequested(to);
    return complete;
  }

  @Override
  public void pollChanged(Intake to) throws IOException {
    if (!isFailing && wakes.readable(control.fd())) {
      LockSupport.parkNanos(restUntilNs - System.nanoTime());
      list(to, false);
    }
    if (!isFailing && to.recorder().takeListRequest()) {
      LockSupport.parkNanos(restUntilNs - System.nanoTime());
      list(to, true);
    }
    pollRequested(to);
  }

  /** Asks for the list of devices; false where the control device fails. */
  private boolean list(Intake to, boolean always) throws IOException {
    Stamp began = to.stamp();
    long beganNs = System.nanoTime();
    Observation listed;
    try {
      control.arm();
      listed = devices.list(always);
    } catch (KernelException e) {
      if (!isFailing) {
        isFailing = true;
        fails(to, began, e);
      }
      return false;
    }
    isFailing = false;
    boolean isUsed = accept(to, listed);
    long nowNs = System.nanoTime();
    restUntilNs = nowNs + Math.min(MOST_REST_NS, (nowNs - beganNs) * REST_FACTOR);
    return isUsed;
  }

  /** What cannot be asked now stays requested. */
  private boolean pollRequested(Intake to) throws IOException {
    boolean complete = true;
    // A snapshot may ask for others: those of the devices below.
    for (to.recorder().takeRequests(requested);
        !requested.isEmpty() && !isFailing;
        to.recorder().takeRequests(requested)) {
      List<DevNo> turn = List.copyOf(requested);
      requested.clear();
      for (DevNo dev : turn) {
        failing.remove(dev); // Somebody may wait for it, and is told if there is none again.
        complete &= snapshot(to, dev, Depth.ALWAYS);
      }
    }
    return complete;
  }

  /** Takes a snapshot of one device; false where that fails, which ends nothing but this one. */
  private boolean snapshot(Intake to, DevNo dev, Depth depth) throws IOException {
    Stamp began = to.stamp();
    for (int taken = 0; ; taken++) {
      Observation seen;
      try {
        seen = devices.read(dev, taken > 0 || failing.contains(dev) ? Depth.ALWAYS : depth);
      } catch (KernelException e) {
        if (failing.add(dev)) {
          fails(to, began, e);
        }
        return false;
      }
      failing.remove(dev);
      if (seen == null || taken == SNAPSHOTS_OF_NEW || !to.recorder().isNew(seen)) {
        return accept(to, seen);
      }
      // An earlier device may have had this number: its waiting uevents must be recorded first.
      List<Observation> behind = to.readBehind(seen, uevents::read);
      boolean isOutdated = behind.stream().anyMatch(each -> isKernelUevent(each, dev));
      boolean isUsed = !isOutdated && to.accept(seen);
      to.acceptAll(behind);
      if (!isOutdated) {
        return isUsed;
      }
    }
  }

  private static boolean isKernelUevent(Observation observation, DevNo dev) {
    try {
      return observation instanceof Observation.UeventSeen uevent
          && !uevent.udev()
          && dev.equals(Uevent.decode(uevent.message()).devNo());
    } catch (DecodeException e) {
      return false; // Whoever interprets it says so.
    }
  }

  /** The control device could not be asked: said once, when it begins. */
  private static void fails(Intake to, Stamp since, KernelException e) throws IOException {
    to.accept(
        new Observation.Lost(to.stamp(), since, Source.DM, -1, String.valueOf(e.getMessage())));
  }

  /** Whether there was nothing new, or what was can be used. */
  private static boolean accept(Intake to, @Nullable Observation observation) throws IOException {
    return observation == null || to.accept(observation);
  }
}
