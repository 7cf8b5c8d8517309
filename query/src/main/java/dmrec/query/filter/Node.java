package dmrec.query.filter;

import dmrec.event.DeviceRef;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.journal.EventHead;
import dmrec.query.DeviceText;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** A filter made ready: what it matches, and what is known of that from a part of an event. */
sealed interface Node {
  boolean matches(EventRecord record, Relations relations);

  /** Whether an event of that kind can match, and whether it must. */
  Tri given(Kind kind);

  /** Whether an event of that device can match, and whether it must. */
  Tri given(DeviceRef device);

  /** Whether the event of that head matches, as far as that and single fields tell. */
  Tri given(EventHead head, FilterField.Payload payload);

  /**
   * Bounds of all that it matches.
   *
   * @param not of all that it does not match instead
   */
  Span span(boolean not);

  boolean needsStack();

  /** Whether {@link #given(DeviceRef)} ever says more than maybe. */
  boolean asksDevice();

  static Node of(Expr expr) {
    if (expr instanceof Expr.Or or) {
      return new Joined(false, nodes(or.any()));
    } else if (expr instanceof Expr.And and) {
      return new Joined(true, nodes(and.all()));
    } else if (expr instanceof Expr.Not not) {
      return new Not(of(not.negated()));
    } else if (expr instanceof Expr.Related related) {
      return new Stands(related.relation(), DeviceText.of(related.device().text()));
    } else if (expr instanceof Expr.In in) {
      List<Comparand> values =
          in.values().stream().map(value -> new Comparand(in.field(), value)).toList();
      return new Leaf(
          in.field(), isOneOf(values, in.none()), inSpans(in.field(), values, in.none()));
    }
    return leaf((Expr.Compare) expr);
  }

  /** The cheap ones first: the stack is asked last. */
  private static List<Node> nodes(List<Expr> exprs) {
    List<Node> nodes = new ArrayList<>();
    exprs.forEach(expr -> nodes.add(of(expr)));
    nodes.sort(Comparator.comparing(Node::needsStack));
    return List.copyOf(nodes);
  }

  private static Leaf leaf(Expr.Compare compare) {
    FilterField field = compare.field();
    if (compare.op().isPattern()) {
      Comparand.TextTest pattern = Comparand.pattern(compare.value());
      boolean wanted = compare.op() == Expr.Op.LIKE;
      return new Leaf(
          field, value -> Comparand.fits(pattern, value) == wanted, new Spans(Span.ALL, Span.ALL));
    }
    Comparand value = new Comparand(field, compare.value());
    return switch (compare.op()) {
      case EQUAL -> new Leaf(field, value::isEqual, inSpans(field, List.of(value), false));
      case NOT_EQUAL ->
          new Leaf(field, v -> !value.isEqual(v), inSpans(field, List.of(value), true));
      default ->
          new Leaf(
              field,
              v -> {
                Integer order = value.compare(v);
                return order != null && holds(compare.op(), order);
              },
              orderSpans(field, compare.op(), value.number()));
    };
  }

  private static boolean holds(Expr.Op op, int order) {
    return switch (op) {
      case LESS -> order < 0;
      case AT_MOST -> order <= 0;
      case MORE -> order > 0;
      case AT_LEAST -> order >= 0;
      default -> throw new IllegalArgumentException("not an order: " + op);
    };
  }

  private static Predicate<Object> isOneOf(List<Comparand> values, boolean none) {
    return value -> {
      for (Comparand one : values) {
        if (one.isEqual(value)) {
          return !none;
        }
      }
      return none;
    };
  }

  /** Bounds of what a condition matches, and of what it does not. */
  record Spans(Span matched, Span unmatched) {
    Spans turned(boolean turn) {
      return turn ? new Spans(unmatched, matched) : this;
    }
  }

  private static Spans inSpans(FilterField field, List<Comparand> values, boolean none) {
    Span within = Span.NONE;
    for (Comparand value : values) {
      within = within.or(bounds(field, value.number(), value.number()));
    }
    return new Spans(within, Span.ALL).turned(none);
  }

  private static Spans orderSpans(FilterField field, Expr.Op op, long number) {
    boolean below = op == Expr.Op.LESS || op == Expr.Op.AT_MOST;
    boolean lowHasNumber = op == Expr.Op.AT_MOST || op == Expr.Op.MORE;
    Span low = bounds(field, Long.MIN_VALUE, lowHasNumber ? number : number - 1);
    Span high = bounds(field, lowHasNumber ? number + 1 : number, Long.MAX_VALUE);
    return new Spans(low, high).turned(!below);
  }

