package dmrec.query.filter;

import dmrec.query.Likeness;
import java.util.Collection;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Finds the word that somebody may have meant. */
final class Nearest {
  private static final int LONGEST = 40;

  private Nearest() {}

  /** The nearest of {@code candidates}, or null where none is near enough to be meant. */
  static @Nullable String to(String word, Collection<String> candidates) {
    if (word.isEmpty() || word.length() > LONGEST) {
      return null;
    }
    int limit = Math.max(1, word.length() / 3);
    String nearest = null;
    int best = limit + 1;
    for (String candidate : candidates) {
      int distance =
          Likeness.distance(word.toLowerCase(Locale.ROOT), candidate.toLowerCase(Locale.ROOT));
      if (distance > 0 && distance < best && distance < candidate.length()) {
        best = distance;
        nearest = candidate;
      }
    }
    return nearest;
  }
}
