package dmrec.record;

import dmrec.event.DmEvent;
import dmrec.target.DevNo;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the probes of all targets but multipath tell. */
final class TargetHits {
  private static final long ENOMEM = -12;

  /** Write, flush, synchronisation, read. */
  private static final String LEG_LETTERS = "DFSR";

  /** The functions of dm-thin.c and dm-cache-target.c that raise an event of another mode. */
  private static final Set<String> MODE_SETTERS =
      Set.of(
          "notify_of_pool_mode_change",
          "set_pool_mode",
          "do_no_space_timeout",
          "notify_mode_switch",
          "set_cache_mode");

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
      case "cache_mode", "pool_mode" -> {
        String mode = modeWord(hit.text("mode"));
        thread.mode =
            hit.ofTarget(
                hit.name().equals("cache_mode")
                    ? new DmEvent.CacheModeChanged(0, "", mode, "")
                    : new DmEvent.PoolModeChanged(0, "", mode, ""));
        yield null;
      }
      case "cache_mode_ret", "pool_mode_ret" -> {
        thread.mode = null;
        yield null;
      }
      case "corrupted" -> {
        String type = hit.number("type", 0) == 0 ? "data" : "metadata";
        yield hit.ofTarget(new DmEvent.VerityCorrupted(0, type, hit.number("block", -1), ""));
      }
      case "reap" -> {
        thread.reaped = hit.ofTarget(new DmEvent.RaidInSync(0, ""));
        yield null;
      }
      case "reap_ret" -> {
        Happening reaped = thread.reaped;
        thread.reaped = null;
        yield reaped == null
            ? null
            : hit.happening(reaped.device(), reaped.event(), reaped.startSector());
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
    Happening mode = thread.mode;
    thread.mode = null;
    if (module.equals("dm_log") || module.equals("dm_log_userspace")) {
      return hit.ofTarget(new DmEvent.MirrorLogFailed(0, DevNo.NONE, "", ""));
    } else if (module.equals("dm_mirror") && function.startsWith("do_mirror")) {
      return hit.ofTarget(new DmEvent.MirrorInSync(0, 0, ""));
    } else if (MODE_SETTERS.contains(function)) {
      return mode; // It is set anew where it stays as it is, too, but that raises no event.
    } else if (module.equals("dm_thin_pool") || module.equals("dm_persistent_data")) {
      // The callback for metadata is called from there, and calls on without returning.
      boolean isData = module.equals("dm_thin_pool") && !function.startsWith("metadata_low");
      return hit.ofTarget(new DmEvent.PoolLowSpace(0, isData ? "data" : "metadata", -1, -1, ""));
    }
    return null;
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
