package dmrec.report;

import dmrec.target.DevNo;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The device numbers that occur, numbered from 0 as they come. */
final class Slots {
  private final Map<DevNo, Integer> numbers = new HashMap<>();
  private final List<DevNo> devs = new ArrayList<>();

  int of(DevNo dev) {
    Integer known = numbers.get(dev);
    if (known != null) {
      return known;
    }
    numbers.put(dev, devs.size());
    devs.add(dev);
    return devs.size() - 1;
  }

  List<DevNo> all() {
    return devs;
  }
}
