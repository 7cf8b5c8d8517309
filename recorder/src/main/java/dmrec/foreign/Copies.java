package dmrec.foreign;

import dmrec.decode.Uevent;
import java.util.Map;

/**
 * Finds uevents that are there more than once: nlmon sees one for each program that listens, and
 * two files may hold the same.
 */
final class Copies {
  private static final int REMEMBERED = 1 << 14;

  /** A number may come again after the next boot, which not every file tells of. */
  private static final long WINDOW_NS = 60 * TextTimes.SECOND_NS;

  private record Key(boolean udev, long seqNum, String action, int devPath) {}

  private final Map<Key, Long> seenNs = new Bounded<>(REMEMBERED);

  void clear() {
    seenNs.clear();
  }

  /** Whether it was there before. */
  boolean isCopy(Uevent u, boolean udev, long wallNs) {
    if (u.seqNum() <= 0 || u.action().length() > 64) {
      return false;
    }
    Key key = new Key(udev, u.seqNum(), u.action(), u.devPath().hashCode());
    Long before = seenNs.get(key);
    if (before != null && Math.abs(wallNs - before) <= WINDOW_NS) {
      return true;
    }
    seenNs.put(key, wallNs);
    return false;
  }
}
