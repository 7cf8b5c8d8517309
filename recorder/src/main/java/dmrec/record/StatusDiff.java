package dmrec.record;

import dmrec.decode.Fault;
import dmrec.event.Certainty;
import dmrec.event.DmEvent;
import dmrec.target.Cache;
import dmrec.target.DevNo;
import dmrec.target.Mirror;
import dmrec.target.MirrorTable;
import dmrec.target.Multipath;
import dmrec.target.Raid;
import dmrec.target.Ratio;
import dmrec.target.Snapshot;
import dmrec.target.Target;
import dmrec.target.TargetStatus;
import dmrec.target.ThinPool;
import dmrec.target.ThinPoolTable;
import dmrec.target.Verity;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What must have happened to a target between two of its status texts.
 *
 * <p>Source of the forms and of what changes them: each target's {@code .status} function, and the
 * callers of {@code dm_table_event}.
 */
final class StatusDiff {
  /** Events that the difference proves, in the order in which the kernel's state tells them. */
  record Result(List<Found> found, List<PathChange> paths, boolean corrupted) {}

  /**
   * One event with its certainty.
   *
   * @param certainty of a probe's moment, as far as no other snapshot can be meant
   * @param moment the hit of a probe when it happened; null where there was none
   */
  record Found(DmEvent.OfTarget event, Certainty certainty, @Nullable DecodedHit moment) {}

  /** A path that is now in the other state: the kernel has a uevent of its own for that. */
  record PathChange(DevNo path, boolean failed, int validPaths) {}

  private final SnapshotReasons reasons;
  private final long sinceWallNs;
  private final List<Found> found = new ArrayList<>();
  private final List<PathChange> paths = new ArrayList<>();
  private boolean corrupted;

  private StatusDiff(SnapshotReasons reasons, long sinceWallNs) {
    this.reasons = reasons;
    this.sinceWallNs = sinceWallNs;
  }

  /**
   * Compares two status texts of one target.
   *
   * @param sinceWallNs when the older text was read
   */
  static Result between(
      Target before, Target after, int index, SnapshotReasons reasons, long sinceWallNs) {
    return compare(
        TargetStatus.parse(before.type(), before.status()), after, index, reasons, sinceWallNs);
  }

  /**
   * What happened to a target of a table that is new: it is compared with the state in which such a
   * target starts, or, a thin pool, which outlives its tables, with how it was.
   *
   * @param before the targets of the table before
   * @param counted whether the kernel has counted an event since then: what a target may also have
   *     brought along from its disks is an event only then
   */
  static Result acrossTables(
      List<Target> before,
      List<Target> after,
      int index,
      boolean counted,
      SnapshotReasons reasons,
      long sinceWallNs) {
    return compare(
        start(before, after, index, counted), after.get(index), index, reasons, sinceWallNs);
  }

  /**
   * The targets of a new table as they were when it went live, as far as that is known: where the
   * status was read later, it may show what happened to them since.
   */
  static List<Target> atStart(List<Target> before, List<Target> after, boolean counted) {
    List<Target> started = new ArrayList<>(after.size());
    for (int i = 0; i < after.size(); i++) {
      Target target = after.get(i);
      TargetStatus start = start(before, after, i, counted);
      boolean isSame =
          compare(start, target, i, new SnapshotReasons(), 0).found().isEmpty()
              || start.text().isEmpty();
      started.add(isSame ? target : target.withStatus(start.text()));
    }
    return started;
  }

  private static TargetStatus start(
      List<Target> before, List<Target> after, int index, boolean counted) {
    Target first = after.get(index);
    TargetStatus now = TargetStatus.parse(first.type(), first.status());
    TargetStatus start = now;
    if (now instanceof Mirror m && counted) {
      MirrorTable table = MirrorTable.parse(first.params());
      // One that is made in sync raises its event all the same (dm-raid1.c:do_recovery).
      long synced = table != null && table.startsInSync() ? m.total() : 0;
      start =
          new Mirror(
              m.legs(), new Ratio(synced, m.total()), "A".repeat(m.health().length()), aliveLog(m));
    } else if (now instanceof Raid r && counted) {
      start =
          new Raid(
              r.raidType(),
              r.deviceCount(),
              "a".repeat(r.health().length()),
              new Ratio(0, r.sync().whole()),
              "resync",
              r.mismatches(),
              r.dataOffsetSectors(),
              r.journal(),
              r.rest());
    } else if (now instanceof Snapshot s && was(before, index) == s.state()) {
      start = now; // A new table of the same snapshot takes its state over.
    } else if (now instanceof Snapshot s && (counted || s.state() != Snapshot.State.INVALID)) {
      // Overflow and failed merges are never read from a disk: a table starts without, unless it
      // takes the exceptions over from an overflowed one (dm-snap.c:__handover_exceptions).
      boolean handedOver =
          s.state() == Snapshot.State.OVERFLOW
              && index < before.size()
              && TargetStatus.parse(before.get(index).type(), before.get(index).status())
                  instanceof Snapshot was
              && was.state() == s.state();
      start = handedOver ? now : TargetStatus.parse(first.type(), "0/1 0");
    } else if (now instanceof ThinPool
        && index < before.size()
        && before.get(index).type().equals(first.type())) {
      start = TargetStatus.parse(first.type(), before.get(index).status());
    }
    return start;
  }

