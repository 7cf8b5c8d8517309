package dmrec.topology;

import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.target.DevNo;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A stack to read. It moves on where whoever owns it applies events; {@link #copy} keeps it as it
 * is.
 *
 * <p>For the thread of its owner: reading a device works out what its path events left open.
 */
public interface TopologyView {

  /** Number of the last record applied; 0 before the first. */
  long seq();

  /** Wall clock of the last record applied, in nanoseconds since 1970. */
  long wallNs();

  /** The recording that the last record applied belongs to; null before the first. */
  DmEvent.@Nullable RecordingStarted recording();

  /** Whether that recording ended as it should. */
  boolean isStopped();

  /**
   * How many events of the device may be recorded that its event number does not count yet, at
   * most. None after a recording that ended as it should.
   */
  long uncounted(DevNo dev);

  /** The same of all devices that have any, by number. */
  Map<DevNo, Long> uncounted();

  /** The mapped devices by number. */
  Collection<Device> devices();

  /** The mapped devices in the order in which the kernel lists them: by the bytes of the name. */
  List<Device> devicesByName();

  @Nullable Device device(DevNo dev);

  /** The device's identity alone, for which nothing is worked out. */
  @Nullable DeviceRef ref(DevNo dev);

  @Nullable Device deviceNamed(String name);

  /** The disks known, those removed since included. */
  Collection<Disk> disks();

  @Nullable Disk disk(DevNo dev);

  /** The mapped devices whose live table uses {@code dev}. */
  List<Device> users(DevNo dev);

  /** A disk's or mapped device's own name; the number itself where none is known. */
  String nameOf(DevNo dev);

  /**
   * The records that rebuild this state when they are applied to an empty topology: the recording,
   * the disks, the devices, the recording's end. Each bears the number and the time of the last
   * record applied.
   */
  List<EventRecord> records();

  /** The same stack, which stays as it is. */
  Topology copy();
}
