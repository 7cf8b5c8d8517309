package dmrec.query;

import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.journal.JournalException;
import dmrec.target.DevNo;
import dmrec.target.Multipath;
import dmrec.target.Target;
import dmrec.target.TargetStatus;
import dmrec.topology.Device;
import dmrec.topology.Disk;
import dmrec.topology.TopologyView;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds what is wrong with a device and, back in the journal, what began it.
 *
 * <p>What is wrong is read off the state. When it began is found by going back over the events that
 * tell of it, to the first of those that show it without a break: a few steps each, however long
 * the journal is.
 */
final class Explainer {
  private static final Set<Kind> DISK_EVENTS =
      EnumSet.of(Kind.DISK_REMOVED, Kind.DISK_ADDED, Kind.DISK_BASELINE);
  private static final Set<Kind> TABLES =
      EnumSet.of(Kind.TABLE_LIVE, Kind.TABLE_CHANGED, Kind.BASELINE, Kind.DEVICE_CREATED);
  private static final Set<Kind> LOG_FAULTS = EnumSet.of(Kind.CRYPT_FAULT, Kind.INTEGRITY_FAULT);

  /** What may end the last trouble of a device. */
  private static final Set<Kind> ENDS =
      EnumSet.of(
          Kind.DEVICE_CREATED,
          Kind.TABLE_LIVE,
          Kind.TABLE_CHANGED,
          Kind.DEVICE_RESUMED,
          Kind.PATH_REINSTATED,
          Kind.GROUP_ENABLED,
          Kind.MIRROR_IN_SYNC,
          Kind.RAID_IN_SYNC,
          Kind.POOL_MODE_CHANGED,
          Kind.CACHE_MODE_CHANGED,
          Kind.READ_ONLY_CHANGED,
          Kind.REMOVE_DEFERRED,
          Kind.STATUS_CHANGED,
          Kind.BASELINE);

  private static final int TABLES_LOOKED_AT = 16;

  private final TopologyView stack;
  private final EventSearch past;
  private final long bootSeq;
  private final long recordingNs;
  private final Correlation correlation;

  private Explainer(TopologyView stack, EventSearch past, long bootSeq, long recordingNs) {
    this.stack = stack;
    this.past = past;
    this.bootSeq = bootSeq;
    this.recordingNs = recordingNs;
    correlation = new Correlation(stack, past, bootSeq);
  }

  static Explainer of(TopologyView stack, EventSearch past) throws JournalException {
    EventRecord start = null;
    try (EventSearch.Results starts =
        past.before(stack.seq(), EnumSet.of(Kind.RECORDING_STARTED), null)) {
      boolean goesOn = true;
      for (EventRecord each = starts.next(); goesOn && each != null; each = starts.next()) {
        start = each;
        goesOn = each.event() instanceof DmEvent.RecordingStarted e && e.goesOn();
      }
    }
    if (start == null) {
      start = past.first(1, EnumSet.noneOf(Kind.class), null);
    }
    return start == null
        ? new Explainer(stack, past, 0, 0)
        : new Explainer(stack, past, start.seq(), start.wallNs());
  }

  static Health worst(List<Cause> causes) {
    Health worst = Health.OK;
    for (Cause cause : causes) {
      worst = worst.or(cause.health());
    }
    return worst;
  }

  List<Cause> causes(Device device) throws JournalException {
    return causes(device, new HashSet<>());
  }

  private List<Cause> causes(Device device, Set<DevNo> above) throws JournalException {
    if (!above.add(device.dev())) {
      return List.of(); // What was recorded in the middle of a change may stand on itself.
    }
    List<Cause> causes = new ArrayList<>();
    Set<DevNo> covered = new HashSet<>();
    for (Trouble trouble : Troubles.of(device, stack)) {
      cover(trouble, covered);
      causes.add(cause(device, trouble, above));
    }
    faults(device, causes);
    lostPaths(device, causes);
    int bad = 0;
    List<Cause> below = new ArrayList<>();
    for (DevNo dev : device.dependencies()) {
      List<Cause> theirs = serious(dev, above);
      Health health = worst(theirs);
      bad += health.compareTo(Health.WAITING) >= 0 ? 1 : 0;
      if (!theirs.isEmpty() && !covered.contains(dev)) {
        below.add(
            new Cause(
                device.name(),
                device.dev(),
                health,
                "stands on " + Names.quoted(stack.nameOf(dev)) + ", " + doing(dev, health),
                null,
                List.of(),
                theirs));
      }
    }
    boolean spare = isRedundant(device) && bad < device.dependencies().size();
    for (Cause cause : below) {
      causes.add(
          new Cause(
              cause.name(),
              cause.dev(),
              spare ? cause.health().atMost(Health.DEGRADED) : cause.health(),
              cause.words(),
              null,
              List.of(),
              cause.causes()));
    }
    causes.sort(Comparator.comparing(Cause::health).reversed());
    above.remove(device.dev());
    return List.copyOf(causes);
  }

