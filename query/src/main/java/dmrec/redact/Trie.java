package dmrec.redact;

import java.util.Arrays;

/**
 * Many words, found in one pass over a text. Nodes are numbers; all steps are in one hash table of
 * (node, unit) pairs, so that a hundred thousand words cost a few megabytes and no object each.
 */
final class Trie {
  static final int ROOT = 0;
  static final int NONE = -1;

  private long[] steps = new long[1 << 10];
  private int[] targets = new int[1 << 10];
  private int[] values = new int[256];
  private int nodes = 1;
  private int used;

  Trie() {
    Arrays.fill(values, NONE);
  }

  /** The node behind {@code node} for that unit (a char or a byte), or {@link #NONE}. */
  int step(int node, int unit) {
    long key = key(node, unit);
    int mask = steps.length - 1;
    for (int at = slot(key, mask); steps[at] != 0; at = (at + 1) & mask) {
      if (steps[at] == key) {
        return targets[at];
      }
    }
    return NONE;
  }

  /** What {@link #put} gave that node, or {@link #NONE}. */
  int value(int node) {
    return values[node];
  }

  /** The node behind {@code node}, made where there is none. */
  int grow(int node, int unit) {
    int next = step(node, unit);
    if (next != NONE) {
      return next;
    }
    if (2 * ++used > steps.length) {
      rehash();
    }
    if (nodes == values.length) {
      values = Arrays.copyOf(values, 2 * nodes);
      Arrays.fill(values, nodes, 2 * nodes, NONE);
    }
    insert(key(node, unit), nodes);
    return nodes++;
  }

  void put(int node, int value) {
    values[node] = value;
  }

  private void insert(long key, int target) {
    int mask = steps.length - 1;
    int at = slot(key, mask);
    while (steps[at] != 0) {
      at = (at + 1) & mask;
    }
    steps[at] = key;
    targets[at] = target;
  }

  private void rehash() {
    long[] oldSteps = steps;
    int[] oldTargets = targets;
    steps = new long[2 * oldSteps.length];
    targets = new int[2 * oldTargets.length];
    for (int i = 0; i < oldSteps.length; i++) {
      if (oldSteps[i] != 0) {
        insert(oldSteps[i], oldTargets[i]);
      }
    }
  }

  private static long key(int node, int unit) {
    return ((long) node << 16 | unit) + 1;
  }

  private static int slot(long key, int mask) {
    long mixed = key * 0x9e3779b97f4a7c15L;
    return (int) (mixed >>> 32) & mask;
  }
}
