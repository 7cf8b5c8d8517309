package dmrec.query.filter;

import java.util.List;
import java.util.stream.Collectors;

/** A filter as it was written, checked: pure data, equal where it says the same. */
sealed interface Expr {
  /** At least two. */
  record Or(List<Expr> any) implements Expr {
    @Override
    public String toString() {
      return any.stream()
          .map(e -> e instanceof Or ? "(" + e + ")" : e.toString())
          .collect(Collectors.joining(" or "));
    }
  }

  /** At least two. */
  record And(List<Expr> all) implements Expr {
    @Override
    public String toString() {
      return all.stream()
          .map(e -> e instanceof Or || e instanceof And ? "(" + e + ")" : e.toString())
          .collect(Collectors.joining(" and "));
    }
  }

  record Not(Expr negated) implements Expr {
    @Override
    public String toString() {
      return "not "
          + (negated instanceof Or || negated instanceof And ? "(" + negated + ")" : negated);
    }
  }

  record Compare(FilterField field, Op op, Literal value) implements Expr {
    @Override
    public String toString() {
      return field + " " + op.sign() + " " + value;
    }
  }

  /** A value is among some, or the field has values and none is. */
  record In(FilterField field, boolean none, List<Literal> values) implements Expr {
    @Override
    public String toString() {
      return field
          + (none ? " not in (" : " in (")
          + values.stream().map(Literal::toString).collect(Collectors.joining(", "))
          + ")";
    }
  }

  /** How the event's device or disk stands to another at that moment. */
  record Related(Relation relation, Literal device) implements Expr {
    @Override
    public String toString() {
      return relation.word() + " " + device;
    }
  }

  /** How a field is compared. */
  enum Op {
    EQUAL("="),
    NOT_EQUAL("!="),
    LESS("<"),
    AT_MOST("<="),
    MORE(">"),
    AT_LEAST(">="),
    LIKE("~"),
    NOT_LIKE("!~");

    private final String sign;

    Op(String sign) {
      this.sign = sign;
    }

    String sign() {
      return sign;
    }

    boolean isOrder() {
      return this == LESS || this == AT_MOST || this == MORE || this == AT_LEAST;
    }

    boolean isPattern() {
      return this == LIKE || this == NOT_LIKE;
    }
  }
}
