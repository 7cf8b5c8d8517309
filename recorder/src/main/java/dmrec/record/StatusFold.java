package dmrec.record;

import dmrec.event.DmEvent;
import dmrec.target.Cache;
import dmrec.target.DevNo;
import dmrec.target.Mirror;
import dmrec.target.Multipath;
import dmrec.target.MultipathTable;
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
 * What an event that a probe told makes of its target's status: the event with all that belongs to
 * it, and the status text as the kernel would print it then. Most come to nothing where the status
 * says so already; a mirror in sync and a corrupted block are told each time.
 */
final class StatusFold {
  private static final String WRITABLE = "rw";

  private StatusFold() {}

  /** The types of targets that an event can be of; empty for any. */
  static List<String> types(DmEvent event) {
    return switch (event.kind()) {
      case GROUP_BYPASSED, GROUP_ENABLED, GROUP_SWITCHED -> List.of("multipath");
      case MIRROR_IN_SYNC, MIRROR_LEG_FAILED, MIRROR_LOG_FAILED -> List.of("mirror");
      case SNAPSHOT_INVALIDATED -> List.of("snapshot", "snapshot-merge");
      case POOL_MODE_CHANGED, POOL_LOW_SPACE -> List.of("thin-pool");
      case RAID_LEG_FAILED, RAID_IN_SYNC -> List.of("raid");
      case CACHE_MODE_CHANGED -> List.of("cache");
      case VERITY_CORRUPTED -> List.of("verity");
      default -> List.of();
    };
  }

  /**
   * Whether a snapshot must confirm or complete what a probe told. How full a pool is and whether a
   * raid is whole no probe tells. The kernel does not fail the last leg ({@code
   * raid1.c:raid1_error}), nor write to metadata that needs a check ({@code
   * dm-thin.c:set_pool_mode}).
   */
  static boolean needsSnapshot(DmEvent told) {
    return told instanceof DmEvent.PoolLowSpace
        || told instanceof DmEvent.RaidInSync
        || told instanceof DmEvent.RaidLegFailed
        || (told instanceof DmEvent.PoolModeChanged pool && pool.to().equals(WRITABLE))
        || (told instanceof DmEvent.CacheModeChanged cache && cache.to().equals(WRITABLE));
  }

  /**
   * The events of one that {@link #needsSnapshot}; none where the snapshot does not bear it out.
   *
   * @param seen the target as a snapshot behind it shows it; null where there is none
   */
  static List<DmEvent.OfTarget> seen(DmEvent told, Target known, @Nullable Target seen, int index) {
    if (told instanceof DmEvent.PoolLowSpace e) {
      return low(e, known, seen, index);
    } else if (told instanceof DmEvent.RaidInSync) {
      return inSync(known, seen, index);
    }
    return seen != null && isShown(told, TargetStatus.parse(seen.type(), seen.status()))
        ? of(told, known, index)
        : List.of();
  }

  private static boolean isShown(DmEvent told, TargetStatus seen) {
    if (told instanceof DmEvent.RaidLegFailed e && seen instanceof Raid raid) {
      return e.leg() >= 0
          && e.leg() < raid.health().length()
          && raid.deviceHealth(e.leg()) == Raid.DeviceHealth.DEAD;
    }
    return seen instanceof ThinPool pool
        ? pool.modeWord().equals(WRITABLE)
        : seen instanceof Cache cache && cache.modeWord().equals(WRITABLE);
  }

