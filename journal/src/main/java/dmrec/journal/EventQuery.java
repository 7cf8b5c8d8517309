package dmrec.journal;

import dmrec.event.DeviceRef;
import dmrec.event.Kind;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which events of a journal are asked for, by what needs no look into their payload. An event is
 * given where all of it holds. One of a device that came while it was read is given too: whoever
 * asks for a device looks again. Immutable; the device predicate is asked by the thread that reads.
 */
public final class EventQuery {
  private static final Set<Kind> EVERY = Set.copyOf(EnumSet.allOf(Kind.class));

  /** Every event, oldest first. */
  public static final EventQuery ALL =
      new EventQuery(
          new Span(0, Long.MAX_VALUE, Long.MIN_VALUE, Long.MAX_VALUE),
          EVERY,
          null,
          Set.of(),
          false);

  private record Span(long minSeq, long maxSeq, long minWallNs, long maxWallNs) {}

  private final Span span;
  private final Set<Kind> kinds;
  private final @Nullable Predicate<DeviceRef> device;
  private final Set<Kind> ofAnyDevice;
  private final boolean backward;

  private EventQuery(
      Span span,
      Set<Kind> kinds,
      @Nullable Predicate<DeviceRef> device,
      Set<Kind> ofAnyDevice,
      boolean backward) {
    this.span = span;
    this.kinds = kinds;
    this.device = device;
    this.ofAnyDevice = ofAnyDevice;
    this.backward = backward;
  }

  private EventQuery with(Span newSpan) {
    return new EventQuery(newSpan, kinds, device, ofAnyDevice, backward);
  }

  /** From this number on. */
  public EventQuery from(long seq) {
    return with(new Span(Math.max(span.minSeq, seq), span.maxSeq, span.minWallNs, span.maxWallNs));
  }

  /** Up to this number. */
  public EventQuery to(long seq) {
    return with(new Span(span.minSeq, Math.min(span.maxSeq, seq), span.minWallNs, span.maxWallNs));
  }

  /** From this wall clock time on, in nanoseconds since 1970, wherever in the journal it is. */
  public EventQuery since(long wallNs) {
    return with(
        new Span(span.minSeq, span.maxSeq, Math.max(span.minWallNs, wallNs), span.maxWallNs));
  }

  /** Up to this wall clock time, wherever in the journal it is. */
  public EventQuery until(long wallNs) {
    return with(
        new Span(span.minSeq, span.maxSeq, span.minWallNs, Math.min(span.maxWallNs, wallNs)));
  }

  /** Of these kinds. */
  public EventQuery kinds(Set<Kind> some) {
    EnumSet<Kind> both = EnumSet.noneOf(Kind.class);
    both.addAll(kinds);
    both.retainAll(some);
    return new EventQuery(span, Set.copyOf(both), device, ofAnyDevice, backward);
  }

  /** About a device that satisfies a condition, or about such a path of one. */
  public EventQuery device(Predicate<DeviceRef> condition) {
    Predicate<DeviceRef> both = device == null ? condition : device.and(condition);
    return new EventQuery(span, kinds, both, ofAnyDevice, backward);
  }

  /** Events of these kinds are given whatever device they are about. */
  public EventQuery orKinds(Set<Kind> some) {
    return new EventQuery(span, kinds, device, Set.copyOf(some), backward);
  }

  /** Newest first. */
  public EventQuery backward() {
    return new EventQuery(span, kinds, device, ofAnyDevice, true);
  }

  public long minSeq() {
    return span.minSeq;
  }

  public long maxSeq() {
    return span.maxSeq;
  }

  public long minWallNs() {
    return span.minWallNs;
  }

  public long maxWallNs() {
    return span.maxWallNs;
  }

  public boolean isBackward() {
    return backward;
  }

  public boolean mayBe(Kind kind) {
    return kinds.contains(kind);
  }

  public boolean mayBe(DeviceRef ref) {
    return device == null || device.test(ref);
  }

  public boolean isOfAnyDevice(Kind kind) {
    return device == null || ofAnyDevice.contains(kind);
  }

  /** Whether anything but numbers is asked for, so that events can be left out. */
  boolean isNarrow() {
    return kinds.size() < EVERY.size()
        || device != null
        || span.minWallNs != Long.MIN_VALUE
        || span.maxWallNs != Long.MAX_VALUE;
  }
}
