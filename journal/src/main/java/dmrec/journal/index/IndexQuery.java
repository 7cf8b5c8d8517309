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

  /** The code of a kind as an index keeps it: the first one for those that are not known. */
  static int code(short kind) {
    int code = kind & 0xffff;
    return code < Kind.CODES ? code : 0;
  }

  boolean mayBe(short kind, long wallNs) {
    return kinds[code(kind)] && wallNs >= query.minWallNs() && wallNs <= query.maxWallNs();
  }

  boolean mayBe(long seq) {
    return seq >= query.minSeq() && seq <= query.maxSeq();
  }

  /** Whether events of that kind are meant whatever their device. */
  boolean isOfAnyDevice(short kind) {
    return always[code(kind)];
  }
}
