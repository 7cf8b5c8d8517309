package dmrec.query.filter;

/** What is known of a condition while only a part of an event is. */
public enum Tri {
  NO,
  MAYBE,
  YES;

  static Tri of(boolean known) {
    return known ? YES : NO;
  }

  Tri not() {
    return this == NO ? YES : this == YES ? NO : MAYBE;
  }

  Tri and(Tri other) {
    return compareTo(other) <= 0 ? this : other;
  }

  Tri or(Tri other) {
    return compareTo(other) >= 0 ? this : other;
  }
}
