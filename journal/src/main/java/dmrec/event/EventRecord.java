package dmrec.event;

import org.jspecify.annotations.Nullable;

/**
 * One record of a journal: an event with everything that every event carries.
 *
 * @param seq its number in the journal, from 1, without a hole
 * @param wallNs when the observation was read: CLOCK_REALTIME, nanoseconds since 1970
 * @param monoNs the same moment on CLOCK_MONOTONIC; comparable within one boot only
 * @param notBeforeNs for what was derived, the wall clock of the last look that did not show it
 *     yet; 0 where the source tells the moment itself
 * @param kernelNs the kernel's own stamp (monotonic) where the source has one, else 0
 * @param source who said so
 * @param certainty how it is known
 * @param marks bits of {@link Mark}
 * @param actor who asked for it, where the source tells
 * @param device the device it is about, or {@link DeviceRef#NONE}
 * @param event what happened
 * @param evidence the observation that proves it, verbatim but for masked keys
 * @param extra tagged fields of a newer format, kept as they were read
 */
public record EventRecord(
    long seq,
    long wallNs,
    long monoNs,
    long notBeforeNs,
    long kernelNs,
    Source source,
    Certainty certainty,
    int marks,
    @Nullable Actor actor,
    DeviceRef device,
    DmEvent event,
    Bytes evidence,
    Bytes extra) {

  public Kind kind() {
    return event.kind();
  }

  /**
   * Whether its device is then as it says: not where a process injected it, nor where a newer event
   * was told before it.
   */
  public boolean tellsState() {
    return !Mark.INJECTED.isIn(marks) && !Mark.LATE.isIn(marks);
  }

  /** The same event at another place of a journal. */
  public EventRecord withSeq(long newSeq) {
    return with(newSeq, actor, device, event, evidence, extra);
  }

  /** The same observation, told of another device or in other words. */
  public EventRecord with(@Nullable Actor newActor, DeviceRef newDevice, DmEvent newEvent) {
    return with(seq, newActor, newDevice, newEvent, evidence, extra);
  }

  /** The same event with other evidence and other fields of a newer format. */
  public EventRecord with(Bytes newEvidence, Bytes newExtra) {
    return with(seq, actor, device, event, newEvidence, newExtra);
  }

  private EventRecord with(
      long newSeq,
      @Nullable Actor newActor,
      DeviceRef newDevice,
      DmEvent newEvent,
      Bytes newEvidence,
      Bytes newExtra) {
    return new EventRecord(
        newSeq,
        wallNs,
        monoNs,
        notBeforeNs,
        kernelNs,
        source,
        certainty,
        marks,
        newActor,
        newDevice,
        newEvent,
        newEvidence,
        newExtra);
  }
}
