package dmrec.event;

import dmrec.target.DevNo;
import dmrec.target.Target;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A mapped device's full state but for who it is.
 *
 * @param suspended I/O is held back
 * @param readOnly the kernel maps it read-only
 * @param deferredRemove it goes away with its last user
 * @param internalSuspend the kernel itself holds it suspended
 * @param eventNr the kernel's event counter, unsigned 32 bits
 * @param openCount how many hold it open, as last sampled
 * @param readAheadKib read-ahead in KiB as last sampled; -1 where unknown
 * @param hasLive whether it has a live table, which may be empty
 * @param live the targets of the live table with their status
 * @param hasInactive whether a table is loaded that is not live
 * @param inactive the targets of that table
 * @param dependencies the devices the live table uses, in the kernel's order
 */
public record DeviceState(
    boolean suspended,
    boolean readOnly,
    boolean deferredRemove,
    boolean internalSuspend,
    long eventNr,
    int openCount,
    int readAheadKib,
    boolean hasLive,
    List<Target> live,
    boolean hasInactive,
    List<Target> inactive,
    List<DevNo> dependencies) {

  /** A device without tables. */
  public static DeviceState created(boolean suspended, boolean readOnly) {
    return new DeviceState(
        suspended, readOnly, false, false, 0, 0, -1, false, List.of(), false, List.of(), List.of());
  }

  /** The live table's targets; null without a live table. */
  public @Nullable List<Target> liveTable() {
    return hasLive ? live : null;
  }

  /** The targets of the table that is loaded and not live; null where that slot is empty. */
  public @Nullable List<Target> inactiveTable() {
    return hasInactive ? inactive : null;
  }

  /** The same state, without targets of a table that it says is not there. */
  public DeviceState consistent() {
    return (hasLive || live.isEmpty()) && (hasInactive || inactive.isEmpty())
        ? this
        : withTables(liveTable(), inactiveTable(), dependencies);
  }

  public DeviceState withFlags(
      boolean nowSuspended, boolean nowReadOnly, boolean nowDeferred, boolean nowInternal) {
    return new DeviceState(
        nowSuspended,
        nowReadOnly,
        nowDeferred,
        nowInternal,
        eventNr,
        openCount,
        readAheadKib,
        hasLive,
        live,
        hasInactive,
        inactive,
        dependencies);
  }

  public DeviceState withReadOnly(boolean now) {
    return withFlags(suspended, now, deferredRemove, internalSuspend);
  }

  public DeviceState withCounters(long nowEventNr, int nowOpenCount, int nowReadAheadKib) {
    return new DeviceState(
        suspended,
        readOnly,
        deferredRemove,
        internalSuspend,
        nowEventNr,
        nowOpenCount,
        nowReadAheadKib,
        hasLive,
        live,
        hasInactive,
        inactive,
        dependencies);
  }

  /** Other tables; null is none. */
  public DeviceState withTables(
      @Nullable List<Target> nowLive, @Nullable List<Target> nowInactive, List<DevNo> nowUses) {
    return new DeviceState(
        suspended,
        readOnly,
        deferredRemove,
        internalSuspend,
        eventNr,
        openCount,
        readAheadKib,
        nowLive != null,
        nowLive == null ? List.of() : nowLive,
        nowInactive != null,
        nowInactive == null ? List.of() : nowInactive,
        nowUses);
  }

  /** Another status of one target of the live table; the same where it has no such target. */
  public DeviceState withStatus(int target, String status) {
    if (!hasLive || target < 0 || target >= live.size()) {
      return this;
    }
    List<Target> targets = new ArrayList<>(live);
    targets.set(target, targets.get(target).withStatus(status));
    return withTables(List.copyOf(targets), inactiveTable(), dependencies);
  }
}
