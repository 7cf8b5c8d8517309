package dmrec.query.filter;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How one device can stand to another. */
public enum Relation {
  /** Below it, however far: the other stands on it. */
  UNDER,
  /** Above it, however far. */
  OVER,
  /** Directly above it: its live table names the other. */
  USES;

  private final String word = name().toLowerCase(Locale.ROOT);

  public String word() {
    return word;
  }

  static @Nullable Relation ofWord(String word) {
    for (Relation relation : values()) {
      if (relation.word.equalsIgnoreCase(word)) {
        return relation;
      }
    }
    return null;
  }
}
