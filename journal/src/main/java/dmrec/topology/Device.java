package dmrec.topology;

import dmrec.event.DeviceRef;
import dmrec.event.DeviceState;
import dmrec.event.DmEvent;
import dmrec.target.DevNo;
import dmrec.target.Target;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A mapped device as it is after some event.
 *
 * @param ref its identity, name and UUID
 * @param state all else
 */
public record Device(DeviceRef ref, DeviceState state) {

  public DevNo dev() {
    return ref.dev();
  }

  public String name() {
    return ref.name();
  }

  public String uuid() {
    return ref.uuid();
  }

  public boolean suspended() {
    return state.suspended();
  }

  public boolean readOnly() {
    return state.readOnly();
  }

  public boolean deferredRemove() {
    return state.deferredRemove();
  }

  public boolean internalSuspend() {
    return state.internalSuspend();
  }

  public long eventNr() {
    return state.eventNr();
  }

  public int openCount() {
    return state.openCount();
  }

  public int readAheadKib() {
    return state.readAheadKib();
  }

  /** The targets of the live table with their status; null without a live table. */
  public @Nullable List<Target> live() {
    return state.liveTable();
  }

  /** The targets of the inactive table; null where that slot is empty. */
  public @Nullable List<Target> inactive() {
    return state.inactiveTable();
  }

  /** The devices the live table uses, in the kernel's order. */
  public List<DevNo> dependencies() {
    return state.dependencies();
  }

  /** The live table's targets; none without a live table. */
  public List<Target> targets() {
    return state.hasLive() ? state.live() : List.of();
  }

  /** Its size: the end of its last target, in 512-byte sectors. */
  public long sizeSectors() {
    List<Target> targets = targets();
    if (targets.isEmpty()) {
      return 0;
    }
    Target last = targets.get(targets.size() - 1);
    return last.startSector() + last.lengthSectors();
  }

  /** This state as a {@code baseline} event. */
  public DmEvent.Baseline baseline() {
    return new DmEvent.Baseline(state);
  }

  @SuppressWarnings("ReferenceEquality") // Spares an object, no more.
  Device withState(DeviceState now) {
    return now == state ? this : new Device(ref, now);
  }
}
