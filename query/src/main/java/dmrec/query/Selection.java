package dmrec.query;

import dmrec.event.Kind;
import dmrec.query.filter.Filter;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which records of a journal are asked for.
 *
 * @param kinds only these; none means all
 * @param device only what is about this device, as {@code --device} takes it; null for all
 * @param since nothing before it; null from the beginning
 * @param until nothing after it; null up to the end
 * @param traces also the kinds that are only traces of others ({@link Kind#isTrace}); those named
 *     in {@code kinds} or by {@code filter} are asked for anyway
 * @param filter only what it matches; null for all
 */
public record Selection(
    Set<Kind> kinds,
    @Nullable String device,
    @Nullable Moment since,
    @Nullable Moment until,
    boolean traces,
    @Nullable Filter filter) {
  /** Every record. */
  public static final Selection ALL = new Selection(Set.of(), null, null, null, true);

  public Selection {
    kinds = Set.copyOf(kinds);
  }

  /** Without a filter. */
  public Selection(
      Set<Kind> kinds,
      @Nullable String device,
      @Nullable Moment since,
      @Nullable Moment until,
      boolean traces) {
    this(kinds, device, since, until, traces, null);
  }
}
