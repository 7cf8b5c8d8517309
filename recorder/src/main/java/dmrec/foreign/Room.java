package dmrec.foreign;

import dmrec.decode.Uevent;
import dmrec.target.DevNo;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Keeps what an import remembers below a fixed size: the stack that events fold into has every
 * device in it, and a file may name as many as there are numbers.
 */
final class Room {
  private static final int MOST_DEVICES = 1 << 16;
  private static final int MOST_PATHS = 1 << 16;
  private static final long MOST_BYTES = 64 << 20;

  private final Map<DevNo, Integer> devices = new HashMap<>();
  private final Set<Pair> paths = new HashSet<>();
  private long bytes;

  private record Pair(DevNo dev, DevNo path) {}

  void clear() {
    devices.clear();
    paths.clear();
    bytes = 0;
  }

  /** Whether one more uevent can be remembered. */
  boolean holds(Uevent u, int messageBytes) {
    DevNo dev = u.devNo();
    if (dev == null) {
      return true;
    }
    int before = devices.getOrDefault(dev, 0);
    long grown = Math.max(0, messageBytes - before);
    if (bytes + grown > MOST_BYTES || (before == 0 && devices.size() >= MOST_DEVICES)) {
      return false;
    }
    DevNo path = u.dmPath();
    if (path != null) {
      Pair pair = new Pair(dev, path);
      if (!paths.contains(pair) && paths.size() >= MOST_PATHS) {
        return false;
      }
      paths.add(pair);
    }
    devices.merge(dev, Math.max(1, messageBytes), Math::max);
    bytes += grown;
    return true;
  }
}
