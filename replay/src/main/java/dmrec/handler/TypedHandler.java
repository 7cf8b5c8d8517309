package dmrec.handler;

import dmrec.event.DmEvent;

/**
 * A handler with one method for each kind of event: override those that matter. The others go to
 * {@link #other}, which does nothing.
 */
public abstract class TypedHandler implements DmEventHandler {
  @Override
  public final void handle(ReplayedEvent at) throws Exception {
    DmEvent event = at.event();
    switch (at.kind()) {
      case TABLE_LIVE -> tableLive((DmEvent.TableLive) event, at);
      case DEVICE_RENAMED -> deviceRenamed((DmEvent.DeviceRenamed) event, at);
      case PATH_FAILED -> pathFailed((DmEvent.PathFailed) event, at);
      case PATH_REINSTATED -> pathReinstated((DmEvent.PathReinstated) event, at);
      case GROUP_BYPASSED -> groupBypassed((DmEvent.GroupBypassed) event, at);
      case GROUP_SWITCHED -> groupSwitched((DmEvent.GroupSwitched) event, at);
      case MIRROR_IN_SYNC -> mirrorInSync((DmEvent.MirrorInSync) event, at);
      case MIRROR_LOG_FAILED -> mirrorLogFailed((DmEvent.MirrorLogFailed) event, at);
      case SNAPSHOT_INVALIDATED -> snapshotInvalidated((DmEvent.SnapshotInvalidated) event, at);
      case DEVICE_CREATED -> deviceCreated((DmEvent.DeviceCreated) event, at);
      case DEVICE_REMOVED -> deviceRemoved((DmEvent.DeviceRemoved) event, at);
      case UUID_SET -> uuidSet((DmEvent.UuidSet) event, at);
      case DEVICE_SUSPENDED -> deviceSuspended((DmEvent.DeviceSuspended) event, at);
      case DEVICE_RESUMED -> deviceResumed((DmEvent.DeviceResumed) event, at);
      case TABLE_LOADED -> tableLoaded((DmEvent.TableLoaded) event, at);
      case TABLE_CLEARED -> tableCleared((DmEvent.TableCleared) event, at);
      case TABLE_CHANGED -> tableChanged((DmEvent.TableChanged) event, at);
      case READ_ONLY_CHANGED -> readOnlyChanged((DmEvent.ReadOnlyChanged) event, at);
      case REMOVE_DEFERRED -> removeDeferred((DmEvent.RemoveDeferred) event, at);
      case COUNTERS_CHANGED -> countersChanged((DmEvent.CountersChanged) event, at);
      case DISK_ADDED -> diskAdded((DmEvent.DiskAdded) event, at);
      case DISK_REMOVED -> diskRemoved((DmEvent.DiskRemoved) event, at);
      case USAGE_CHANGED -> usageChanged((DmEvent.UsageChanged) event, at);
      case GROUP_ENABLED -> groupEnabled((DmEvent.GroupEnabled) event, at);
      case MIRROR_LEG_FAILED -> mirrorLegFailed((DmEvent.MirrorLegFailed) event, at);
      case SNAPSHOT_OVERFLOWED -> snapshotOverflowed((DmEvent.SnapshotOverflowed) event, at);
      case SNAPSHOT_MERGE_FAILED -> snapshotMergeFailed((DmEvent.SnapshotMergeFailed) event, at);
      case POOL_MODE_CHANGED -> poolModeChanged((DmEvent.PoolModeChanged) event, at);
      case POOL_LOW_SPACE -> poolLowSpace((DmEvent.PoolLowSpace) event, at);
      case RAID_LEG_FAILED -> raidLegFailed((DmEvent.RaidLegFailed) event, at);
      case RAID_IN_SYNC -> raidInSync((DmEvent.RaidInSync) event, at);
      case CACHE_MODE_CHANGED -> cacheModeChanged((DmEvent.CacheModeChanged) event, at);
      case VERITY_CORRUPTED -> verityCorrupted((DmEvent.VerityCorrupted) event, at);
      case CRYPT_FAULT -> cryptFault((DmEvent.CryptFault) event, at);
      case INTEGRITY_FAULT -> integrityFault((DmEvent.IntegrityFault) event, at);
      case STATUS_CHANGED -> statusChanged((DmEvent.StatusChanged) event, at);
      case UEVENT -> uevent((DmEvent.Uevent) event, at);
      case KERNEL_MESSAGE -> kernelMessage((DmEvent.KernelMessage) event, at);
      case DAEMON_MESSAGE -> daemonMessage((DmEvent.DaemonMessage) event, at);
      case RECORDING_STARTED -> recordingStarted((DmEvent.RecordingStarted) event, at);
      case BASELINE -> baseline((DmEvent.Baseline) event, at);
      case DISK_BASELINE -> diskBaseline((DmEvent.DiskBaseline) event, at);
      case GAP -> gap((DmEvent.Gap) event, at);
      case RECORDING_STOPPED -> recordingStopped((DmEvent.RecordingStopped) event, at);
      case FILES_REMOVED -> filesRemoved((DmEvent.FilesRemoved) event, at);
      case CLOCK_STEPPED -> clockStepped((DmEvent.ClockStepped) event, at);
      case EVENTS_MISSED -> eventsMissed((DmEvent.EventsMissed) event, at);
      case REQUEST_FAILED -> requestFailed((DmEvent.RequestFailed) event, at);
      case KEY_NOT_CHANGED -> keyNotChanged((DmEvent.KeyNotChanged) event, at);
      case KEY_CHANGED -> keyChanged((DmEvent.KeyChanged) event, at);
      case TARGET_MESSAGE -> targetMessage((DmEvent.TargetMessage) event, at);
      case UNKNOWN -> unknown((DmEvent.Unknown) event, at);
    }
  }

