package dmrec.journal.index;

import dmrec.event.DeviceRef;
import dmrec.journal.file.RecordFields;
import dmrec.target.DevNo;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Finds the number of a device, and of the path that is named with it, in an index's list. */
final class DeviceNumbers {
  private static final int RECENT_BITS = 10;

  /** Spreads keys of near numbers over all bits: 2^64 over the golden ratio, odd. */
  private static final long SPREAD = 0x9e37_79b9_7f4a_7c15L;

  private final List<IndexedDevice> devices;
  private final Map<Long, List<Integer>> numbers = new HashMap<>();

  /** How many of the list are in {@link #numbers}. */
  private int known;

  /** Numbers of devices that were met, by the high bits of their keys: most events repeat one. */
  private final int[] recent = new int[1 << RECENT_BITS];

  /**
   * @param devices may hold some; those that are new are added
   */
  DeviceNumbers(List<IndexedDevice> devices) {
    this.devices = devices;
  }

  int of(RecordFields fields) {
    long key = key(fields.device(), fields.path());
    int slot = (int) (key >>> (Long.SIZE - RECENT_BITS));
    int number = recent[slot];
    if (number >= devices.size() || !devices.get(number).is(fields)) {
      number = find(key, fields);
      recent[slot] = number;
    }
    return number;
  }

  private int find(long key, RecordFields fields) {
    for (; known < devices.size(); known++) {
      IndexedDevice each = devices.get(known);
      sameKey(key(each.ref, each.path)).add(known);
    }
    for (int number : sameKey(key)) {
      if (devices.get(number).is(fields)) {
        return number;
      }
    }
    devices.add(new IndexedDevice(fields.device(), fields.path(), fields.disk()));
    return find(key, fields);
  }

  private List<Integer> sameKey(long key) {
    return numbers.computeIfAbsent(key, k -> new ArrayList<>(1));
  }

  private static long key(DeviceRef device, DevNo path) {
    return ((device.dev().encoded() * 31 + device.diskSeq()) * 31 + path.encoded()) * SPREAD;
  }
}
