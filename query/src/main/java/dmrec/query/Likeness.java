package dmrec.query;

/** How near two words are. */
public final class Likeness {
  private Likeness() {}

  /** How many letters have to be put in, left out, changed or swapped with their neighbour. */
  public static int distance(String a, String b) {
    int[][] best = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int k = 0; k <= b.length(); k++) {
        if (i == 0 || k == 0) {
          best[i][k] = i + k;
          continue;
        }
        boolean same = a.charAt(i - 1) == b.charAt(k - 1);
        int cost =
            Math.min(
                best[i - 1][k - 1] + (same ? 0 : 1), 1 + Math.min(best[i - 1][k], best[i][k - 1]));
        boolean swapped =
            i > 1
                && k > 1
                && a.charAt(i - 1) == b.charAt(k - 2)
                && a.charAt(i - 2) == b.charAt(k - 1);
        best[i][k] = swapped ? Math.min(cost, best[i - 2][k - 2] + 1) : cost;
      }
    }
    return best[a.length()][b.length()];
  }
}
