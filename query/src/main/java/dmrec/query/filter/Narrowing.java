package dmrec.query.filter;

import dmrec.event.DeviceRef;
import dmrec.event.Kind;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What every record that a filter matches has to fulfil, told by its number, time, kind and device
 * alone: what does not cannot match and need not be read. What does may still not match.
 *
 * @param minSeq the first number
 * @param maxSeq the last number
 * @param minWallNs the earliest wall clock time
 * @param maxWallNs the latest
 * @param kinds the kinds; null for all
 * @param devices the devices; null for all
 */
public record Narrowing(
    long minSeq,
    long maxSeq,
    long minWallNs,
    long maxWallNs,
    @Nullable Set<Kind> kinds,
    @Nullable Predicate<DeviceRef> devices) {
  /** Everything. */
  public static final Narrowing ALL =
      new Narrowing(Long.MIN_VALUE, Long.MAX_VALUE, Long.MIN_VALUE, Long.MAX_VALUE, null, null);

  public Narrowing {
    kinds = kinds == null ? null : Set.copyOf(kinds);
  }

  /** Whether an event of that kind may match. */
  public boolean mayBe(Kind kind) {
    return kinds == null || kinds.contains(kind);
  }

  /** Whether an event of that device may match; disks have {@link DeviceRef#NONE}. */
  public boolean mayBe(DeviceRef device) {
    return devices == null || devices.test(device);
  }

  /** Whether nothing can match. */
  public boolean isEmpty() {
    return minSeq > maxSeq || minWallNs > maxWallNs || (kinds != null && kinds.isEmpty());
  }

  boolean hasSeqs() {
    return minSeq != Long.MIN_VALUE || maxSeq != Long.MAX_VALUE;
  }

  boolean hasTimes() {
    return minWallNs != Long.MIN_VALUE || maxWallNs != Long.MAX_VALUE;
  }
}
