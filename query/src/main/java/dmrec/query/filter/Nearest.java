package dmrec.query.filter;

import java.util.Collection;
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
      int distance = distance(word, candidate);
      if (distance > 0 && distance < best && distance < candidate.length()) {
        best = distance;
        nearest = candidate;
      }
    }
    return nearest;
  }

  /** How many letters to put in, leave out, change or swap with their neighbour. */
  static int distance(String from, String to) {
    int[][] d = new int[from.length() + 1][to.length() + 1];
    for (int i = 0; i <= from.length(); i++) {
      for (int j = 0; j <= to.length(); j++) {
        if (i == 0 || j == 0) {
          d[i][j] = i + j;
          continue;
        }
        int change = same(from, i, to, j) ? 0 : 1;
        d[i][j] = Math.min(Math.min(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + change);
        if (i > 1 && j > 1 && same(from, i, to, j - 1) && same(from, i - 1, to, j)) {
          d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
        }
      }
    }
    return d[from.length()][to.length()];
  }

  private static boolean same(String from, int i, String to, int j) {
    return Character.toLowerCase(from.charAt(i - 1)) == Character.toLowerCase(to.charAt(j - 1));
  }
}
