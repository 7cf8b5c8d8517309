package dmrec.topology;

import dmrec.event.Certainty;
import dmrec.event.DmEvent;
import dmrec.event.JournalEntry;
import dmrec.event.Kind;
import dmrec.target.DevNo;
import java.util.HashMap;
import java.util.Map;

/**
 * Which events of a device are recorded before the event number that counts them.
 *
 * <p>An event's uevent is sent before the number moves, and of one look the number is written last.
 * So an event counts as uncounted until the number is told behind it, which the recorder does even
 * where it has not moved since. A recorder that ends as it should has looked at every number; one
 * that is killed may leave events behind which the next recording must not count as missed.
 */
final class Uncounted {
  /** A look was written in part: any number of events may be known by what there is of it. */
  private static final long ANY = Long.MAX_VALUE;

  /** A count that moves in place, so that an event costs no object. */
  private static final class Count {
    private long events;

    private Count(long events) {
      this.events = events;
    }
  }

  private final Map<DevNo, Count> counts;
  private DevNo lookedAt = DevNo.NONE;
  private long lookedNs;

  Uncounted() {
    counts = new HashMap<>();
  }

  Uncounted(Uncounted other) {
    counts = new HashMap<>();
    other.counts.forEach((dev, count) -> restore(dev, count.events));
    lookedAt = other.lookedAt;
    lookedNs = other.lookedNs;
  }

  long of(DevNo dev) {
    if (dev.equals(lookedAt) && !dev.equals(DevNo.NONE)) {
      return ANY;
    }
    Count count = counts.get(dev);
    return count == null ? 0 : count.events;
  }

  void restore(DevNo dev, long count) {
    lookedAt = DevNo.NONE;
    if (count > 0) {
      counts.put(dev, new Count(count));
    }
  }

  void clear() {
    counts.clear();
    lookedAt = DevNo.NONE;
  }

  void apply(JournalEntry record) {
    if (!record.changesState()) {
      return;
    }
    if (record.kind() == Kind.RECORDING_STARTED) {
      if (!lookedAt.equals(DevNo.NONE)) {
        counts.put(lookedAt, new Count(ANY));
        lookedAt = DevNo.NONE;
      }
      return;
    }
    // Only the last look can lack its end: the records of a look all bear its time.
    DevNo dev = record.device().dev();
    if (record.wallNs() != lookedNs) {
      lookedNs = record.wallNs();
      lookedAt = DevNo.NONE;
    }
    switch (record.kind()) {
      case PATH_FAILED, PATH_REINSTATED, VERITY_CORRUPTED -> {
        if (record.certainty() == Certainty.REPORTED) {
          countOne(dev);
        } else {
          lookedAt = dev;
        }
      }
      case COUNTERS_CHANGED, EVENTS_MISSED, BASELINE, DEVICE_CREATED -> {
        Count count = counts.get(dev);
        if (count != null) {
          count.events = 0; // Kept, as more events will come.
        }
        lookedAt = DevNo.NONE;
      }
      case DEVICE_REMOVED -> {
        counts.remove(dev);
        lookedAt = DevNo.NONE;
      }
      case RECORDING_STOPPED -> clear();
      case USAGE_CHANGED -> {
        // Numbers that move raise no event.
      }
      default -> lookedAt = record.asRecord().event() instanceof DmEvent.OfTarget ? dev : lookedAt;
    }
  }

  private void countOne(DevNo dev) {
    Count count = counts.get(dev);
    if (count == null) {
      counts.put(dev, new Count(1));
    } else if (count.events != ANY) {
      count.events++;
    }
  }
}