  private static Snapshot.@Nullable State was(List<Target> before, int index) {
    return index < before.size()
            && TargetStatus.parse(before.get(index).type(), before.get(index).status())
                instanceof Snapshot snapshot
        ? snapshot.state()
        : null;
  }

  private static String aliveLog(Mirror mirror) {
    return mirror.logState() == Mirror.LogState.ALIVE || mirror.log().isEmpty()
        ? mirror.log()
        : mirror.log().substring(0, mirror.log().length() - 1) + "A";
  }

  private static Result compare(
      TargetStatus before, Target after, int index, SnapshotReasons reasons, long sinceWallNs) {
    StatusDiff diff = new StatusDiff(reasons, sinceWallNs);
    TargetStatus now = TargetStatus.parse(after.type(), after.status());
    if (before instanceof Multipath was && now instanceof Multipath is) {
      diff.multipath(was, is, index);
    } else if (before instanceof Mirror was && now instanceof Mirror is) {
      diff.mirror(was, is, index);
    } else if (before instanceof Snapshot was && now instanceof Snapshot is) {
      diff.snapshot(was, is, index);
    } else if (before instanceof ThinPool was && now instanceof ThinPool is) {
      diff.thinPool(was, is, index, ThinPoolTable.parse(after.params()));
    } else if (before instanceof Raid was && now instanceof Raid is) {
      diff.raid(was, is, index);
    } else if (before instanceof Cache was && now instanceof Cache is) {
      diff.cache(was, is, index);
    } else if (before instanceof Verity was && now instanceof Verity is) {
      diff.corrupted = !was.corrupted() && is.corrupted();
    }
    return new Result(diff.found, diff.paths, diff.corrupted);
  }

  private void derived(DmEvent.OfTarget event) {
    found.add(new Found(event, Certainty.DERIVED, null));
  }

  private void multipath(Multipath was, Multipath is, int index) {
    String status = is.text();
    if (was.groups().size() == is.groups().size()) {
      for (int g = 0; g < is.groups().size(); g++) {
        Multipath.Group before = was.groups().get(g);
        Multipath.Group after = is.groups().get(g);
        boolean bypassed = after.state() == Multipath.GroupState.BYPASSED;
        if (bypassed != (before.state() == Multipath.GroupState.BYPASSED)) {
          derived(
              bypassed
                  ? new DmEvent.GroupBypassed(index, g + 1, status)
                  : new DmEvent.GroupEnabled(index, g + 1, status));
        }
        for (Multipath.Path path : after.paths()) {
          Multipath.Path old = was.path(path.device());
          if (old != null && old.failed() != path.failed()) {
            paths.add(new PathChange(path.device(), path.failed(), is.validPaths()));
          }
        }
      }
    }
    if (was.currentGroup() != is.currentGroup()) {
      derived(new DmEvent.GroupSwitched(index, was.currentGroup(), is.currentGroup(), status));
    }
  }

  private void mirror(Mirror was, Mirror is, int index) {
    String status = is.text();
    if (!was.sync().isComplete() && is.sync().isComplete()) {
      derived(new DmEvent.MirrorInSync(index, is.total(), status));
    }
    if (isAlive(was.logState()) && isFailed(is.logState())) {
      DevNo log = is.logDevice();
      derived(
          new DmEvent.MirrorLogFailed(
              index,
              log == null ? DevNo.NONE : log,
              is.logState() == Mirror.LogState.FLUSH_FAILED ? "F" : "D",
              status));
    }
    for (int leg = 0; leg < is.legs().size() && leg < is.health().length(); leg++) {
      if (is.legHealth(leg) != Mirror.LegHealth.ALIVE
          && was.legHealth(leg) == Mirror.LegHealth.ALIVE) {
        derived(
            new DmEvent.MirrorLegFailed(
                index, is.legs().get(leg), is.health().substring(leg, leg + 1), status));
      }
    }
  }

  private static boolean isAlive(Mirror.LogState state) {
    return state == Mirror.LogState.ALIVE || state == Mirror.LogState.UNKNOWN;
  }

  private static boolean isFailed(Mirror.LogState state) {
    return !isAlive(state);
  }

