package dmrec.record;

import dmrec.decode.Uevent;
import dmrec.event.Actor;
import dmrec.event.Bytes;
import dmrec.event.Certainty;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Mark;
import dmrec.event.Source;
import dmrec.target.DevNo;
import dmrec.topology.Device;
import dmrec.topology.Disk;
import dmrec.topology.Topology;
import java.io.IOException;

/**
 * The one way from what a rule concludes to the journal: gives an event the time of the observation
 * at hand, keeps it, and lets it change the topology.
 *
 * <p>Every rule has to see what the one before it told. So an event is applied where it is written,
 * and nothing else writes to the topology.
 */
final class EventWriter {
  private final Topology topology;
  private final EventSink sink;
  private Stamp now = new Stamp(0, 0);

  EventWriter(Topology topology, EventSink sink) {
    this.topology = topology;
    this.sink = sink;
  }

  /** From here on events are told at the time of {@code observation}. */
  void begin(Observation observation) {
    now = observation.at();
  }

  /** When the observation at hand was made. */
  Stamp at() {
    return now;
  }

  Device deviceAt(DevNo dev) {
    Device device = topology.device(dev);
    if (device == null) {
      throw new IllegalStateException("the topology lost device " + dev);
    }
    return device;
  }

  DeviceRef currentRef(DevNo dev) {
    return deviceAt(dev).ref();
  }

  String diskName(DevNo dev) {
    Disk disk = topology.disk(dev);
    return disk == null ? "" : disk.name();
  }

  void derived(DeviceRef ref, long notBeforeNs, DmEvent event, Bytes evidence) throws IOException {
    emit(Source.DM, Certainty.DERIVED, notBeforeNs, ref, event, evidence);
  }

  void fromUevent(Observation.UeventSeen o, Uevent u, DeviceRef ref, DmEvent event)
      throws IOException {
    fromUevent(o, u, 0, ref, event);
  }

  /**
   * @param more marks beside those that the uevent's origin gives it
   */
  void fromUevent(Observation.UeventSeen o, Uevent u, int more, DeviceRef ref, DmEvent event)
      throws IOException {
    int marks = u.synthetic() ? more | Mark.SYNTHETIC.bit() : more;
    boolean injected = o.senderPid() > 0 && !o.udev();
    append(
        new EventRecord(
            0,
            o.at().wallNs(),
            o.at().monoNs(),
            0,
            0,
            o.udev() ? Source.UDEV : Source.UEVENT,
            Certainty.REPORTED,
            injected ? marks | Mark.INJECTED.bit() : marks,
            injected ? new Actor(o.senderPid(), o.senderUid(), o.senderCommand()) : null,
            ref,
            event,
            o.message(),
            Bytes.NONE));
  }

  void emit(
      Source source,
      Certainty certainty,
      long notBeforeNs,
      DeviceRef ref,
      DmEvent event,
      Bytes evidence)
      throws IOException {
    Stamp at = now;
    append(
        new EventRecord(
            0,
            at.wallNs(),
            at.monoNs(),
            notBeforeNs,
            0,
            source,
            certainty,
            0,
            null,
            ref,
            event,
            evidence,
            Bytes.NONE));
  }

  void append(EventRecord record) throws IOException {
    EventRecord kept = EventSize.bounded(record);
    topology.apply(kept.withSeq(sink.append(kept)));
  }
}
