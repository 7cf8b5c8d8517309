package dmrec.record;

import dmrec.event.DmEvent;
import dmrec.target.DevNo;
import java.util.LinkedHashMap;
import java.util.Map;

/** Faults that a probe told, until what else tells of them comes: a uevent, a line of the log. */
final class ToldFaults {
  private static final int MOST = 4096;

  private record Fault(DevNo dev, String kind, long block) {}

  private final Map<Fault, Integer> told = new LinkedHashMap<>();

  void clear() {
    told.clear();
  }

  void told(DevNo dev, DmEvent event) {
    if (event instanceof DmEvent.VerityCorrupted || event instanceof DmEvent.IntegrityFault) {
      told.merge(of(dev, event), 1, Integer::sum);
      if (told.size() > MOST) {
        told.remove(told.keySet().iterator().next());
      }
    }
  }

  /** Whether the fault was told already, which is then used up. */
  boolean heard(DevNo dev, DmEvent event) {
    Fault fault = of(dev, event);
    Integer count = told.get(fault);
    if (count == null) {
      return false;
    }
    told.computeIfPresent(fault, (each, times) -> times > 1 ? times - 1 : null);
    return true;
  }

  /** A line of the log names no device: its words are the fault. */
  private static Fault of(DevNo dev, DmEvent event) {
    return event instanceof DmEvent.VerityCorrupted e
        ? new Fault(dev, e.blockType(), e.block())
        : new Fault(DevNo.NONE, ((DmEvent.IntegrityFault) event).message(), -1);
  }
}
