package dmrec.event;

import dmrec.target.DevNo;
import dmrec.target.Target;
import java.util.List;

/**
 * What can happen to the device-mapper stack: one record per {@link Kind}.
 *
 * <p>The components are the payload: their order numbers the tagged fields of the journal, their
 * names (in snake case) are the names in JSON and in filters. New components go to the end; none is
 * ever removed, reordered or given another type.
 *
 * <p>Component types: {@code int}, {@code long}, {@code boolean}, {@link String}, {@link DevNo},
 * {@link Bytes}, and lists of {@link Target}, {@link DevNo} or {@link String}. A component may also
 * be a record of these, whose components then stand for it.
 */
public sealed interface DmEvent {

  /** The kind of this event. */
  default Kind kind() {
    return Kind.of(getClass());
  }

  /** An event that a target's new status proves. */
  sealed interface OfTarget extends DmEvent {
    /** Index of the target in the live table, from 0. */
    int target();

    /** The target's status text after the event; empty where only the event itself is known. */
    String status();
  }

  /** An event of a path, of which the status of the target says the same. */
  sealed interface OfPath extends DmEvent {
    static OfPath of(boolean failed, DevNo path, String disk, int validPaths, long dmSeqnum) {
      return failed
          ? new PathFailed(path, disk, validPaths, dmSeqnum)
          : new PathReinstated(path, disk, validPaths, dmSeqnum);
    }

    /** Its disk's number. */
    DevNo path();

    /** The kernel's name for that disk; empty where it is not known. */
    String disk();

    /** How many paths of the device work after the event; -1 where it is not known. */
    int validPaths();

    /** The device's own count of path uevents (DM_SEQNUM); 0 where there is none. */
    long dmSeqnum();

    /** Whether the path does not work any more. */
    default boolean failed() {
      return this instanceof PathFailed;
    }
  }

  /** An event of a disk or partition itself, which no device of ours need use. */
  sealed interface OfDisk extends DmEvent {
    /** Its number. */
    DevNo dev();

    /** The kernel's name for it. */
    String name();
  }

  // The nine of 2007.

  /**
   * A new table is live.
   *
   * @param targets the table, with each target's first status; empty where it was gone before it
   *     was read
   * @param dependencies the devices it uses, in the kernel's order
   * @param readOnly whether it was loaded read-only; {@link ReadOnlyChanged} says where that
   *     differs from the table before
   */
  record TableLive(List<Target> targets, List<DevNo> dependencies, boolean readOnly)
      implements DmEvent {}

  record DeviceRenamed(String oldName, String newName) implements DmEvent {}

  /** A path of a multipath target failed. */
  record PathFailed(DevNo path, String disk, int validPaths, long dmSeqnum) implements OfPath {}

  /** A path works again. */
  record PathReinstated(DevNo path, String disk, int validPaths, long dmSeqnum) implements OfPath {}

  /** A path group is not to be used. Groups count from 1. */
  record GroupBypassed(int target, int group, String status) implements OfTarget {}

  /** I/O goes to another path group; 0 is none. */
  record GroupSwitched(int target, int from, int to, String status) implements OfTarget {}

  /** Every region of a mirror is in sync. */
  record MirrorInSync(int target, long regions, String status) implements OfTarget {}

  /**
   * A mirror's log device failed.
   *
   * @param log the log device
   * @param state the kernel's letter for it: D failed, F a flush failed
   */
  record MirrorLogFailed(int target, DevNo log, String state, String status) implements OfTarget {}

  /**
   * A snapshot is invalid.
   *
   * @param reason the kernel log's words; empty where it said nothing
   * @param logSeq sequence number of that line of the kernel log; -1 where there is none
   */
  record SnapshotInvalidated(int target, String reason, long logSeq, String status)
      implements OfTarget {}

  // Devices.

  /** A device exists; the flags are as it was first seen. */
  record DeviceCreated(boolean suspended, boolean readOnly) implements DmEvent {}

  record DeviceRemoved() implements DmEvent {}

  record UuidSet(String uuid) implements DmEvent {}

  /** I/O is held back; internal where the kernel does so by itself. */
  record DeviceSuspended(boolean internal) implements DmEvent {}

  record DeviceResumed(boolean internal) implements DmEvent {}

  /**
   * A table was put into the inactive slot; without targets where it was gone before it was read.
   */
  record TableLoaded(List<Target> targets) implements DmEvent {}

  /** The inactive slot was emptied without its table going live. */
  record TableCleared() implements DmEvent {}

  /** The live table's text changed without a new table, as a message can make it. */
  record TableChanged(List<Target> targets) implements DmEvent {}

  record ReadOnlyChanged(boolean readOnly) implements DmEvent {}

