package dmrec.query;

import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.journal.JournalException;
import dmrec.target.DevNo;
import dmrec.topology.Device;
import dmrec.topology.Disk;
import dmrec.topology.TopologyView;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What happened to the same disks at about the time of an event, and may be why. */
final class Correlation {
  private static final long BEFORE_NS = 60_000_000_000L;
  private static final long BEHIND_NS = 1_000_000_000L;
  private static final int SHOWN = 3;

  /** So many events of the minute are looked at: in a storm the nearest tell enough. */
  private static final int LOOKED_AT = 2000;

  private static final Set<Kind> KINDS =
      EnumSet.of(Kind.DISK_REMOVED, Kind.KERNEL_MESSAGE, Kind.PATH_FAILED, Kind.DEVICE_SUSPENDED);

  private final TopologyView stack;
  private final EventSearch past;
  private final long bootSeq;

  Correlation(TopologyView stack, EventSearch past, long bootSeq) {
    this.stack = stack;
    this.past = past;
    this.bootSeq = bootSeq;
  }

  /**
   * The nearest events.
   *
   * @param event what is to be explained
   * @param devices the devices that it may come from; what these stand on counts too
   */
  List<Cause.Hint> of(EventRecord event, List<DevNo> devices) throws JournalException {
    Set<DevNo> all = new LinkedHashSet<>();
    devices.forEach(dev -> addBelow(stack, dev, all));
    List<Cause.Hint> hints = new ArrayList<>();
    // What was written shortly behind it may have happened before: sources are read in turn.
    long seq = event.seq();
    try (EventSearch.Results behind = past.from(seq + 1, KINDS, null)) {
      for (EventRecord next = behind.next();
          next != null
              && next.seq() <= stack.seq()
              && next.wallNs() - event.wallNs() <= BEHIND_NS
              && next.seq() - event.seq() < LOOKED_AT;
          next = behind.next()) {
        seq = next.seq();
      }
    }
    try (EventSearch.Results before = past.before(seq, KINDS, null)) {
      for (int i = 0; i < LOOKED_AT && hints.size() < SHOWN; i++) {
        EventRecord record = before.next();
        if (record == null
            || record.seq() < bootSeq
            || event.wallNs() - record.wallNs() > BEFORE_NS) {
          break;
        }
        if (record.seq() != event.seq() && isAbout(record, all)) {
          hints.add(new Cause.Hint(record, distance(event.wallNs() - record.wallNs())));
        }
      }
    }
    return hints;
  }

  private static String distance(long beforeNs) {
    return Lengths.of(Math.abs(beforeNs)) + (beforeNs < 0 ? " after it" : " before it");
  }

  private boolean isAbout(EventRecord record, Set<DevNo> devices) {
    DmEvent event = record.event();
    if (event instanceof DmEvent.DiskRemoved e) {
      return devices.contains(e.dev());
    } else if (event instanceof DmEvent.PathFailed e) {
      return e.validPaths() == 0 && devices.contains(record.device().dev());
    } else if (event instanceof DmEvent.DeviceSuspended) {
      return devices.contains(record.device().dev());
    }
    return event instanceof DmEvent.KernelMessage e
        && !e.text().contains("ailing path")
        && !e.text().contains("einstating path")
        && devices.stream().anyMatch(dev -> names(e.text(), dev));
  }

  private boolean names(String text, DevNo dev) {
    Disk disk = stack.disk(dev);
    return isWord(text, dev.toString())
        || (disk != null && !disk.name().isEmpty() && isWord(text, disk.name()));
  }

  private static boolean isWord(String text, String word) {
    return text.contains(word)
        && Pattern.compile(
                "(?<![0-9A-Za-z:])" + Pattern.quote(word) + "(?![0-9A-Za-z:]*[0-9A-Za-z])")
            .matcher(text)
            .find();
  }

  static boolean isDisk(DmEvent event, DevNo dev) {
    return event instanceof DmEvent.OfDisk e && e.dev().equals(dev);
  }

  /** A device and all that it stands on. */
  static void addBelow(TopologyView stack, DevNo dev, Set<DevNo> into) {
    @Nullable Device device = stack.device(dev);
    if (into.add(dev) && device != null) {
      device.dependencies().forEach(below -> addBelow(stack, below, into));
    }
  }
}