  /**
   * The events, in order.
   *
   * @param told the event as the probe's hits tell it
   * @param index of the target
   */
  static List<DmEvent.OfTarget> of(DmEvent told, Target target, int index) {
    TargetStatus status = TargetStatus.parse(target.type(), target.status());
    if (told instanceof DmEvent.GroupSwitched e && status instanceof Multipath was) {
      return switched(e, was, index);
    } else if (told instanceof DmEvent.GroupBypassed e && status instanceof Multipath was) {
      return isBypassed(was, e.group())
          ? List.of()
          : List.of(
              new DmEvent.GroupBypassed(
                  index, e.group(), was.withBypassed(e.group(), true).text()));
    } else if (told instanceof DmEvent.GroupEnabled e && status instanceof Multipath was) {
      return !isBypassed(was, e.group())
          ? List.of()
          : List.of(
              new DmEvent.GroupEnabled(
                  index, e.group(), was.withBypassed(e.group(), false).text()));
    } else if (told instanceof DmEvent.MirrorInSync && status instanceof Mirror was) {
      // The errors so far are forgotten then (dm-raid1.c:reset_ms_flags).
      Mirror now =
          new Mirror(
              was.legs(),
              new Ratio(was.total(), was.total()),
              "A".repeat(was.health().length()),
              was.log());
      return List.of(new DmEvent.MirrorInSync(index, was.total(), now.text()));
    } else if (told instanceof DmEvent.MirrorLegFailed e && status instanceof Mirror was) {
      return leg(e, was, index);
    } else if (told instanceof DmEvent.MirrorLogFailed && status instanceof Mirror was) {
      DevNo log = was.logDevice();
      return was.logState() != Mirror.LogState.ALIVE
          ? List.of()
          : List.of(
              new DmEvent.MirrorLogFailed(
                  index, log == null ? DevNo.NONE : log, "D", withLog(was, "D").text()));
    } else if (told instanceof DmEvent.SnapshotInvalidated e && status instanceof Snapshot was) {
      return was.state() == Snapshot.State.INVALID
          ? List.of()
          : List.of(
              new DmEvent.SnapshotInvalidated(
                  index, e.reason(), -1, new Snapshot(Snapshot.State.INVALID, null, 0, "").text()));
    } else if (told instanceof DmEvent.PoolModeChanged e && status instanceof ThinPool was) {
      ThinPool now =
          new ThinPool(
              e.to(),
              e.to().equals("Fail") ? null : was.usage(),
              e.to().equals("Fail") ? "" : was.rest());
      return was.modeWord().equals(e.to())
          ? List.of()
          : List.of(new DmEvent.PoolModeChanged(index, was.modeWord(), e.to(), now.text()));
    } else if (told instanceof DmEvent.CacheModeChanged e && status instanceof Cache was) {
      Cache now =
          new Cache(
              e.to(),
              e.to().equals("Fail") ? null : was.usage(),
              e.to().equals("Fail") ? "" : was.rest());
      return was.modeWord().equals(e.to())
          ? List.of()
          : List.of(new DmEvent.CacheModeChanged(index, was.modeWord(), e.to(), now.text()));
    } else if (told instanceof DmEvent.RaidLegFailed e && status instanceof Raid was) {
      return raid(e, was, index);
    } else if (told instanceof DmEvent.VerityCorrupted e && status instanceof Verity was) {
      String now = new Verity(true, was.rest()).text();
      return List.of(new DmEvent.VerityCorrupted(index, e.blockType(), e.block(), now));
    }
    return told instanceof DmEvent.OfTarget e ? List.of(e) : List.of();
  }

  /**
   * The events of I/O that goes to another group.
   *
   * @param from the group it left; 0 for the one that the status tells
   */
  static List<DmEvent.OfTarget> moved(int from, int to, Target target, int index) {
    if (!(TargetStatus.parse(target.type(), target.status()) instanceof Multipath was)) {
      return List.of();
    }
    MultipathTable table = MultipathTable.parse(target.params());
    String now = was.movedTo(to, table != null && !table.hardwareHandler().isEmpty()).text();
    int before = from > 0 ? from : was.currentGroup();
    if (before != to) {
      return List.of(new DmEvent.GroupSwitched(index, before, to, now));
    }
    // That it was to go there was told when it was asked for.
    return now.equals(target.status())
        ? List.of()
        : List.of(new DmEvent.StatusChanged(index, target.type(), target.status(), now));
  }

  /**
   * The event of a pool that is low on space, where it was not so already.
   *
   * @param seen the pool as a snapshot behind it shows it; null where there is none
   */
  private static List<DmEvent.OfTarget> low(
      DmEvent.PoolLowSpace e, Target known, @Nullable Target seen, int index) {
    if (!(TargetStatus.parse(known.type(), known.status()) instanceof ThinPool was)
        || StatusDiff.isLow(was, e.space(), ThinPoolTable.parse(known.params()))) {
      return List.of();
    }
    ThinPool.Usage usage = was.usage();
    if (seen != null
        && TargetStatus.parse(seen.type(), seen.status()) instanceof ThinPool is
        && is.usage() != null) {
      usage = is.usage();
    }
    if (usage == null) {
      return List.of();
    }
    Ratio used = e.space().equals("data") ? usage.data() : usage.metadata();
    String now = new ThinPool(was.modeWord(), usage, was.rest()).text();
    return List.of(new DmEvent.PoolLowSpace(index, e.space(), used.part(), used.whole(), now));
  }

