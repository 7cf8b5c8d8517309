package dmrec.event;

import org.jspecify.annotations.Nullable;

/**
 * One record of a journal: an event with everything that every event carries.
 *
 * @param seq its number in the journal, from 1, without a hole
 * @param wallNs when it happened, as well as that is known: CLOCK_REALTIME, nanoseconds since 1970
 * @param receivedNs when the observation was read, on the same clock; {@code wallNs} where the
 *     source tells no moment of its own
 * @param monoNs when it happened, on the boot's own clock; comparable within one boot only
 * @param notBeforeNs for what was derived, the wall clock of the last look that did not show it
 *     yet; 0 where the source tells the moment itself
 * @param kernelNs the kernel log's own stamp (monotonic) where the source has one, else 0
 * @param source who said so
 * @param certainty how it is known
 * @param marks bits of {@link Mark}
 * @param actor the process behind it, where the source tells
 * @param device the device it is about, or {@link DeviceRef#NONE}
 * @param event what happened
 * @param evidence the observation that proves it, verbatim but for masked keys
 * @param extra tagged fields of a newer format, kept as they were read
 */
public record EventRecord(
    long seq,
    long wallNs,
    long receivedNs,
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
    Bytes extra)
    implements JournalEntry {

  /** A record of the recorder's own, about no device, at time 0: what differs is set. */
  public static Builder of(DmEvent event) {
    return new Builder(event);
  }

  /** A builder that begins with what this record says. */
  public Builder toBuilder() {
    Builder builder = new Builder(event);
    builder.seq = seq;
    builder.wallNs = wallNs;
    builder.monoNs = monoNs;
    builder.hasReceived = receivedNs != wallNs;
    builder.receivedNs = receivedNs;
    builder.notBeforeNs = notBeforeNs;
    builder.kernelNs = kernelNs;
    builder.source = source;
    builder.certainty = certainty;
    builder.marks = marks;
    builder.actor = actor;
    builder.device = device;
    builder.evidence = evidence;
    builder.extra = extra;
    return builder;
  }

  @Override
  public Kind kind() {
    return event.kind();
  }

  @Override
  public EventRecord asRecord() {
    return this;
  }

  /** The same event at another place of a journal. */
  public EventRecord withSeq(long newSeq) {
    return toBuilder().seq(newSeq).build();
  }

  /** Makes one record. Not thread-safe. */
  public static final class Builder {
    private DmEvent event;
    private long seq;
    private long wallNs;
    private long monoNs;
    private boolean hasReceived;
    private long receivedNs;
    private long notBeforeNs;
    private long kernelNs;
    private Source source = Source.RECORDER;
    private Certainty certainty = Certainty.REPORTED;
    private int marks;
    private @Nullable Actor actor;
    private DeviceRef device = DeviceRef.NONE;
    private Bytes evidence = Bytes.NONE;
    private Bytes extra = Bytes.NONE;

    private Builder(DmEvent event) {
      this.event = event;
    }

    public Builder event(DmEvent value) {
      event = value;
      return this;
    }

    public Builder seq(long value) {
      seq = value;
      return this;
    }

    /** When it happened, on the wall clock and on the boot's. */
    public Builder at(long wall, long mono) {
      wallNs = wall;
      monoNs = mono;
      return this;
    }

    /** When it was read; without this call, when it happened. */
    public Builder receivedNs(long value) {
      hasReceived = true;
      receivedNs = value;
      return this;
    }

    public Builder notBeforeNs(long value) {
      notBeforeNs = value;
      return this;
    }

    public Builder kernelNs(long value) {
      kernelNs = value;
      return this;
    }

    public Builder source(Source value) {
      source = value;
      return this;
    }

    public Builder certainty(Certainty value) {
      certainty = value;
      return this;
    }

    public Builder marks(int value) {
      marks = value;
      return this;
    }

    public Builder actor(@Nullable Actor value) {
      actor = value;
      return this;
    }

    public Builder device(DeviceRef value) {
      device = value;
      return this;
    }

    public Builder evidence(Bytes value) {
      evidence = value;
      return this;
    }

    public Builder extra(Bytes value) {
      extra = value;
      return this;
    }

    public EventRecord build() {
      return new EventRecord(
          seq,
          wallNs,
          hasReceived ? receivedNs : wallNs,
          monoNs,
          notBeforeNs,
          kernelNs,
          source,
          certainty,
          marks,
          actor,
          device,
          event,
          evidence,
          extra);
    }
  }
}
