package dmrec.query.filter;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A figure that is told of each group.
 *
 * @param field what it is of; null for those that are of the events themselves
 */
record Measure(How how, @Nullable FilterField field) {
  /** How it is worked out. */
  enum How {
    COUNT,
    FIRST,
    LAST,
    MIN,
    MAX,
    AVG,
    SUM;

    private final String word = name().toLowerCase(Locale.ROOT);

    String word() {
      return word;
    }

    /** Whether it is of a field. */
    boolean takesField() {
      return this == MIN || this == MAX || this == AVG || this == SUM;
    }

    static @Nullable How ofWord(String word) {
      for (How how : values()) {
        if (how.word.equalsIgnoreCase(word)) {
          return how;
        }
      }
      return null;
    }
  }

  /** What its values are. */
  ValueType type() {
    if (how == How.FIRST || how == How.LAST) {
      return ValueType.TIME;
    }
    if (field == null) {
      return ValueType.NUMBER;
    }
    return field.types().contains(ValueType.TIME)
        ? ValueType.TIME
        : field.types().contains(ValueType.DURATION) ? ValueType.DURATION : ValueType.NUMBER;
  }

  /** The name of its column. */
  String name() {
    return field == null ? how.word() : how.word() + "_" + field.name();
  }

  @Override
  public String toString() {
    return field == null ? how.word() : how.word() + " " + field.name();
  }
}