  /** An event of a kind whose method is not overridden. */
  protected void other(ReplayedEvent at) throws Exception {}

  protected void tableLive(DmEvent.TableLive event, ReplayedEvent at) throws Exception {
    other(at);
  }

  protected void deviceRenamed(DmEvent.DeviceRenamed event, ReplayedEvent at) throws Exception {
    other(at);
  }

  protected void pathFailed(DmEvent.PathFailed event, ReplayedEvent at) throws Exception {
    other(at);
  }

  protected void pathReinstated(DmEvent.PathReinstated event, ReplayedEvent at) throws Exception {
    other(at);
  }

  protected void groupBypassed(DmEvent.GroupBypassed event, ReplayedEvent at) throws Exception {
    other(at);
  }

  protected void groupSwitched(DmEvent.GroupSwitched event, ReplayedEvent at) throws Exception {
    other(at);
  }

  protected void mirrorInSync(DmEvent.MirrorInSync event, ReplayedEvent at) throws Exception {
    other(at);
  }

  protected void mirrorLogFailed(DmEvent.MirrorLogFailed event, ReplayedEvent at) throws Exception {
    other(at);
  }

  protected void snapshotInvalidated(DmEvent.SnapshotInvalidated event, ReplayedEvent at)
      throws Exception {
    other(at);
  }

  protected void deviceCreated(DmEvent.DeviceCreated event, ReplayedEvent at) throws Exception {
    other(at);
  }

  protected void deviceRemoved(DmEvent.DeviceRemoved event, ReplayedEvent at) throws Exception {
    other(at);
  }

  protected void uuidSet(DmEvent.UuidSet event, ReplayedEvent at) throws Exception {
    other(at);
  }

  protected void deviceSuspended(DmEvent.DeviceSuspended event, ReplayedEvent at) throws Exception {
    other(at);
  }

  protected void deviceResumed(DmEvent.DeviceResumed event, ReplayedEvent at) throws Exception {
    other(at);
  }

  protected void tableLoaded(DmEvent.TableLoaded event, ReplayedEvent at) throws Exception {
    other(at);
  }

  protected void tableCleared(DmEvent.TableCleared event, ReplayedEvent at) throws Exception {
    other(at);
  }

  protected void tableChanged(DmEvent.TableChanged event, ReplayedEvent at) throws Exception {
    other(at);
  }

  protected void readOnlyChanged(DmEvent.ReadOnlyChanged event, ReplayedEvent at) throws Exception {
    other(at);
  }

  protected void removeDeferred(DmEvent.RemoveDeferred event, ReplayedEvent at) throws Exception {
    other(at);
  }