  private String doing(DevNo dev, Health health) {
    if (stack.device(dev) == null) {
      return "which is gone";
    }
    return switch (health) {
      case WAITING -> "where I/O waits";
      case FAILED -> "which fails";
      default -> "which is degraded";
    };
  }

  private static void cover(Trouble trouble, Set<DevNo> covered) {
    covered.addAll(trouble.below());
    trouble.parts().forEach(part -> cover(part, covered));
  }

  /** Whether one of the devices underneath may fail. */
  private static boolean isRedundant(Device device) {
    return !device.targets().isEmpty()
        && device.targets().stream()
            .allMatch(
                target ->
                    target.type().equals("multipath")
                        || target.type().equals("mirror")
                        || (target.type().equals("raid") && !target.params().startsWith("raid0 ")));
  }

  private Cause cause(Device device, Trouble trouble, Set<DevNo> above) throws JournalException {
    Since since = since(device.ref(), trouble);
    List<Cause> causes = new ArrayList<>();
    for (Trouble part : trouble.parts()) {
      causes.add(cause(device, part, above));
    }
    causes.sort(Comparator.comparing(Explainer::beganSeq));
    if (since.began() == null && !causes.isEmpty()) {
      // What the events count and what the state shows differ; the parts know. A device is degraded
      // since its first path failed, and without a path since its last did.
      int part = trouble.health() == Health.DEGRADED ? 0 : causes.size() - 1;
      Since known = causes.get(part).since();
      since = known == null ? since : known;
    }
    for (DevNo dev : trouble.below()) {
      causes.addAll(serious(dev, above));
    }
    DevNo subject = trouble.path() == null ? device.dev() : trouble.path();
    boolean isExplained = trouble.parts().isEmpty() && !causes.isEmpty();
    return new Cause(
        trouble.path() == null ? device.name() : stack.nameOf(subject),
        subject,
        trouble.health(),
        trouble.words(),
        since,
        isExplained || since.isOlder() || trouble.below().isEmpty() || since.began() == null
            ? List.of()
            : correlation.of(since.began(), trouble.below()),
        causes);
  }

  private static long beganSeq(Cause cause) {
    return cause.since() == null || cause.since().began() == null ? 0 : cause.since().began().seq();
  }

  /** What is wrong with what stands below, as far as it matters above. */
  private List<Cause> serious(DevNo dev, Set<DevNo> above) throws JournalException {
    Device device = stack.device(dev);
    if (device != null) {
      return causes(device, above).stream()
          .filter(cause -> cause.health().compareTo(Health.NOTED) > 0)
          .toList();
    }
    Disk disk = stack.disk(dev);
    return disk == null ? List.of() : causes(disk);
  }

  /** The first of the unbroken row of events that show a trouble. */
  private Since since(DeviceRef device, Trouble trouble) throws JournalException {
    EventRecord began = null;
    try (EventSearch.Results events = past.before(stack.seq(), trouble.kinds(), device)) {
      for (EventRecord record = events.next();
          record != null && record.seq() >= bootSeq;
          record = events.next()) {
        Boolean isThere = record.tellsState() ? trouble.test().isThereAfter(record) : null;
        if (Boolean.FALSE.equals(isThere)) {
          return new Since(began, record, recordingNs);
        }
        began = isThere == null ? began : record;
        if (record.kind() == Kind.DEVICE_CREATED) {
          return new Since(began, record, recordingNs);
        }
      }
    }
    return new Since(began, null, recordingNs);
  }

  /** What the kernel log told of this table and no status shows. */
  private void faults(Device device, List<Cause> causes) throws JournalException {
    boolean mayTell =
        device.targets().stream()
            .anyMatch(target -> target.type().equals("crypt") || target.type().equals("integrity"));
    EventRecord last = mayTell ? past.last(stack.seq(), LOG_FAULTS, device.ref()) : null;
    EventRecord table =
        last == null ? null : past.last(stack.seq(), EnumSet.of(Kind.TABLE_LIVE), device.ref());
    Trouble trouble = last == null ? null : Troubles.fault(last);
    if (last == null
        || trouble == null
        || last.seq() < bootSeq
        || (table != null && last.seq() < table.seq())) {
      return;
    }
    long from = Math.max(bootSeq, table == null ? 0 : table.seq());
    EventRecord first = past.first(from, LOG_FAULTS, device.ref());
    causes.add(
        new Cause(
            device.name(),
            device.dev(),
            trouble.health(),
            trouble.words(),
            new Since(first == null ? last : first, table, recordingNs),
            List.of(),
            List.of()));
  }

