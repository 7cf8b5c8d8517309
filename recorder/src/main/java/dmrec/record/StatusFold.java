package dmrec.record;

import dmrec.event.DmEvent;
import dmrec.target.Cache;
import dmrec.target.DevNo;
import dmrec.target.Mirror;
import dmrec.target.Multipath;
import dmrec.target.Raid;
import dmrec.target.Ratio;
import dmrec.target.Snapshot;
import dmrec.target.Target;
import dmrec.target.TargetStatus;
import dmrec.target.ThinPool;
import java.util.ArrayList;
import java.util.List;

/**
 * What an event that a probe told makes of its target's status: the event with all that belongs to
 * it, and the status text as the kernel would print it then. Nothing comes of what the status says
 * already.
 */
final class StatusFold {
  private StatusFold() {}

  /** The types of targets that an event can be of; empty for any. */
  static List<String> types(DmEvent event) {
    return switch (event.kind()) {
      case GROUP_BYPASSED, GROUP_ENABLED, GROUP_SWITCHED -> List.of("multipath");
      case MIRROR_IN_SYNC, MIRROR_LEG_FAILED, MIRROR_LOG_FAILED -> List.of("mirror");
      case SNAPSHOT_INVALIDATED -> List.of("snapshot", "snapshot-merge");
      case POOL_MODE_CHANGED -> List.of("thin-pool");
      case RAID_LEG_FAILED -> List.of("raid");
      case CACHE_MODE_CHANGED -> List.of("cache");
      default -> List.of();
    };
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
    }
    return told instanceof DmEvent.OfTarget e ? List.of(e) : List.of();
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
    if (was.currentGroup() != e.to()) {
      events.add(new DmEvent.GroupSwitched(index, was.currentGroup(), e.to(), text));
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
