package dmrec.event;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The kinds of events. Codes and words are part of the journal's format and never change. */
public enum Kind {
  TABLE_LIVE(1, DmEvent.TableLive.class),
  DEVICE_RENAMED(2, DmEvent.DeviceRenamed.class),
  PATH_FAILED(3, DmEvent.PathFailed.class),
  PATH_REINSTATED(4, DmEvent.PathReinstated.class),
  GROUP_BYPASSED(5, DmEvent.GroupBypassed.class),
  GROUP_SWITCHED(6, DmEvent.GroupSwitched.class),
  MIRROR_IN_SYNC(7, DmEvent.MirrorInSync.class),
  MIRROR_LOG_FAILED(8, DmEvent.MirrorLogFailed.class),
  SNAPSHOT_INVALIDATED(9, DmEvent.SnapshotInvalidated.class),

  DEVICE_CREATED(20, DmEvent.DeviceCreated.class),
  DEVICE_REMOVED(21, DmEvent.DeviceRemoved.class),
  UUID_SET(22, DmEvent.UuidSet.class),
  DEVICE_SUSPENDED(23, DmEvent.DeviceSuspended.class),
  DEVICE_RESUMED(24, DmEvent.DeviceResumed.class),
  TABLE_LOADED(25, DmEvent.TableLoaded.class),
  TABLE_CLEARED(26, DmEvent.TableCleared.class),
  TABLE_CHANGED(27, DmEvent.TableChanged.class),
  READ_ONLY_CHANGED(28, DmEvent.ReadOnlyChanged.class),
  REMOVE_DEFERRED(29, DmEvent.RemoveDeferred.class),
  COUNTERS_CHANGED(30, DmEvent.CountersChanged.class),
  DISK_ADDED(31, DmEvent.DiskAdded.class),
  DISK_REMOVED(32, DmEvent.DiskRemoved.class),
  USAGE_CHANGED(33, DmEvent.UsageChanged.class),

  GROUP_ENABLED(40, DmEvent.GroupEnabled.class),
  MIRROR_LEG_FAILED(41, DmEvent.MirrorLegFailed.class),
  SNAPSHOT_OVERFLOWED(42, DmEvent.SnapshotOverflowed.class),
  SNAPSHOT_MERGE_FAILED(43, DmEvent.SnapshotMergeFailed.class),
  POOL_MODE_CHANGED(44, DmEvent.PoolModeChanged.class),
  POOL_LOW_SPACE(45, DmEvent.PoolLowSpace.class),
  RAID_LEG_FAILED(46, DmEvent.RaidLegFailed.class),
  RAID_IN_SYNC(47, DmEvent.RaidInSync.class),
  CACHE_MODE_CHANGED(48, DmEvent.CacheModeChanged.class),
  VERITY_CORRUPTED(49, DmEvent.VerityCorrupted.class),
  CRYPT_FAULT(50, DmEvent.CryptFault.class),
  INTEGRITY_FAULT(51, DmEvent.IntegrityFault.class),

  STATUS_CHANGED(60, DmEvent.StatusChanged.class),
  UEVENT(61, DmEvent.Uevent.class),
  KERNEL_MESSAGE(62, DmEvent.KernelMessage.class),
  DAEMON_MESSAGE(63, DmEvent.DaemonMessage.class),

  RECORDING_STARTED(80, DmEvent.RecordingStarted.class),
  BASELINE(81, DmEvent.Baseline.class),
  DISK_BASELINE(82, DmEvent.DiskBaseline.class),
  GAP(83, DmEvent.Gap.class),
  RECORDING_STOPPED(84, DmEvent.RecordingStopped.class),
  FILES_REMOVED(88, DmEvent.FilesRemoved.class),
  CLOCK_STEPPED(89, DmEvent.ClockStepped.class),
  EVENTS_MISSED(91, DmEvent.EventsMissed.class),
  REQUEST_FAILED(92, DmEvent.RequestFailed.class),
  KEY_NOT_CHANGED(94, DmEvent.KeyNotChanged.class),
  KEY_CHANGED(95, DmEvent.KeyChanged.class),
  TARGET_MESSAGE(96, DmEvent.TargetMessage.class),

  UNKNOWN(0, DmEvent.Unknown.class);

  /** All codes that this version knows are below. */
  public static final int CODES = 128;

  private static final Map<Class<?>, Kind> BY_TYPE = new HashMap<>();
  private static final Map<String, Kind> BY_WORD = new HashMap<>();
  private static final Kind[] BY_CODE = new Kind[CODES];

  static {
    for (Kind kind : values()) {
      BY_TYPE.put(kind.type, kind);
      BY_WORD.put(kind.word, kind);
      BY_CODE[kind.code] = kind;
    }
  }

  private final int code;
  private final Class<? extends DmEvent> type;
  private final String word = name().toLowerCase(Locale.ROOT);

  Kind(int code, Class<? extends DmEvent> type) {
    this.code = code;
    this.type = type;
  }

  /** The number in the journal, 1 to 65535; 0 for {@link #UNKNOWN}. */
  public int code() {
    return code;
  }

  /** The record that holds such an event. */
  public Class<? extends DmEvent> type() {
    return type;
  }

  /** The name in JSON, in filters and on screen. */
  public String word() {
    return word;
  }

  /**
   * Whether such an event is only a trace of others: a hint that something happened, or numbers
   * that moved. {@code log} leaves these out unless asked.
   */
  public boolean isTrace() {
    return this == UEVENT || this == COUNTERS_CHANGED || this == USAGE_CHANGED;
  }

  /** Whether such an event tells what became of a device or disk. */
  public boolean isChange() {
    return code > 0 && code <= STATUS_CHANGED.code && !isTrace();
  }

  static Kind of(Class<?> type) {
    Kind kind = BY_TYPE.get(type);
    if (kind == null) {
      throw new IllegalStateException("an event type without a kind: " + type);
    }
    return kind;
  }

  /** The kind of that name, or null. */
  public static @Nullable Kind ofWord(String word) {
    return BY_WORD.get(word);
  }

  /** The kind of that number; {@link #UNKNOWN} where this version has none. */
  public static Kind ofCode(int code) {
    Kind kind = code > 0 && code < BY_CODE.length ? BY_CODE[code] : null;
    return kind == null ? UNKNOWN : kind;
  }
}