  /** Disks that were paths, are gone, and have left no trace in the table of now. */
  private void lostPaths(Device device, List<Cause> causes) throws JournalException {
    if (device.targets().stream().noneMatch(target -> target.type().equals("multipath"))) {
      return;
    }
    Set<DevNo> lost = new LinkedHashSet<>();
    EventRecord shrunk = null;
    EventRecord later = null;
    try (EventSearch.Results tables = past.before(stack.seq(), TABLES, device.ref())) {
      for (int i = 0; i < TABLES_LOOKED_AT; i++) {
        EventRecord table = tables.next();
        if (table == null || table.seq() < bootSeq || table.kind() == Kind.DEVICE_CREATED) {
          break;
        }
        boolean any = false;
        for (DevNo dev : paths(targets(table.event()))) {
          Disk disk = stack.disk(dev);
          boolean isGone = disk != null && !disk.present();
          any |= isGone && !device.dependencies().contains(dev) && lost.add(dev);
        }
        shrunk = any && shrunk == null ? later : shrunk;
        later = table;
      }
    }
    if (lost.isEmpty()) {
      return;
    }
    List<Cause> gone = new ArrayList<>();
    for (DevNo dev : lost) {
      gone.addAll(serious(dev, new HashSet<>()));
    }
    boolean isOnly = device.dependencies().isEmpty();
    causes.add(
        new Cause(
            device.name(),
            device.dev(),
            isOnly ? Health.FAILED : Health.DEGRADED,
            lost.size()
                + (lost.size() == 1 ? " path was" : " paths were")
                + " taken out of its table",
            new Since(shrunk, null, recordingNs),
            List.of(),
            gone));
  }

  private static List<Target> targets(DmEvent event) {
    if (event instanceof DmEvent.TableLive e) {
      return e.targets();
    } else if (event instanceof DmEvent.TableChanged e) {
      return e.targets();
    }
    return event instanceof DmEvent.Baseline e ? e.state().live() : List.of();
  }

  private static Set<DevNo> paths(List<Target> targets) {
    Set<DevNo> paths = new LinkedHashSet<>();
    for (Target target : targets) {
      if (TargetStatus.parse(target.type(), target.status()) instanceof Multipath multipath) {
        multipath.groups().forEach(group -> group.paths().forEach(p -> paths.add(p.device())));
      }
    }
    return paths;
  }

  List<Cause> causes(Disk disk) throws JournalException {
    if (disk.present()) {
      return List.of();
    }
    return List.of(
        new Cause(
            disk.name(),
            disk.dev(),
            Health.FAILED,
            "disk REMOVED",
            new Since(lastOf(disk.dev()), null, recordingNs),
            List.of(),
            List.of()));
  }

  /** What is wrong with a disk that is there as a path, as the devices on it tell. */
  List<Cause> asPath(Disk disk) throws JournalException {
    List<Cause> failed = new ArrayList<>();
    if (disk.present()) {
      for (Device user : stack.users(disk.dev())) {
        addOf(disk.dev(), user, causes(user), failed);
      }
    }
    return failed;
  }

  private static void addOf(DevNo path, Device user, List<Cause> causes, List<Cause> to) {
    for (Cause cause : causes) {
      if (cause.dev().equals(path)) {
        to.add(
            new Cause(
                cause.name(),
                path,
                cause.health(),
                Names.quoted(user.name()) + ": " + cause.words(),
                cause.since(),
                cause.hints(),
                cause.causes()));
      } else {
        addOf(path, user, cause.causes(), to);
      }
    }
  }

  Since presentSince(Disk disk) throws JournalException {
    return new Since(lastOf(disk.dev()), null, recordingNs);
  }

  private @Nullable EventRecord lastOf(DevNo dev) throws JournalException {
    try (EventSearch.Results events = past.before(stack.seq(), DISK_EVENTS, null)) {
      EventRecord record = events.next();
      while (record != null
          && record.seq() >= bootSeq
          && !Correlation.isDisk(record.event(), dev)) {
        record = events.next();
      }
      return record == null || record.seq() < bootSeq ? null : record;
    }
  }

  /** Since when nothing is wrong with a device and all that it stands on. */
  Since inOrderSince(Device device) throws JournalException {
    EventRecord latest = null;
    Set<DevNo> all = new LinkedHashSet<>();
    Correlation.addBelow(stack, device.dev(), all);
    for (DevNo dev : all) {
      Device each = stack.device(dev);
      EventRecord ended = each == null ? null : ended(each);
      if (ended != null && (latest == null || ended.seq() > latest.seq())) {
        latest = ended;
      }
    }
    return new Since(latest, null, recordingNs);
  }

  /** The last event that may have ended a trouble of one device, or with which it came about. */
  private @Nullable EventRecord ended(Device device) throws JournalException {
    EventRecord found = null;
    try (EventSearch.Results events = past.before(stack.seq(), ENDS, device.ref())) {
      for (EventRecord record = events.next();
          record != null && record.seq() >= bootSeq;
          record = events.next()) {
        if (record.kind() == Kind.BASELINE) {
          found = record;
        } else if (endsTrouble(record, device)) {
          return record;
        }
      }
    }
    return found;
  }

  private boolean endsTrouble(EventRecord record, Device device) {
    if (!record.tellsState()) {
      return false;
    }
    if (record.kind() == Kind.TABLE_CHANGED) {
      return false;
    }
    if (record.event() instanceof DmEvent.StatusChanged e) {
      if (e.target() >= device.targets().size()) {
        return false;
      }
      Target before = device.targets().get(e.target()).withStatus(e.oldStatus());
      return !TargetTroubles.of(before, e.target(), stack).isEmpty();
    }
    return true;
  }
}
