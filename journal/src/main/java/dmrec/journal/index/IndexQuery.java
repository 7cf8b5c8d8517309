package dmrec.journal.index;

import dmrec.event.Kind;
import dmrec.journal.EventQuery;
import java.util.function.Predicate;

/** An {@link EventQuery} as an index is asked: its kinds by their codes. */
final class IndexQuery {
  private final boolean[] kinds;
  private final boolean[] always;
  private final EventQuery query;

  IndexQuery(EventQuery query) {
    this.kinds = codes(query::mayBe);
    this.always = codes(query::isOfAnyDevice);
    this.query = query;
  }

  /** The first code stands for all kinds that are not known. */
  private static boolean[] codes(Predicate<Kind> condition) {
    boolean[] taken = new boolean[Kind.CODES];
    for (int code = 0; code < Kind.CODES; code++) {
      taken[code] = condition.test(Kind.ofCode(code));
    }
    return taken;
  }

  /** The code of an event's kind by its {@link RecordFields#head}: 0 for those not known. */
  static int code(int head) {
    return head & (Kind.CODES - 1);
  }

  boolean mayBe(int head, long wallNs) {
    return kinds[code(head)] && wallNs >= query.minWallNs() && wallNs <= query.maxWallNs();
  }

  boolean mayBe(long seq) {
    return seq >= query.minSeq() && seq <= query.maxSeq();
  }

  /** Whether events of that kind are meant whatever their device. */
  boolean isOfAnyDevice(int head) {
    return always[code(head)];
  }
}
