package dmrec.query.filter;

import dmrec.event.Kind;
import dmrec.journal.EventQuery;
import dmrec.query.TimeSpec;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** How a filter is evaluated, in words. */
public final class Explanation {
  private static final Set<String> EXACT = Set.of("seq", "time", "kind");

  private Explanation() {}

  /** One thing that is to be said. */
  public record Line(String label, String text) {}

  static List<Line> of(Expr expr, Filter filter, ZoneId zone) {
    List<Expr> conditions = expr instanceof Expr.And and ? and.all() : List.of(expr);
    List<String> checked = new ArrayList<>();
    List<String> devices = new ArrayList<>();
    for (Expr condition : conditions) {
      FilterField field = fieldOf(condition);
      if (field != null && field.isByDevice()) {
        devices.add(condition.toString());
      } else if (field == null || !EXACT.contains(field.name())) {
        checked.add(condition instanceof Expr.Or ? "(" + condition + ")" : condition.toString());
      }
    }
    if (devices.isEmpty() && filter.asksDevice()) {
      devices.add("devices that may match");
    }
    List<String> pushed = pushed(filter.query(), zone);
    pushed.addAll(devices);
    return List.of(
        new Line("filter", filter.toString()),
        new Line("pushed down", pushed.isEmpty() ? "nothing" : String.join("; ", pushed)),
        new Line("checked", checked.isEmpty() ? "nothing else" : String.join(" and ", checked)),
        new Line("stack", filter.needsStack() ? "followed through the journal" : "not needed"));
  }

  private static @org.jspecify.annotations.Nullable FilterField fieldOf(Expr condition) {
    if (condition instanceof Expr.Compare compare) {
      return compare.field();
    }
    return condition instanceof Expr.In in ? in.field() : null;
  }

  private static List<String> pushed(EventQuery query, ZoneId zone) {
    List<String> pushed = new ArrayList<>();
    Set<Kind> kinds = EnumSet.allOf(Kind.class);
    kinds.removeIf(kind -> !query.mayBe(kind));
    if (kinds.isEmpty()
        || query.minSeq() > query.maxSeq()
        || query.minWallNs() > query.maxWallNs()) {
      pushed.add("nothing can match");
      return pushed;
    }
    if (query.minSeq() > 0 || query.maxSeq() != Long.MAX_VALUE) {
      pushed.add("seq " + number(query.minSeq()) + ".." + number(query.maxSeq()));
    }
    if (query.minWallNs() != Long.MIN_VALUE || query.maxWallNs() != Long.MAX_VALUE) {
      pushed.add("time " + time(query.minWallNs(), zone) + ".." + time(query.maxWallNs(), zone));
    }
    if (kinds.size() < Kind.values().length) {
      boolean few = kinds.size() <= Kind.values().length / 2;
      pushed.add(
          (few ? "kind in (" : "kind not in (")
              + java.util.Arrays.stream(Kind.values())
                  .filter(kind -> kinds.contains(kind) == few)
                  .map(Kind::word)
                  .collect(Collectors.joining(", "))
              + ")");
    }
    return pushed;
  }

  private static String number(long seq) {
    return seq <= 0 || seq == Long.MAX_VALUE ? "" : Long.toString(seq);
  }

  private static String time(long wallNs, ZoneId zone) {
    return wallNs == Long.MIN_VALUE || wallNs == Long.MAX_VALUE
        ? ""
        : TimeSpec.format(wallNs, zone);
  }
}