  private void snapshot(Snapshot was, Snapshot is, int index) {
    if (was.state() == is.state()) {
      return;
    }
    String status = is.text();
    switch (is.state()) {
      case INVALID -> {
        SnapshotReasons.@Nullable Said said =
            reasons.take(
                sinceWallNs, Fault.SNAPSHOT_INVALID_IO_ERROR, Fault.SNAPSHOT_INVALID_NO_EXCEPTION);
        add(new DmEvent.SnapshotInvalidated(index, reason(said), logSeq(said), status), said);
      }
      case OVERFLOW -> {
        SnapshotReasons.@Nullable Said said = reasons.take(sinceWallNs, Fault.SNAPSHOT_OVERFLOWED);
        add(new DmEvent.SnapshotOverflowed(index, reason(said), logSeq(said), status), said);
      }
      case MERGE_FAILED -> {
        SnapshotReasons.@Nullable Said said =
            reasons.take(sinceWallNs, Fault.SNAPSHOT_MERGE_FAILED);
        add(new DmEvent.SnapshotMergeFailed(index, reason(said), logSeq(said), status), said);
      }
      default -> {}
    }
  }

  /** Whether a snapshot's event may still happen to a target ({@code dm-snap.c}). */
  static boolean canHappenTo(Target target, DmEvent.OfTarget event) {
    if (!(TargetStatus.parse(target.type(), target.status()) instanceof Snapshot status)
        || (status.state() != Snapshot.State.VALID && status.state() != Snapshot.State.UNKNOWN)) {
      return false;
    }
    boolean canMerge = target.type().equals("snapshot-merge");
    boolean canOverflow = target.params().matches("\\S+ \\S+ PO .*");
    return !(event instanceof DmEvent.SnapshotMergeFailed && !canMerge)
        && !(event instanceof DmEvent.SnapshotOverflowed && !canOverflow);
  }

  private void add(DmEvent.OfTarget event, SnapshotReasons.@Nullable Said said) {
    DecodedHit moment = said == null ? null : said.moment();
    boolean isProved = moment != null && said != null && !said.isShared();
    found.add(
        new Found(
            event,
            said == null ? Certainty.DERIVED : isProved ? Certainty.REPORTED : Certainty.INFERRED,
            moment));
  }

  private static String reason(SnapshotReasons.@Nullable Said said) {
    return said == null ? "" : said.reason();
  }

  private static long logSeq(SnapshotReasons.@Nullable Said said) {
    return said == null ? -1 : said.logSeq();
  }

  private void thinPool(ThinPool was, ThinPool is, int index, @Nullable ThinPoolTable table) {
    String status = is.text();
    ThinPool.@Nullable Usage before = was.usage();
    ThinPool.@Nullable Usage after = is.usage();
    if (before != null && after != null) {
      if (table != null && !isLow(was, "data", table) && isLow(is, "data", table)) {
        derived(
            new DmEvent.PoolLowSpace(
                index, "data", after.data().part(), after.data().whole(), status));
      }
      if (before.freeMetadataBlocks() > after.metadataLowWatermark()
          && isLow(is, "metadata", table)) {
        derived(
            new DmEvent.PoolLowSpace(
                index, "metadata", after.metadata().part(), after.metadata().whole(), status));
      }
    }
    if (!was.modeWord().equals(is.modeWord())) {
      derived(new DmEvent.PoolModeChanged(index, was.modeWord(), is.modeWord(), status));
    }
  }

  /** Whether a pool's free data or metadata is at or below the mark. */
  static boolean isLow(ThinPool pool, String space, @Nullable ThinPoolTable table) {
    ThinPool.Usage usage = pool.usage();
    if (usage == null) {
      return false;
    }
    return space.equals("data")
        ? table != null && usage.freeDataBlocks() <= table.lowWaterBlocks()
        : usage.freeMetadataBlocks() <= usage.metadataLowWatermark();
  }

  private void raid(Raid was, Raid is, int index) {
    String status = is.text();
    for (int leg = 0; leg < is.health().length(); leg++) {
      if (is.deviceHealth(leg) == Raid.DeviceHealth.DEAD
          && was.deviceHealth(leg) != Raid.DeviceHealth.DEAD) {
        derived(new DmEvent.RaidLegFailed(index, leg, is.health().substring(leg, leg + 1), status));
      }
    }
    if (isSynced(was, is)) {
      derived(new DmEvent.RaidInSync(index, status));
    }
  }

  /** Whether a synchronisation ended well between two statuses. */
  static boolean isSynced(Raid was, Raid is) {
    boolean wasSyncing =
        was.health().indexOf('a') >= 0
            || was.action().equals("resync")
            || was.action().equals("recover");
    return wasSyncing && is.isInSync() && is.health().chars().allMatch(c -> c == 'A');
  }

  private void cache(Cache was, Cache is, int index) {
    if (!was.modeWord().equals(is.modeWord())) {
      derived(new DmEvent.CacheModeChanged(index, was.modeWord(), is.modeWord(), is.text()));
    }
  }
}