  /**
   * A log's failure with what a snapshot behind it says: a probe does not tell its sort.
   *
   * @param seen the mirror as the snapshot shows it; null where there is none
   */
  static DmEvent log(DmEvent.MirrorLogFailed failed, @Nullable Target seen) {
    return seen != null
            && TargetStatus.parse(seen.type(), seen.status()) instanceof Mirror mirror
            && mirror.logState() == Mirror.LogState.FLUSH_FAILED
        ? new DmEvent.MirrorLogFailed(failed.target(), failed.log(), "F", mirror.text())
        : failed;
  }

  /** The event of a raid whose synchronisation ended, where a snapshot behind it shows it whole. */
  private static List<DmEvent.OfTarget> inSync(Target known, @Nullable Target seen, int index) {
    return seen != null
            && TargetStatus.parse(known.type(), known.status()) instanceof Raid was
            && TargetStatus.parse(seen.type(), seen.status()) instanceof Raid is
            && StatusDiff.isSynced(was, is)
        ? List.of(new DmEvent.RaidInSync(index, is.text()))
        : List.of();
  }

  /** The target as it was while I/O went to a group, which its status no longer tells. */
  static Target withGroup(Target target, int group) {
    return TargetStatus.parse(target.type(), target.status()) instanceof Multipath status
        ? target.withStatus(status.movedTo(group, false).text())
        : target;
  }

  /** The group of paths that I/O goes to; 0 where none is current. */
  static int activeGroup(Target target) {
    return TargetStatus.parse(target.type(), target.status()) instanceof Multipath status
            && status.groups().stream()
                .anyMatch(group -> group.state() == Multipath.GroupState.ACTIVE)
        ? status.currentGroup()
        : 0;
  }

  private static boolean isBypassed(Multipath status, int group) {
    return group >= 1
        && group <= status.groups().size()
        && status.groups().get(group - 1).state() == Multipath.GroupState.BYPASSED;
  }

  private static List<DmEvent.OfTarget> switched(
      DmEvent.GroupSwitched e, Multipath was, int index) {
    List<DmEvent.OfTarget> events = new ArrayList<>();
    String text = was.switchedTo(e.to()).text();
    for (int group = 1; group <= was.groups().size(); group++) {
      if (isBypassed(was, group)) {
        events.add(new DmEvent.GroupEnabled(index, group, text));
      }
    }
    int from = e.from() > 0 ? e.from() : was.currentGroup();
    if (from != e.to()) {
      events.add(new DmEvent.GroupSwitched(index, from, e.to(), text));
    }
    return events;
  }

  private static List<DmEvent.OfTarget> leg(DmEvent.MirrorLegFailed e, Mirror was, int index) {
    int leg = was.legs().indexOf(e.leg());
    if (leg < 0 || was.legHealth(leg) != Mirror.LegHealth.ALIVE) {
      return List.of();
    }
    Mirror now = new Mirror(was.legs(), was.sync(), with(was.health(), leg, e.health()), was.log());
    return List.of(new DmEvent.MirrorLegFailed(index, e.leg(), e.health(), now.text()));
  }

  private static List<DmEvent.OfTarget> raid(DmEvent.RaidLegFailed e, Raid was, int index) {
    if (e.leg() < 0
        || e.leg() >= was.health().length()
        || was.deviceHealth(e.leg()) == Raid.DeviceHealth.DEAD) {
      return List.of();
    }
    Raid now =
        new Raid(
            was.raidType(),
            was.deviceCount(),
            with(was.health(), e.leg(), "D"),
            was.sync(),
            was.action(),
            was.mismatches(),
            was.dataOffsetSectors(),
            was.journal(),
            was.rest());
    return List.of(new DmEvent.RaidLegFailed(index, e.leg(), "D", now.text()));
  }

  /** With another letter as the log's last word. */
  private static Mirror withLog(Mirror was, String letter) {
    String log = was.log();
    boolean isKept = was.logDevice() != null && log.endsWith("A");
    return isKept
        ? new Mirror(
            was.legs(), was.sync(), was.health(), log.substring(0, log.length() - 1) + letter)
        : was;
  }

  private static String with(String letters, int at, String letter) {
    return letters.substring(0, at) + letter + letters.substring(at + 1);
  }
}
