package dmrec.query;

import dmrec.event.DeviceRef;
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
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Why a device is as it is: the chain of events, down the stack.
 *
 * @param device its identity and names; a disk has no life and no UUID
 * @param atSeq the last record that was taken into account
 * @param atNs wall clock of the moment asked about
 * @param health how it does
 * @param inOrderSince where nothing is wrong, since when; else null
 * @param causes what is wrong, the worst first
 */
public record Explanation(
    DeviceRef device,
    long atSeq,
    long atNs,
    Health health,
    @Nullable Since inOrderSince,
    List<Cause> causes) {

  private static final Set<Kind> REMOVALS = EnumSet.of(Kind.DEVICE_REMOVED, Kind.DISK_REMOVED);
  private static final int REMOVALS_LOOKED_AT = 10_000;

  public Explanation {
    causes = List.copyOf(causes);
  }

  /**
   * Explains what a person named.
   *
   * @param stack as it was at the moment
   * @param atNs the moment
   * @param past the journal
   * @param device as {@code --device} takes it
   * @return one for each device that is meant; none where there is none
   */
  public static List<Explanation> of(TopologyView stack, long atNs, EventSearch past, String device)
      throws JournalException {
    DeviceMatcher matcher = new DeviceMatcher(device);
    Explainer explainer = Explainer.of(stack, past);
    List<Explanation> all = new ArrayList<>();
    for (Device mapped : stack.devicesByName()) {
      if (matcher.isMeant(mapped.ref())) {
        List<Cause> causes = explainer.causes(mapped);
        Health health = Explainer.worst(causes);
        all.add(
            new Explanation(
                mapped.ref(),
                stack.seq(),
                atNs,
                health,
                health == Health.OK ? explainer.inOrderSince(mapped) : null,
                causes));
      }
    }
    for (Disk disk : stack.disks()) {
      if (matcher.isDisk(disk.dev(), disk.name())) {
        List<Cause> causes = new ArrayList<>(explainer.causes(disk));
        causes.addAll(explainer.asPath(disk));
        all.add(
            new Explanation(
                new DeviceRef(disk.dev(), 0, disk.name(), ""),
                stack.seq(),
                atNs,
                Explainer.worst(causes),
                causes.isEmpty() ? explainer.presentSince(disk) : null,
                causes));
      }
    }
    return all;
  }

  /** The last removal, up to a record, of what a person named; null where none is found. */
  public static @Nullable EventRecord removal(EventSearch past, long upToSeq, String device)
      throws JournalException {
    DeviceMatcher matcher = new DeviceMatcher(device);
    try (EventSearch.Results removals = past.before(upToSeq, REMOVALS, null)) {
      EventRecord record = removals.next();
      for (int i = 0; i < REMOVALS_LOOKED_AT && record != null; i++) {
        boolean isMeant =
            record.event() instanceof DmEvent.DiskRemoved disk
                ? matcher.isDisk(disk.dev(), disk.name())
                : matcher.isMeant(record.device());
        if (isMeant) {
          return record;
        }
        record = removals.next();
      }
    }
    return null;
  }

  /** The number and name of a device or disk, as one looks for it. */
  static String named(String name, DevNo dev) {
    return name.isEmpty() || name.equals(dev.toString())
        ? dev.toString()
        : Names.quoted(name) + " " + dev;
  }
}