  protected void countersChanged(DmEvent.CountersChanged event, ReplayedEvent at) throws Exception {
    other(at);
  }

  protected void diskAdded(DmEvent.DiskAdded event, ReplayedEvent at) throws Exception {
    other(at);
  }

  protected void diskRemoved(DmEvent.DiskRemoved event, ReplayedEvent at) throws Exception {
    other(at);
  }

  protected void usageChanged(DmEvent.UsageChanged event, ReplayedEvent at) throws Exception {
    other(at);
  }

  protected void groupEnabled(DmEvent.GroupEnabled event, ReplayedEvent at) throws Exception {
    other(at);
  }

  protected void mirrorLegFailed(DmEvent.MirrorLegFailed event, ReplayedEvent at) throws Exception {
    other(at);
  }

  protected void snapshotOverflowed(DmEvent.SnapshotOverflowed event, ReplayedEvent at)
      throws Exception {
    other(at);
  }

  protected void snapshotMergeFailed(DmEvent.SnapshotMergeFailed event, ReplayedEvent at)
      throws Exception {
    other(at);
  }

  protected void poolModeChanged(DmEvent.PoolModeChanged event, ReplayedEvent at) throws Exception {
    other(at);
  }

  protected void poolLowSpace(DmEvent.PoolLowSpace event, ReplayedEvent at) throws Exception {
    other(at);
  }

  protected void raidLegFailed(DmEvent.RaidLegFailed event, ReplayedEvent at) throws Exception {
    other(at);
  }

  protected void raidInSync(DmEvent.RaidInSync event, ReplayedEvent at) throws Exception {
    other(at);
  }

  protected void cacheModeChanged(DmEvent.CacheModeChanged event, ReplayedEvent at)
      throws Exception {
    other(at);
  }

  protected void verityCorrupted(DmEvent.VerityCorrupted event, ReplayedEvent at) throws Exception {
    other(at);
  }

  protected void cryptFault(DmEvent.CryptFault event, ReplayedEvent at) throws Exception {
    other(at);
  }

  protected void integrityFault(DmEvent.IntegrityFault event, ReplayedEvent at) throws Exception {
    other(at);
  }

  protected void statusChanged(DmEvent.StatusChanged event, ReplayedEvent at) throws Exception {
    other(at);
  }

  protected void uevent(DmEvent.Uevent event, ReplayedEvent at) throws Exception {
    other(at);
  }

  protected void kernelMessage(DmEvent.KernelMessage event, ReplayedEvent at) throws Exception {
    other(at);
  }

  protected void daemonMessage(DmEvent.DaemonMessage event, ReplayedEvent at) throws Exception {
    other(at);
  }

  protected void recordingStarted(DmEvent.RecordingStarted event, ReplayedEvent at)
      throws Exception {
    other(at);
  }

  protected void baseline(DmEvent.Baseline event, ReplayedEvent at) throws Exception {
    other(at);
  }

  protected void diskBaseline(DmEvent.DiskBaseline event, ReplayedEvent at) throws Exception {
    other(at);
  }

  protected void gap(DmEvent.Gap event, ReplayedEvent at) throws Exception {
    other(at);
  }

  protected void recordingStopped(DmEvent.RecordingStopped event, ReplayedEvent at)
      throws Exception {
    other(at);
  }

  protected void filesRemoved(DmEvent.FilesRemoved event, ReplayedEvent at) throws Exception {
    other(at);
  }

  protected void clockStepped(DmEvent.ClockStepped event, ReplayedEvent at) throws Exception {
    other(at);
  }

  protected void eventsMissed(DmEvent.EventsMissed event, ReplayedEvent at) throws Exception {
    other(at);
  }

  protected void requestFailed(DmEvent.RequestFailed event, ReplayedEvent at) throws Exception {
    other(at);
  }

  protected void targetMessage(DmEvent.TargetMessage event, ReplayedEvent at) throws Exception {
    other(at);
  }

  protected void keyNotChanged(DmEvent.KeyNotChanged event, ReplayedEvent at) throws Exception {
    other(at);
  }

  protected void keyChanged(DmEvent.KeyChanged event, ReplayedEvent at) throws Exception {
    other(at);
  }

  protected void unknown(DmEvent.Unknown event, ReplayedEvent at) throws Exception {
    other(at);
  }
}
