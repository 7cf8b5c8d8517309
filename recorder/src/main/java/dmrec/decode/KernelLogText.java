package dmrec.decode;

import dmrec.target.DevNo;
import org.jspecify.annotations.Nullable;

/**
 * What a device-mapper log line says, read from its words: dm messages carry no device property.
 *
 * <p>The forms are those of the DMERR, DMWARN and DMINFO calls in {@code drivers/md/dm*.c}.
 */
record KernelLogText(
    String target,
    String reason,
    @Nullable DevNo device,
    @Nullable String deviceName,
    @Nullable DevNo path,
    long sector,
    Fault fault) {

  private static final String DM_PREFIX = "device-mapper: ";

  static KernelLogText of(String text) {
    int colon = text.startsWith(DM_PREFIX) ? text.indexOf(": ", DM_PREFIX.length()) : -1;
    if (colon < 0) {
      return new KernelLogText("", text, null, null, null, -1, Fault.NONE);
    }
    String target = text.substring(DM_PREFIX.length(), colon);
    String reason = text.substring(colon + 2);
    int named = reason.indexOf(": ");
    String subject = named < 0 ? "" : reason.substring(0, named);
    DevNo first = device(subject);
    // These two print the device they stand on, all others the mapped device.
    boolean below = target.equals("verity") || target.equals("dirty region log");
    DevNo mapped = below ? null : first != null ? first : deviceBehind(reason, "timeout on ");
    return new KernelLogText(
        target,
        reason,
        mapped,
        isDmName(subject) ? subject : null,
        below ? first : path(target, reason),
        sector(reason),
        fault(target, reason));
  }

  private static @Nullable DevNo path(String target, String reason) {
    return switch (target) {
      case "multipath" -> deviceBehind(reason, "ing path ");
      case "raid1" -> {
        DevNo leg = deviceBehind(reason, "irror device ");
        leg = leg != null ? leg : deviceBehind(reason, "irror (");
        yield leg != null ? leg : deviceBehind(reason, "failed from ");
      }
      default -> null;
    };
  }

  private static Fault fault(String target, String reason) {
    return switch (target) {
      case "crypt" ->
          reason.contains("INTEGRITY AEAD ERROR") ? Fault.CRYPT_INTEGRITY_ERROR : Fault.NONE;
      case "integrity" -> integrityFault(reason);
      case "verity" -> verityFault(reason);
      case "snapshots" -> snapshotFault(reason);
      case "multipath" -> {
        if (reason.contains(": Failing path ")) {
          yield Fault.PATH_FAILED;
        }
        if (reason.contains(": Reinstating path ")) {
          yield Fault.PATH_REINSTATED;
        }
        yield reason.startsWith("queue_if_no_path timeout") ? Fault.QUEUEING_TIMED_OUT : Fault.NONE;
      }
      case "raid1" -> mirrorFault(reason);
      case "dirty region log" ->
          reason.contains("dirty region log device") ? Fault.MIRROR_LOG_FAILED : Fault.NONE;
      default -> Fault.NONE;
    };
  }

  private static Fault integrityFault(String reason) {
    if (reason.contains("Checksum failed when reading from journal")) {
      return Fault.INTEGRITY_JOURNAL_CHECKSUM_FAILED;
    }
    if (reason.contains("Checksum failed at sector")) {
      return Fault.INTEGRITY_CHECKSUM_FAILED;
    }
    return reason.startsWith("Error on ") ? Fault.INTEGRITY_ERROR : Fault.NONE;
  }

  private static Fault verityFault(String reason) {
    if (reason.endsWith(" is corrupted")) {
      return reason.contains("metadata block ")
          ? Fault.VERITY_METADATA_CORRUPTED
          : Fault.VERITY_DATA_CORRUPTED;
    }
    return reason.contains("reached maximum errors") ? Fault.VERITY_TOO_MANY_ERRORS : Fault.NONE;
  }

  private static Fault snapshotFault(String reason) {
    if (reason.startsWith("Invalidating snapshot: ")) {
      return reason.contains("Unable to allocate exception")
          ? Fault.SNAPSHOT_INVALID_NO_EXCEPTION
          : Fault.SNAPSHOT_INVALID_IO_ERROR;
    }
    if (reason.startsWith("Snapshot overflowed")) {
      return Fault.SNAPSHOT_OVERFLOWED;
    }
    boolean merge =
        reason.contains("shutting down merge") || reason.startsWith("Snapshot is invalid: can't");
    return merge ? Fault.SNAPSHOT_MERGE_FAILED : Fault.NONE;
  }

  private static Fault mirrorFault(String reason) {
    boolean failed =
        reason.startsWith("Read failure on mirror device")
            || reason.startsWith("Primary mirror (")
            || reason.startsWith("All sides of mirror have failed")
            || reason.startsWith("All replicated volumes dead")
            || reason.startsWith("Mirror read failed")
            || reason.startsWith("Unable to read primary mirror")
            || reason.startsWith("Write error during recovery");
    return failed ? Fault.MIRROR_LEG_FAILED : Fault.NONE;
  }

  /** Decimal, or hexadecimal with 0x as integrity prints it; -1 where none is named. */
  private static long sector(String reason) {
    String word = wordBehind(reason, "sector ");
    if (word.isEmpty() && reason.endsWith(" is corrupted")) {
      word = wordBehind(reason, "block ");
    }
    if (word.startsWith("0x") && word.length() > 2 && word.length() < 18) {
      return Numbers.hex(word.substring(2), -1);
    }
    return Numbers.unsigned(word, -1);
  }

  private static @Nullable DevNo deviceBehind(String reason, String marker) {
    return device(wordBehind(reason, marker));
  }

  private static @Nullable DevNo device(String word) {
    return DevNo.isDevNo(word) ? DevNo.parse(word) : null;
  }

  /** The word behind the marker, without the punctuation at its end; empty where there is none. */
  private static String wordBehind(String reason, String marker) {
    int at = reason.indexOf(marker);
    if (at < 0) {
      return "";
    }
    int from = at + marker.length();
    int end = from;
    while (end < reason.length() && " .,;)".indexOf(reason.charAt(end)) < 0) {
      end++;
    }
    return reason.substring(from, end);
  }

  private static boolean isDmName(String name) {
    return name.startsWith("dm-") && Numbers.unsigned(name.substring(3), -1) >= 0;
  }
}