  private static Span bounds(FilterField field, long min, long max) {
    return switch (field.name()) {
      case "seq" -> Span.seqs(min, max);
      case "time" -> Span.times(min, max);
      default -> Span.ALL;
    };
  }

  /** Each of them, or at least one. */
  record Joined(boolean all, List<Node> nodes) implements Node {
    @Override
    public boolean matches(EventRecord record, Relations relations) {
      for (Node node : nodes) {
        if (node.matches(record, relations) != all) {
          return !all;
        }
      }
      return all;
    }

    @Override
    public Tri given(Kind kind) {
      return join(node -> node.given(kind));
    }

    @Override
    public Tri given(DeviceRef device) {
      return join(node -> node.given(device));
    }

    @Override
    public Tri given(EventHead head, FilterField.Payload payload) {
      return join(node -> node.given(head, payload));
    }

    private Tri join(Function<Node, Tri> given) {
      Tri joined = all ? Tri.YES : Tri.NO;
      for (Node node : nodes) {
        Tri one = given.apply(node);
        joined = all ? joined.and(one) : joined.or(one);
        if (joined == (all ? Tri.NO : Tri.YES)) {
          return joined;
        }
      }
      return joined;
    }

    @Override
    public Span span(boolean not) {
      Stream<Span> spans = nodes.stream().map(node -> node.span(not));
      return all != not ? spans.reduce(Span.ALL, Span::and) : spans.reduce(Span.NONE, Span::or);
    }

    @Override
    public boolean needsStack() {
      return nodes.stream().anyMatch(Node::needsStack);
    }

    @Override
    public boolean asksDevice() {
      return nodes.stream().anyMatch(Node::asksDevice);
    }
  }

  /** Not that one, for whatever reason it does not match. */
  record Not(Node negated) implements Node {
    @Override
    public boolean matches(EventRecord record, Relations relations) {
      return !negated.matches(record, relations);
    }

    @Override
    public Tri given(Kind kind) {
      return negated.given(kind).not();
    }

    @Override
    public Tri given(DeviceRef device) {
      return negated.given(device).not();
    }

    @Override
    public Tri given(EventHead head, FilterField.Payload payload) {
      return negated.given(head, payload).not();
    }

    @Override
    public Span span(boolean not) {
      return negated.span(!not);
    }

    @Override
    public boolean needsStack() {
      return negated.needsStack();
    }

    @Override
    public boolean asksDevice() {
      return negated.asksDevice();
    }
  }

  /** A comparison. What has no such field does not match. */
  record Leaf(FilterField field, Predicate<Object> test, Spans spans) implements Node {
    @Override
    public boolean matches(EventRecord record, Relations relations) {
      Object value = field.read(record);
      return value != null && test.test(value);
    }

    @Override
    public Tri given(Kind kind) {
      if (field.name().equals("kind")) {
        return Tri.of(test.test(kind));
      }
      return field.kinds().contains(kind) ? Tri.MAYBE : Tri.NO;
    }

    @Override
    public Tri given(DeviceRef device) {
      Object value = field.readByDevice(device);
      if (value == FilterField.NOT_BY_DEVICE) {
        return Tri.MAYBE;
      }
      return Tri.of(value != null && test.test(value));
    }

    @Override
    public Tri given(EventHead head, FilterField.Payload payload) {
      Object value = field.read(head, payload);
      return value == FilterField.NOT_IN_HEAD
          ? Tri.MAYBE
          : Tri.of(value != null && test.test(value));
    }

    @Override
    public Span span(boolean not) {
      return not ? spans.unmatched() : spans.matched();
    }

    @Override
    public boolean needsStack() {
      return false;
    }

    @Override
    public boolean asksDevice() {
      return field.isByDevice();
    }
  }

  /** A relation to another device, as of the moment of the event. */
  record Stands(Relation relation, DeviceText device) implements Node {
    @Override
    public boolean matches(EventRecord record, Relations relations) {
      return relations.holds(record, relation, device);
    }

    @Override
    public Tri given(Kind kind) {
      return Tri.MAYBE;
    }

    @Override
    public Tri given(DeviceRef ref) {
      return Tri.MAYBE;
    }

    @Override
    public Tri given(EventHead head, FilterField.Payload payload) {
      return Tri.MAYBE;
    }

    @Override
    public Span span(boolean not) {
      return Span.ALL;
    }

    @Override
    public boolean needsStack() {
      return true;
    }

    @Override
    public boolean asksDevice() {
      return false;
    }
  }
}
