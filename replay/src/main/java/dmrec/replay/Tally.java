package dmrec.replay;

import org.jspecify.annotations.Nullable;

/** The first difference, and how many came after it. Thread contract: any thread. */
final class Tally {
  private @Nullable Difference first;
  private long compared;
  private long later;

  synchronized void same() {
    compared++;
  }

  synchronized void differs(Difference difference) {
    compared++;
    if (first == null) {
      first = difference;
    } else {
      later++;
    }
  }

  synchronized @Nullable Difference first() {
    return first;
  }

  synchronized long later() {
    return later;
  }

  synchronized long compared() {
    return compared;
  }
}
