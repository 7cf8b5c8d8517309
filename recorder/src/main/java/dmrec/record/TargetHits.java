package dmrec.record;

import dmrec.event.DmEvent;
import dmrec.target.DevNo;
import org.jspecify.annotations.Nullable;

/** What the probes of all targets but multipath tell. */
final class TargetHits {
  private static final long ENOMEM = -12;

  /** Write, flush, synchronisation, read. */
  private static final String LEG_LETTERS = "DFSR";

  private TargetHits() {}

  /** What a hit proves; null where it is only a part of something, or of no such target. */
  static @Nullable Happening of(DecodedHit hit, ProbedThread thread) {
    return switch (hit.name()) {
      case "leg" -> {
        DevNo leg = hit.dev("leg");
        String letter = legLetter(hit.number("error", 0));
        yield leg.equals(DevNo.NONE)
            ? null
            : hit.ofTarget(new DmEvent.MirrorLegFailed(0, leg, letter, ""));
      }
      case "invalid" -> {
        String reason =
            hit.number("error", 0) == ENOMEM
                ? "Invalidating snapshot: Unable to allocate exception."
                : "Invalidating snapshot: Error reading/writing.";
        yield hit.ofTarget(new DmEvent.SnapshotInvalidated(0, reason, -1, ""));
      }
      case "raid_leg" ->
          hit.ofTarget(new DmEvent.RaidLegFailed(0, (int) hit.number("leg", -1), "D", ""));
      case "cache_mode" ->
          hit.ofTarget(new DmEvent.CacheModeChanged(0, "", modeWord(hit.text("mode")), ""));
      case "pool_mode" -> {
        String mode = modeWord(hit.text("mode"));
        thread.pool = hit.ofTarget(new DmEvent.PoolModeChanged(0, "", mode, ""));
        yield null;
      }
      case "event" -> raised(hit, thread);
      default -> null;
    };
  }

  /**
   * What an event of a device is about, by who raised it: the functions of dm_log fail a log, and
   * the like. Which function it is depends on the compiler, the module does not.
   */
  private static @Nullable Happening raised(DecodedHit hit, ProbedThread thread) {
    String module = hit.text("module");
    String function = hit.text("function");
    Happening pool = thread.pool;
    thread.pool = null;
    if (module.equals("dm_log") || module.equals("dm_log_userspace")) {
      return hit.ofTarget(new DmEvent.MirrorLogFailed(0, DevNo.NONE, "", ""));
    } else if (module.equals("dm_mirror") && function.startsWith("do_mirror")) {
      return hit.ofTarget(new DmEvent.MirrorInSync(0, 0, ""));
    }
    // A pool's mode is set anew where it stays as it is, too.
    return function.startsWith("notify_of_pool_mode_change") ? pool : null;
  }

  /** The letter that a leg's status shows for an error ({@code enum dm_raid1_error}). */
  private static String legLetter(long error) {
    return error >= 0 && error < LEG_LETTERS.length()
        ? LEG_LETTERS.substring((int) error, (int) error + 1)
        : "U";
  }

  /** A mode's word in the status, of {@code enum pool_mode} or {@code cache_metadata_mode}. */
  private static String modeWord(String name) {
    return switch (name) {
      case "PM_WRITE", "CM_WRITE" -> "rw";
      case "PM_OUT_OF_DATA_SPACE" -> "out_of_data_space";
      case "PM_OUT_OF_METADATA_SPACE", "PM_READ_ONLY", "CM_READ_ONLY" -> "ro";
      case "PM_FAIL", "CM_FAIL" -> "Fail";
      default -> name;
    };
  }
}
