package dmrec.query.filter;

import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.journal.EventHead;
import dmrec.journal.EventQuery;
import java.time.Clock;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Which events are meant: {@code path_failed and device ~ mpath* and time > yesterday}.
 *
 * <p>A field that an event does not have, or does not know, matches no comparison, neither {@code
 * =} nor {@code !=}. Filters are equal where they are written the same but for blanks and spelling.
 * Immutable; {@link #matches} may be asked by any thread, each with its own relations.
 */
public final class Filter {
  private final Expr expr;
  private final Node node;
  private final EventQuery query;
  private final Set<Kind> askedTraces;

  private Filter(Expr expr) {
    this.expr = expr;
    node = Node.of(expr);
    query = query(node);
    askedTraces = askedTraces();
  }

  /**
   * Reads a filter.
   *
   * @param clock what time it is now, and the zone of local times
   */
  public static Filter parse(String text, Clock clock) throws FilterSyntaxException {
    return new Filter(FilterParser.parse(text, clock));
  }

  static Filter of(Expr expr) {
    return new Filter(expr);
  }

  /**
   * Whether an event is meant.
   *
   * @param relations who stands on whom at that moment; {@link Relations#NONE} serves unless {@link
   *     #needsStack}
   */
  public boolean matches(EventRecord record, Relations relations) {
    return node.matches(record, relations);
  }

  /** Whether the event of that head is meant, as far as that and single fields tell. */
  public Tri given(EventHead head, FilterField.Payload payload) {
    return node.given(head, payload);
  }

  /** Whether the stack has to be followed through the records, by a {@link StackRelations}. */
  public boolean needsStack() {
    return node.needsStack();
  }

  /**
   * What all matching events are within, though not all within it match; others need not be read.
   */
  public EventQuery query() {
    return query;
  }

  /** Whether {@link #query} leaves out devices. */
  boolean asksDevice() {
    return node.asksDevice();
  }

  /** Whether the filter asks for a kind by name, or for nothing but traces. */
  public boolean asksForTrace(Kind kind) {
    return askedTraces.contains(kind);
  }

  private static EventQuery query(Node node) {
    EnumSet<Kind> kinds = EnumSet.noneOf(Kind.class);
    for (Kind kind : Kind.values()) {
      if (node.given(kind) != Tri.NO) {
        kinds.add(kind);
      }
    }
    Span span = node.span(false);
    EventQuery within =
        EventQuery.ALL
            .from(span.minSeq())
            .to(span.maxSeq())
            .since(span.minWallNs())
            .until(span.maxWallNs())
            .kinds(kinds);
    return node.asksDevice() ? within.device(device -> node.given(device) != Tri.NO) : within;
  }

  private Set<Kind> askedTraces() {
    EnumSet<Kind> asked = EnumSet.noneOf(Kind.class);
    addNamed(expr, asked);
    if (Arrays.stream(Kind.values()).allMatch(kind -> kind.isTrace() || !query.mayBe(kind))) {
      Arrays.stream(Kind.values()).filter(query::mayBe).forEach(asked::add);
    }
    asked.removeIf(kind -> !kind.isTrace());
    return Set.copyOf(asked);
  }

  /** Kinds that the filter names, other than to leave them out. */
  private static void addNamed(Expr expr, Set<Kind> named) {
    if (expr instanceof Expr.Or or) {
      or.any().forEach(e -> addNamed(e, named));
    } else if (expr instanceof Expr.And and) {
      and.all().forEach(e -> addNamed(e, named));
    } else if (isNamingKinds(expr)) {
      Node node = Node.of(expr);
      Arrays.stream(Kind.values()).filter(k -> node.given(k) == Tri.YES).forEach(named::add);
    }
  }

  private static boolean isNamingKinds(Expr expr) {
    if (expr instanceof Expr.In in) {
      return in.field().name().equals("kind") && !in.none();
    }
    return expr instanceof Expr.Compare compare
        && compare.field().name().equals("kind")
        && (compare.op() == Expr.Op.EQUAL || compare.op() == Expr.Op.LIKE);
  }

  /**
   * How it is evaluated, for a person: a label and a text each, which may be shown as they are.
   *
   * @param zone of the times
   */
  public List<Explanation.Line> explain(ZoneId zone) {
    return Explanation.of(expr, this, zone);
  }

  /** The filter as {@link #parse} reads it back; it may be shown as it is. */
  @Override
  public String toString() {
    return expr.toString();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Filter that && expr.equals(that.expr);
  }

  @Override
  public int hashCode() {
    return expr.hashCode();
  }
}
