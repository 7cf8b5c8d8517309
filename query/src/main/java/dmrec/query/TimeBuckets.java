package dmrec.query;

import java.util.SortedMap;
import java.util.TreeMap;

/** Counts per stretch of time, which are as long as it takes for no more than so many of them. */
final class TimeBuckets {
  private static final long SECOND_NS = 1_000_000_000L;

  /** Each a multiple of the one before it, so that counts can be put together. */
  private static final long[] LENGTHS_NS = {
    SECOND_NS,
    10 * SECOND_NS,
    60 * SECOND_NS,
    600 * SECOND_NS,
    3600 * SECOND_NS,
    6 * 3600 * SECOND_NS,
    24 * 3600 * SECOND_NS,
    7 * 24 * 3600 * SECOND_NS,
    28 * 24 * 3600 * SECOND_NS,
    364 * 24 * 3600 * SECOND_NS,
    3640 * 24 * 3600 * SECOND_NS,
  };

  private static final int MOST = 60;

  private TreeMap<Long, Long> counts = new TreeMap<>();
  private int length;

  /** The stretch at hand, and how many were counted in it that are not in {@link #counts} yet. */
  private long atNs = Long.MIN_VALUE;

  private long more;

  void count(long wallNs) {
    if (more > 0 && wallNs >= atNs && wallNs - atNs < LENGTHS_NS[length]) {
      more++;
      return;
    }
    settle();
    atNs = floor(wallNs);
    more = 1;
    counts.putIfAbsent(atNs, 0L);
    while (length < LENGTHS_NS.length - 1
        && (counts.lastKey() - counts.firstKey()) / LENGTHS_NS[length] >= MOST) {
      length++;
      TreeMap<Long, Long> coarser = new TreeMap<>();
      counts.forEach((from, count) -> coarser.merge(floor(from), count, Long::sum));
      counts = coarser;
      atNs = floor(atNs);
    }
  }

  private void settle() {
    if (more > 0) {
      counts.merge(atNs, more, Long::sum);
      more = 0;
    }
  }

  private long floor(long wallNs) {
    return Math.floorDiv(wallNs, LENGTHS_NS[length]) * LENGTHS_NS[length];
  }

  long lengthNs() {
    return LENGTHS_NS[length];
  }

  SortedMap<Long, Long> counts() {
    settle();
    return counts;
  }
}