  /** The device is to be removed when its last user closes it, or no longer so. */
  record RemoveDeferred(boolean deferred) implements DmEvent {}

  /**
   * Numbers of a device that move without saying why.
   *
   * <p>They may be as they were: then a later look has shown that the event number counts every
   * event of the device that is recorded before, also one whose uevent was read after it.
   *
   * @param eventNr the kernel's event counter of this device, unsigned 32 bits
   * @param openCount how many hold it open
   * @param readAheadKib its read-ahead in KiB; -1 where unknown
   */
  record CountersChanged(long eventNr, int openCount, int readAheadKib) implements DmEvent {}

  /**
   * Numbers in a target's status moved and nothing else: usage, progress, load. Recorded each time
   * they are seen to move at first, then now and then while they keep moving.
   */
  record UsageChanged(int target, String type, String status) implements OfTarget {}

  /**
   * A disk or partition appeared.
   *
   * @param wwid its world-wide name; empty where sysfs has none
   * @param serial its serial number; empty where sysfs has none
   * @param sizeSectors its size in 512-byte sectors; -1 where unknown
   * @param port the target's port it is reached by: an FC port name, an iSCSI target, a SAS or NVMe
   *     address; empty where sysfs has none
   */
  record DiskAdded(
      DevNo dev, String name, String wwid, String serial, long sizeSectors, @Later String port)
      implements OfDisk {}

  record DiskRemoved(DevNo dev, String name) implements OfDisk {}

  // More targets.

  record GroupEnabled(int target, int group, String status) implements OfTarget {}

  /** A mirror's leg failed; health is the kernel's letter: D write, S sync, R read, F flush. */
  record MirrorLegFailed(int target, DevNo leg, String health, String status) implements OfTarget {}

  record SnapshotOverflowed(int target, String reason, long logSeq, String status)
      implements OfTarget {}

  record SnapshotMergeFailed(int target, String reason, long logSeq, String status)
      implements OfTarget {}

  /** A thin pool's mode: rw, ro, out_of_data_space, fail. */
  record PoolModeChanged(int target, String from, String to, String status) implements OfTarget {}

  /**
   * A thin pool is at or below its low-water mark.
   *
   * @param space "data" or "metadata"
   * @param used blocks in use
   * @param total blocks in all
   */
  record PoolLowSpace(int target, String space, long used, long total, String status)
      implements OfTarget {}

  /** A raid device failed; legs count from 0. */
  record RaidLegFailed(int target, int leg, String health, String status) implements OfTarget {}

  record RaidInSync(int target, String status) implements OfTarget {}

  record CacheModeChanged(int target, String from, String to, String status) implements OfTarget {}

  /**
   * A verity target found a block that does not match its hash.
   *
   * @param blockType "data" or "metadata"; empty where only the status tells
   * @param block the block's number; -1 where only the status tells
   */
  record VerityCorrupted(int target, String blockType, long block, String status)
      implements OfTarget {}

  /** A crypt target's fault as the kernel log tells it; sector -1 where it names none. */
  record CryptFault(String fault, long sector, String message) implements DmEvent {}

  /** An integrity target's fault as the kernel log tells it; sector -1 where it names none. */
  record IntegrityFault(String fault, long sector, String message) implements DmEvent {}

  // Catch-alls.

  /** A target's status text changed in a way that has no kind of its own. */
  record StatusChanged(int target, String type, String oldStatus, String status)
      implements OfTarget {}

  /**
   * A uevent of a mapped device that does not say what happened.
   *
   * @param action add, change, remove, ...
   * @param cookie libdevmapper's DM_COOKIE; 0 where there is none
   * @param cookieFlags the udev flags in its upper half, by name
   * @param seqnum the kernel's SEQNUM; 0 where there is none
   * @param resized whether it carries RESIZE=1
   */
  record Uevent(String action, long cookie, List<String> cookieFlags, long seqnum, boolean resized)
      implements DmEvent {}

  /**
   * A line of device-mapper in the kernel log.
   *
   * @param text the line without its prefix fields
   * @param logSeq its sequence number in the kernel log
   * @param priority syslog level, 0 to 7
   */
  record KernelMessage(String text, long logSeq, int priority) implements DmEvent {}

  /**
   * A line of a program that watches mapped devices, as multipathd, in the system's log.
   *
   * @param text the line without its prefix
   * @param priority syslog level, 0 to 7
   */
  record DaemonMessage(String program, String text, int priority) implements DmEvent {}

  // The recorder's own.

