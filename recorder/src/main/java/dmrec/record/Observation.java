package dmrec.record;

import dmrec.event.Actor;
import dmrec.event.Bytes;
import dmrec.event.DmEvent;
import dmrec.event.Source;
import dmrec.event.UeventBacklog;
import dmrec.target.DevNo;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a source said, verbatim, and when it was read.
 *
 * <p>The recorder is a pure function of these: fed the same observations, from the kernel or from a
 * capture, it writes the same events. Keys in table lines are masked before an observation is made.
 */
public sealed interface Observation {

  /** When it was read; of a reply, when it was complete. */
  Stamp at();

  /** An answer to a question of ours, which was asked at {@link #began}. */
  sealed interface Answer extends Observation {
    /** When it was asked: what the answer does not show had not happened by then. */
    Stamp began();
  }

  /** Recording begins; what came before it is the recorder's to know. */
  record Started(Stamp at, DmEvent.RecordingStarted facts) implements Observation {}

  /**
   * A uevent.
   *
   * @param udev whether it came by udev's group
   * @param senderPid pid in the sender's credentials: 0 for the kernel; -1 without credentials
   * @param senderUid uid in them
   * @param senderCommand name of that process, where it could still be read
   */
  record UeventSeen(
      Stamp at, boolean udev, int senderPid, int senderUid, String senderCommand, Bytes message)
      implements Observation {}

  /** The list of all mapped devices. */
  record Listed(Stamp at, Stamp began, Bytes reply) implements Answer {}

  /**
   * One device's replies, taken together.
   *
   * @param diskSeq its DISKSEQ; 0 where sysfs has none
   * @param readAheadKib -1 where unknown
   * @param status reply to the status request
   * @param table reply to the table request
   * @param inactive reply to the inactive table request; null where that slot is empty
   * @param deps reply to the dependencies request
   */
  record Polled(
      Stamp at,
      Stamp began,
      DevNo dev,
      long diskSeq,
      int readAheadKib,
      Bytes status,
      Bytes table,
      @Nullable Bytes inactive,
      Bytes deps)
      implements Answer {}

  /** One device as sysfs shows it, where the control device may not be asked. */
  record SysfsPolled(
      Stamp at,
      Stamp began,
      DevNo dev,
      long diskSeq,
      int readAheadKib,
      Bytes name,
      Bytes uuid,
      boolean suspended,
      boolean readOnly,
      List<DevNo> slaves)
      implements Answer {}

  /** There is no device of that number. */
  record Vanished(Stamp at, Stamp began, DevNo dev) implements Answer {}

  /** A round of snapshots of all devices: those not told of since it began were as before. */
  record Sampled(Stamp at, Stamp began) implements Answer {}

  /** A disk or partition as sysfs shows it. */
  record DiskPolled(
      Stamp at,
      Stamp began,
      DevNo dev,
      String name,
      String wwid,
      String serial,
      long sizeSectors,
      String port)
      implements Answer {}

  /**
   * A hit of a kernel probe.
   *
   * @param happened the kernel's moment
   * @param record the hit, as {@link dmrec.decode.ProbeLine} writes it
   * @param process the process that ran then, as /proc showed it at {@code at}; null where it was
   *     not asked for
   */
  record ProbeSeen(Stamp at, Stamp happened, Bytes record, @Nullable Actor process)
      implements Observation {}

  /** A record of the kernel log. */
  record LogRead(Stamp at, Bytes record) implements Observation {}

  /**
   * A source lost messages.
   *
   * @param began the last moment at which nothing was lost yet
   * @param count how many, exactly; -1 where the source cannot tell
   */
  record Lost(Stamp at, Stamp began, Source source, long count, String reason) implements Answer {}

  /**
   * Recording ends.
   *
   * @param dropped messages refused because their sender was not the kernel
   */
  record Stopped(Stamp at, String reason, long dropped, UeventBacklog backlog)
      implements Observation {
    /** One of which nobody said what waited. */
    public Stopped(Stamp at, String reason, long dropped) {
      this(at, reason, dropped, UeventBacklog.UNKNOWN);
    }
  }
}
