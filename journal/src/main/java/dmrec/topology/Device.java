package dmrec.topology;

import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.target.DevNo;
import dmrec.target.Target;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A mapped device as it is after some event.
 *
 * @param ref its identity, name and UUID
 * @param suspended I/O is held back
 * @param readOnly the kernel maps it read-only
 * @param deferredRemove it goes away with its last user
 * @param internalSuspend the kernel itself holds it suspended
 * @param eventNr the kernel's event counter, unsigned 32 bits
 * @param openCount how many hold it open, as last sampled
 * @param readAheadKib read-ahead in KiB as last sampled; -1 where unknown
 * @param live the targets of the live table with their status; null without a live table
 * @param inactive the targets of the inactive table; null where that slot is empty
 * @param dependencies the devices the live table uses, in the kernel's order
 */
public record Device(
    DeviceRef ref,
    boolean suspended,
    boolean readOnly,
    boolean deferredRemove,
    boolean internalSuspend,
    long eventNr,
    int openCount,
    int readAheadKib,
    @Nullable List<Target> live,
    @Nullable List<Target> inactive,
    List<DevNo> dependencies) {

  public DevNo dev() {
    return ref.dev();
  }

  public String name() {
    return ref.name();
  }

  public String uuid() {
    return ref.uuid();
  }

  /** The live table's targets; none without a live table. */
  public List<Target> targets() {
    return live == null ? List.of() : live;
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

  static Device created(DeviceRef ref, boolean suspended, boolean readOnly) {
    return new Device(ref, suspended, readOnly, false, false, 0, 0, -1, null, null, List.of());
  }

  static Device of(DeviceRef ref, DmEvent.Baseline state) {
    return new Device(
        ref,
        state.suspended(),
        state.readOnly(),
        state.deferredRemove(),
        state.internalSuspend(),
        state.eventNr(),
        state.openCount(),
        state.readAheadKib(),
        state.hasLive() ? state.live() : null,
        state.hasInactive() ? state.inactive() : null,
        state.dependencies());
  }

  /** This state as a {@code baseline} event. */
  public DmEvent.Baseline baseline() {
    return new DmEvent.Baseline(
        suspended,
        readOnly,
        deferredRemove,
        internalSuspend,
        eventNr,
        openCount,
        readAheadKib,
        live != null,
        targets(),
        inactive != null,
        inactive == null ? List.of() : inactive,
        dependencies);
  }

  Device withRef(DeviceRef newRef) {
    return new Device(
        newRef,
        suspended,
        readOnly,
        deferredRemove,
        internalSuspend,
        eventNr,
        openCount,
        readAheadKib,
        live,
        inactive,
        dependencies);
  }

  Device withSuspended(boolean now) {
    return withFlags(now, readOnly, deferredRemove, internalSuspend);
  }

  Device withReadOnly(boolean now) {
    return withFlags(suspended, now, deferredRemove, internalSuspend);
  }

  Device withDeferredRemove(boolean now) {
    return withFlags(suspended, readOnly, now, internalSuspend);
  }

  Device withInternalSuspend(boolean now) {
    return withFlags(suspended, readOnly, deferredRemove, now);
  }

  private Device withFlags(
      boolean nowSuspended, boolean nowReadOnly, boolean nowDeferred, boolean nowInternal) {
    return new Device(
        ref,
        nowSuspended,
        nowReadOnly,
        nowDeferred,
        nowInternal,
        eventNr,
        openCount,
        readAheadKib,
        live,
        inactive,
        dependencies);
  }

  Device withCounters(DmEvent.CountersChanged now) {
    return new Device(
        ref,
        suspended,
        readOnly,
        deferredRemove,
        internalSuspend,
        now.eventNr(),
        now.openCount(),
        now.readAheadKib(),
        live,
        inactive,
        dependencies);
  }

  Device withEventNr(long now) {
    return withCounters(new DmEvent.CountersChanged(now, openCount, readAheadKib));
  }

  Device withLive(List<Target> targets, List<DevNo> uses) {
    return withTables(targets, inactive, uses);
  }

  Device withInactive(@Nullable List<Target> targets) {
    return withTables(live, targets, dependencies);
  }

  private Device withTables(
      @Nullable List<Target> nowLive, @Nullable List<Target> nowInactive, List<DevNo> nowUses) {
    return new Device(
        ref,
        suspended,
        readOnly,
        deferredRemove,
        internalSuspend,
        eventNr,
        openCount,
        readAheadKib,
        nowLive,
        nowInactive,
        nowUses);
  }

  /** The same device with another status of one target; unchanged where it has no such target. */
  Device withStatus(int target, String status) {
    if (live == null || target < 0 || target >= live.size()) {
      return this;
    }
    List<Target> targets = new ArrayList<>(live);
    targets.set(target, targets.get(target).withStatus(status));
    return withLive(List.copyOf(targets), dependencies);
  }
}
