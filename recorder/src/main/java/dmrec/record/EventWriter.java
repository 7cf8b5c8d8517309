package dmrec.record;

import dmrec.decode.Uevent;
import dmrec.event.Actor;
import dmrec.event.Bytes;
import dmrec.event.Certainty;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.JournalEntry;
import dmrec.event.Mark;
import dmrec.event.PathEvent;
import dmrec.event.Source;
import dmrec.target.DevNo;
import dmrec.topology.Device;
import dmrec.topology.Disk;
import dmrec.topology.TopologyView;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The one way from what a rule concludes to the journal: gives an event the time of the observation
 * at hand, keeps it, and counts it.
 *
 * <p>Every rule has to see what the one before it told. So the stack is asked for where it is
 * needed, and never held across an event.
 */
final class EventWriter {
  private final EventSink sink;
  private final RecordingSummary summary;
  private long wallNs;
  private long monoNs;
  private @Nullable JournalEntry last;

  EventWriter(EventSink sink, RecordingSummary summary) {
    this.sink = sink;
    this.summary = summary;
  }

  /** From here on events are told at this time, which is that of an observation. */
  void begin(long wall, long mono) {
    wallNs = wall;
    monoNs = mono;
  }

  /** When the observation at hand was made, on the boot's clock. */
  long monoNs() {
    return monoNs;
  }

  /** When the event written last happened, on the boot's clock; the least there is before it. */
  long lastMonoNs() {
    return last == null ? Long.MIN_VALUE : last.monoNs();
  }

  /** The stack as the events so far say it is. */
  TopologyView topology() {
    return sink.topology();
  }

  /** Whether the recording polls the control device. */
  boolean isPolled() {
    DmEvent.RecordingStarted recording = topology().recording();
    return recording != null && recording.sources().contains(Source.DM.word());
  }

  /** The event written last, without its number; null before the first. */
  @Nullable EventRecord last() {
    return last == null ? null : last.asRecord();
  }

  Device deviceAt(DevNo dev) {
    Device device = topology().device(dev);
    if (device == null) {
      throw new IllegalStateException("the topology lost device " + dev);
    }
    return device;
  }

  DeviceRef currentRef(DevNo dev) {
    return deviceAt(dev).ref();
  }

  String diskName(DevNo dev) {
    Disk disk = topology().disk(dev);
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
        EventRecord.of(event)
            .at(o.at().wallNs(), o.at().monoNs())
            .source(o.udev() ? Source.UDEV : Source.UEVENT)
            .marks(injected ? marks | Mark.INJECTED.bit() : marks)
            .actor(injected ? Actor.asked(o.senderPid(), o.senderUid(), o.senderCommand()) : null)
            .device(ref)
            .evidence(o.message())
            .build());
  }

  /** What a probe tells, at the kernel's moment. */
  void fromProbe(
      Observation.ProbeSeen hit,
      Certainty certainty,
      @Nullable Actor actor,
      DeviceRef ref,
      DmEvent event)
      throws IOException {
    Stamp happened = hit.happened();
    boolean isBehind = happened.monoNs() < lastMonoNs() && !(event instanceof DmEvent.OfPath);
    append(
        EventRecord.of(event)
            .at(happened.wallNs(), happened.monoNs())
            .receivedNs(hit.at().wallNs())
            .source(Source.PROBE)
            .certainty(certainty)
            .marks(isBehind ? Mark.LATE.bit() : 0)
            .actor(actor)
            .device(ref)
            .evidence(hit.record())
            .build());
  }

  void emit(
      Source source,
      Certainty certainty,
      long notBeforeNs,
      DeviceRef ref,
      DmEvent event,
      Bytes evidence)
      throws IOException {
    append(
        EventRecord.of(event)
            .at(wallNs, monoNs)
            .notBeforeNs(notBeforeNs)
            .source(source)
            .certainty(certainty)
            .device(ref)
            .evidence(evidence)
            .build());
  }

  void append(EventRecord record) throws IOException {
    keep(EventSize.bounded(record));
  }

  void append(PathEvent event) throws IOException {
    keep(event);
  }

  private void keep(JournalEntry entry) throws IOException {
    sink.append(entry);
    last = entry;
    summary.count(entry);
  }
}