  /**
   * A recording began.
   *
   * @param driver version of the device-mapper driver; empty where there is none
   * @param sampleNs time between two looks at the states that raise no event; 0 for never
   * @param clock what the stamps are
   * @param previousBootId the boot of the journal's recording before; empty where there is none
   * @param machine the machine's id, hashed for dmrec alone, in hex; empty where unknown
   * @param clockErrorNs how far the wall clock may be off, as the kernel says (maxerror); -1 where
   *     it cannot be asked, 0 in recordings that did not ask
   */
  record RecordingStarted(
      String bootId,
      String kernel,
      String driver,
      String version,
      String host,
      List<String> sources,
      long sampleNs,
      String clock,
      String previousBootId,
      @Later String machine,
      @Later long clockErrorNs)
      implements DmEvent {
    /** Whether the recorder went on from what was known, as the kernel was still the same. */
    public boolean goesOn() {
      return !bootId.isEmpty() && bootId.equals(previousBootId);
    }
  }

  /** One device's full state, where a recording begins and after a loss. */
  record Baseline(DeviceState state) implements DmEvent {}

  /** One disk underneath, as it was found; components as in {@link DiskAdded}. */
  record DiskBaseline(
      DevNo dev, String name, String wwid, String serial, long sizeSectors, @Later String port)
      implements OfDisk {}

  /**
   * Something was not seen.
   *
   * @param lost the source that lost it, or {@link #JOURNAL}
   * @param count how many messages, exactly; -1 where the source cannot tell
   * @param fromNs wall clock of the last moment before it
   * @param toNs wall clock of the first moment after it
   * @param reason what happened
   */
  record Gap(String lost, long count, long fromNs, long toNs, String reason) implements DmEvent {
    /** Events could not be kept, or can no longer be read; the state is told again behind it. */
    public static final String JOURNAL = "journal";

    /** Events can no longer be read, and no state follows. */
    public static final String RECORDS = "records";
  }

  /**
   * The oldest files of the journal were removed, as the retention asks for.
   *
   * @param bytes what they took on the disk
   * @param link the chain's value at their end, which the next file begins with
   * @param reason which limit was reached
   */
  record FilesRemoved(
      String firstFile,
      String lastFile,
      int files,
      long firstSeq,
      long lastSeq,
      long bytes,
      Bytes link,
      String reason)
      implements DmEvent {}

  /**
   * The wall clock was set.
   *
   * @param byNs how far it jumped; below 0 where it was set back
   * @param beforeNs what it would have shown without the jump
   */
  record ClockStepped(long byNs, long beforeNs) implements DmEvent {}

  /**
   * A recording ended as it should.
   *
   * @param events how many records it wrote, this one included
   * @param lost how many messages it knows it missed
   * @param dropped how many messages it refused because their sender was not the kernel
   */
  record RecordingStopped(
      String reason, long events, long lost, long dropped, UeventBacklog backlog)
      implements DmEvent {
    /** One of which nobody said what waited. */
    public RecordingStopped(String reason, long events, long lost, long dropped) {
      this(reason, events, lost, dropped, UeventBacklog.UNKNOWN);
    }
  }

  /**
   * A device's event number moved between two recordings of one boot.
   *
   * <p>A recording that was killed may have written down path events that the number it last saw
   * does not count: the kernel sends their uevents first, and counts several as one ({@code
   * dm.c:event_callback}, {@code dm-mpath.c:trigger_event}). Then {@code count} is the difference
   * less these, and the truth lies between the two.
   *
   * @param count how many events are in no recording, at least
   * @param fromNr the number when the earlier recording last saw it, unsigned 32 bits
   * @param toNr the number at this recording's first look, unsigned 32 bits
   */
  record EventsMissed(long count, long fromNr, long toNr) implements DmEvent {

    /** How far the number moved; it wraps around at 32 bits. At most so many were missed. */
    public long moved() {
      return (toNr - fromNr) & 0xffffffffL;
    }
  }

  /** The key that signs the journal could not be changed when its time was over, and signs on. */
  record KeyNotChanged(int epoch, String reason) implements DmEvent {}

  /** The key that signs the journal could be changed after all. */
  record KeyChanged(int epoch) implements DmEvent {}

  /**
   * Somebody asked device-mapper for something and was refused.
   *
   * @param request what was asked for, as dmsetup words it: {@code table_load}
   * @param error why not: the errno, above 0
   * @param name the device's name or UUID as it was asked for; empty where none was
   */
  record RequestFailed(String request, int error, String name) implements DmEvent {}

  /**
   * A target took a message. Those of multipath are told as what they do.
   *
   * @param type the target's; empty where its table is not known
   * @param message its first word: others may be keys
   */
  record TargetMessage(int target, String type, String message) implements DmEvent {}

  /** A kind that this version does not know; its fields are kept in {@link EventRecord#extra}. */
  record Unknown(int code) implements DmEvent {}
}
