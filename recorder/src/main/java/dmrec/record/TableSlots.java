package dmrec.record;

import dmrec.target.MultipathTable;
import dmrec.target.Target;
import dmrec.topology.Device;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What happened to a device's two table slots between two snapshots.
 *
 * <p>The kernel raises no event number when a table goes live ({@code dm.c:dm_swap_table}); a
 * resume sends a {@code change} uevent. Where the same targets show other parameters and no uevent
 * has come, either a message changed them or the uevent is still on its way: then the verdict waits
 * for the next snapshot.
 */
final class TableSlots {
  /** What a pair of snapshots says. */
  enum Verdict {
    SAME,
    /** Another table is live. */
    NEW_TABLE,
    /** The live table's text changed without a new table. */
    CHANGED_TEXT,
    /** One of those two; the next snapshot tells. */
    DOUBTED,
    /** The inactive table, equal to the live one, is gone: cleared, or live now. */
    CLEARING_DOUBTED
  }

  /** Targets whose table line a message, or their own progress, can change. */
  private static final Set<String> CHANGING =
      Set.of(
          "multipath",
          "crypt",
          "raid",
          "cache",
          "thin-pool",
          "integrity",
          "era",
          "writecache",
          "clone",
          "verity",
          "vdo",
          "dust",
          "zoned");

  private TableSlots() {}

  static Verdict compare(
      Device known,
      DeviceSnapshot snapshot,
      boolean changeSeen,
      @Nullable List<Target> doubted,
      boolean doubtsClear) {
    List<Target> before = known.live();
    List<Target> after = snapshot.live();
    if (isUnread(before)) {
      return Verdict.SAME; // A baseline shows it.
    }
    boolean consumed = known.inactive() != null && snapshot.inactive() == null;
    if (DeviceSnapshot.sameMapping(before, after)) {
      if (!consumed || !DeviceSnapshot.sameMapping(known.inactive(), before)) {
        return Verdict.SAME;
      }
      if (changeSeen) {
        return Verdict.NEW_TABLE;
      }
      // While it is suspended, the resume that tells of a new table may be under way.
      return doubtsClear && !snapshot.state().suspended() ? Verdict.SAME : Verdict.CLEARING_DOUBTED;
    }
    if (before == null
        || after == null
        || changeSeen
        || consumed
        || !DeviceSnapshot.sameShape(before, after)
        || differsInFixedTarget(before, after)) {
      return Verdict.NEW_TABLE;
    }
    // A suspended multipath shows no queue_if_no_path, and one suspended for a swap no uevent yet.
    return DeviceSnapshot.sameMapping(doubted, after) && !snapshot.state().suspended()
        ? Verdict.CHANGED_TEXT
        : Verdict.DOUBTED;
  }

  /**
   * Whether a probe told of the table, but no snapshot showed it: the kernel makes none without
   * targets ({@code dm-ioctl.c:populate_table}).
   */
  static boolean isUnread(@Nullable List<Target> table) {
    return table != null && table.isEmpty();
  }

  /**
   * Whether the two tables cannot be one: a target differs in what no message changes. For where
   * the uevents that tell were not heard.
   */
  static boolean provesNewTable(@Nullable List<Target> before, @Nullable List<Target> after) {
    if (before == null || after == null || !DeviceSnapshot.sameShape(before, after)) {
      return !DeviceSnapshot.sameMapping(before, after);
    }
    for (int i = 0; i < after.size(); i++) {
      if (after.get(i).type().equals("multipath")) {
        MultipathTable was = MultipathTable.parse(before.get(i).params());
        MultipathTable is = MultipathTable.parse(after.get(i).params());
        if (was != null && is != null && !was.groups().equals(is.groups())) {
          return true;
        }
      }
    }
    return differsInFixedTarget(before, after);
  }

  private static boolean differsInFixedTarget(List<Target> before, List<Target> after) {
    for (int i = 0; i < after.size(); i++) {
      Target target = after.get(i);
      if (!target.params().equals(before.get(i).params()) && !CHANGING.contains(target.type())) {
        return true;
      }
    }
    return false;
  }
}
