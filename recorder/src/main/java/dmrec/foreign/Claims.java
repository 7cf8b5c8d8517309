package dmrec.foreign;

import dmrec.target.DevNo;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Has each change of a path told once, by the best witness: the kernel's uevent, what udev passed
 * on, the kernel log, multipathd. Each says the same within moments.
 */
final class Claims {
  /** So far apart the words of two of them on one change may be. */
  static final long WINDOW_NS = 5 * TextTimes.SECOND_NS;

  private static final int MOST = 1 << 14;

  /** Who says so, the best last. */
  enum Witness {
    MULTIPATHD,
    KERNEL_LOG,
    UDEV,
    KERNEL
  }

  /** What somebody says of a path. */
  record Claim(Witness witness, DevNo path, boolean failed) {}

  private final Map<Claim, Long> newestNs = new Bounded<>(4 * MOST);
  private final Map<DevNo, Boolean> told = new Bounded<>(MOST);

  void clear() {
    newestNs.clear();
    told.clear();
  }

  /** It is read; its turn comes when all that may be said of it within the window is read too. */
  void hear(Claim claim, long wallNs) {
    newestNs.remove(claim);
    newestNs.put(claim, wallNs);
  }

  /** Whether it is to be told. */
  boolean tells(@Nullable Claim claim, long wallNs) {
    if (claim == null) {
      return false;
    }
    for (Witness better : Witness.values()) {
      Long heard =
          better.compareTo(claim.witness()) > 0
              ? newestNs.get(new Claim(better, claim.path(), claim.failed()))
              : null;
      if (heard != null && heard >= wallNs - WINDOW_NS) {
        told.put(claim.path(), claim.failed());
        return false;
      }
    }
    Boolean before = told.put(claim.path(), claim.failed());
    // multipathd says again what it finds again; the others tell of changes.
    return claim.witness() != Witness.MULTIPATHD || before == null || before != claim.failed();
  }
}
