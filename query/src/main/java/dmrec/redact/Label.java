package dmrec.redact;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * What a name was the name of: the word that its token begins with. None ends with another one, so
 * that a token is never found inside another label's.
 */
enum Label {
  /** A volume group. */
  VG,
  /** A logical volume. */
  LV,
  /** A multipath map. */
  MPATH,
  /** An encrypted device. */
  CRYPT,
  /** Any other mapped device. */
  MAP,
  /** A disk, by its world-wide name. */
  DISK,
  SERIAL,
  HOST,
  DOMAIN,
  UUID,
  /** A file system's or partition's label. */
  LABEL,
  /** Where a disk is plugged in, or over which network it is reached. */
  PORT,
  /** A process. */
  COMMAND,
  /** The file that a process runs. */
  EXE,
  /** A systemd unit, without the ending for its type. */
  UNIT,
  /** What the user asked to have replaced. */
  WORD,
  /** A whole text that no single replacement would do for. */
  TEXT;

  /** Any label with a number. */
  static final Pattern NUMBERED = numbered();

  private final String word = name().toLowerCase(Locale.ROOT);

  String word() {
    return word;
  }

  private static Pattern numbered() {
    StringBuilder any = new StringBuilder();
    for (Label label : values()) {
      any.append(any.length() == 0 ? "" : "|").append(label.word);
    }
    return Pattern.compile("(" + any + ")([0-9]{1,9})");
  }
}
