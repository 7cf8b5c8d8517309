package dmrec.query;

import dmrec.event.Kind;
import dmrec.journal.EventQuery;
import dmrec.journal.Position;
import dmrec.query.filter.Filter;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which events of a journal a person asks for.
 *
 * @param kinds only these; none means all
 * @param device only what is about this device, as {@code --device} takes it; null for all
 * @param since nothing before it; null from the beginning
 * @param until nothing after it; null up to the end
 * @param traces also the kinds that are only traces of others ({@link Kind#isTrace}); those named
 *     in {@code kinds} or by {@code filter} are asked for anyway
 * @param filter only what it matches; null for all
 */
public record EventSelection(
    Set<Kind> kinds,
    @Nullable String device,
    @Nullable Position since,
    @Nullable Position until,
    boolean traces,
    @Nullable Filter filter) {
  /** Every event. */
  public static final EventSelection ALL = new EventSelection(Set.of(), null, null, null, true);

  public EventSelection {
    kinds = Set.copyOf(kinds);
  }

  /** Without a filter. */
  public EventSelection(
      Set<Kind> kinds,
      @Nullable String device,
      @Nullable Position since,
      @Nullable Position until,
      boolean traces) {
    this(kinds, device, since, until, traces, null);
  }

  /** What all of them have in common but the device: others need not be read. */
  EventQuery query() {
    EventQuery query = filter == null ? EventQuery.ALL : filter.query();
    if (!kinds.isEmpty()) {
      query = query.kinds(kinds);
    }
    if (since instanceof Position.AtSeq number) {
      query = query.from(number.seq());
    } else if (since instanceof Position.AtTime time) {
      query = query.since(time.wallNs());
    }
    if (until instanceof Position.AtSeq number) {
      query = query.to(number.seq());
    } else if (until instanceof Position.AtTime time) {
      query = query.until(time.wallNs());
    }
    return query;
  }
}
