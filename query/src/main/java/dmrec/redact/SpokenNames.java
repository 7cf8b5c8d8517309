package dmrec.redact;

import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names that stand in sentences of the kernel and of the programs that watch devices, and perhaps
 * nowhere else: where a journal was made of logs, a line is all that tells of a device.
 */
final class SpokenNames {
  /** Names are not longer: DM_NAME_LEN and DM_UUID_LEN. */
  private static final int NAME_CHARS = 128;

  /** {@code drivers/md/dm-ioctl.c}: what it says of devices by name. */
  private static final List<Pattern> KERNELS =
      List.of(
          sentence("Unable to rename non-existent device, (?<name>.+) to uuid (?<uuid>.+)"),
          sentence("Unable to rename non-existent device, (?<name>.+) to (?<other>.+)"),
          sentence(
              "Unable to change uuid on mapped device (?<name>.+) to one that already exists:"
                  + " (?<uuid>.+)"),
          sentence(
              "Unable to change name on mapped device (?<name>.+) to one that already exists:"
                  + " (?<other>.+)"),
          sentence(
              "Unable to change uuid of mapped device (?<name>.+) to (?<uuid>.+) because uuid is"
                  + " already set to (?<uuid2>.+)"),
          sentence("[Uu]nable to rename device,? (?<name>.+) to (?<other>.+)"),
          sentence("[Uu]nable to remove open device (?<name>.+)"),
          sentence("Invalid ioctl structure: uuid (?<uuid>.+), name (?<name>.+), dev [0-9a-f]+"),
          sentence("Invalid ioctl structure: name (?<name>.+), dev [0-9a-f]+"));

  /** {@code daemons/dmeventd/plugins} of LVM. */
  private static final List<Pattern> DMEVENTDS =
      List.of(
          Pattern.compile(
              "(?i)monitor(?:ing|ed)? (?:(?:raid|mirror|snapshot|thin|cache|vdo|array|device|pool"
                  + "|volume|logical) )+(?<name>\\S+?)(?: for events)?[.]?$"),
          Pattern.compile(
              "(?i)\\b(?:snapshot|pool|volume|vdo|device|mirror|array|group),? (?<name>[^\\s,#]+?),?"
                  + " (?:data is|metadata is|is|has|changed|failed|finished|from|successfully)\\b"),
          Pattern.compile("\\barray, (?<name>\\S+), (?:has|is)\\b"),
          Pattern.compile("(?:^|: )(?<name>\\S+) is (?:now|not) in-sync"),
          Pattern.compile(
              "(?i)\\b(?:failure in|faulty devices in|status line for|snapshot|thin volume|thin pool"
                  + "|--repair|--use-policies|repair of|resize of|on raid device|extend(?:ing)?)"
                  + " (?<name>[^\\s,']+?)(?=[.,']*(?:$|\\s(?:from|to|failed|by|replace)\\b))"));

  /** {@code multipathd} and {@code libmultipath} on maps, but for the name before a colon. */
  private static final List<Pattern> MULTIPATHDS =
      List.of(
          Pattern.compile(
              "\\b(?:to devmap|in map|from map|for map|to map|of map|ioctl on|multipath device|alias)"
                  + " [\"'\\[]?(?<name>[^\\s\"'\\],:;]+)"));

  /** What multipathd writes before a colon that is not a map's name. */
  private static final Set<String> SUBJECTS =
      Set.of(
          "uevent",
          "checker",
          "prio",
          "error",
          "warning",
          "reconfigure",
          "config",
          "libdevmapper",
          "libmultipath",
          "tur",
          "directio",
          "readsector0",
          "hp_tur",
          "emc_clariion",
          "ontap",
          "uev_add_path",
          "uev_remove_path",
          "uev_update_path",
          "uev_add_map",
          "uev_remove_map",
          "uev_trigger",
          "ev_add_path",
          "ev_remove_path",
          "ev_add_map",
          "ev_remove_map",
          "update_map",
          "setup_map",
          "setup_multipath",
          "domap",
          "reload_map",
          "pathinfo",
          "checkerloop",
          "uxsock_listen",
          "get_refwwid",
          "coalesce_paths",
          "verify_paths",
          "sysfs_pathinfo",
          "dm_addmap",
          "dm_get_map",
          "dm_get_info",
          "path_offline");

  private static final Pattern HYPHENATED =
      Pattern.compile("(?<![^\\s'\"(\\[])[0-9A-Za-z][\\w+.@]*(?:-[\\w+.@]+)+");
  private static final Pattern SLASHED =
      Pattern.compile("(?<![^\\s'\"(\\[])(?<vg>[0-9A-Za-z][\\w+.-]*)/(?<lv>[0-9A-Za-z][\\w+.-]*)");

  /** Of sentences, not names. */
  private static final Set<String> COMMON =
      Set.of(
          "in-sync",
          "out-of-sync",
          "non-existent",
          "thin-pool",
          "read-only",
          "read-write",
          "re-added",
          "re-sync",
          "re-enabled",
          "write-mostly",
          "cache-pool",
          "auto-extend",
          "low-water",
          "time-out",
          "self-test",
          "multi-path",
          "already",
          "registered",
          "removed",
          "name",
          "status",
          "event",
          "events",
          "failed",
          "changed",
          "which",
          "could",
          "there");

  private final Names names;
  private final Secrets secrets;

  SpokenNames(Names names, Secrets secrets) {
    this.names = names;
    this.secrets = secrets;
  }

  private static Pattern sentence(String words) {
    return Pattern.compile("^(?:device-mapper: )?(?:ioctl: )?" + words + "\\s*$", Pattern.DOTALL);
  }

  /** Learns the names in a line of the kernel log. */
  void learnKernels(String text) {
    if (text.indexOf("nable to ") < 0 && text.indexOf("Invalid ioctl ") < 0) {
      return;
    }
    for (Pattern each : KERNELS) {
      Matcher m = each.matcher(text);
      if (m.find()) {
        String pattern = each.pattern();
        name(m.group("name"));
        if (pattern.contains("<other>")) {
          name(m.group("other"));
        }
        if (pattern.contains("<uuid>")) {
          uuid(m.group("uuid"));
        }
        if (pattern.contains("<uuid2>")) {
          uuid(m.group("uuid2"));
        }
        return;
      }
    }
  }

  /** Learns the names in what a program says. */
  void learnPrograms(String program, String text) {
    if (program.equals("multipathd") || program.equals("multipath")) {
      int colon = text.indexOf(": ");
      if (colon > 0 && text.indexOf(' ') > colon) {
        word(text.substring(0, colon));
      }
      learn(MULTIPATHDS, text);
      return;
    }
    learn(DMEVENTDS, text);
    for (Matcher m = HYPHENATED.matcher(text); m.find(); ) {
      word(ended(m.group()));
    }
    for (Matcher m = SLASHED.matcher(text); m.find(); ) {
      String vg = m.group("vg");
      if (!Vocabulary.isNumbers(m.group()) && !Vocabulary.has(vg)) {
        secrets.simple(Label.VG, vg);
        names.logicalVolume(ended(m.group("lv")));
      }
    }
  }

  private void learn(List<Pattern> sentences, String text) {
    for (Pattern each : sentences) {
      for (Matcher m = each.matcher(text); m.find(); ) {
        String said = ended(m.group("name"));
        if (said.indexOf('/') < 0) {
          word(said);
        }
      }
    }
  }

  /** Without what ends a sentence. */
  private static String ended(String word) {
    int end = word.length();
    while (end > 1 && ".,:;'".indexOf(word.charAt(end - 1)) >= 0) {
      end--;
    }
    return word.substring(0, end);
  }

  /** A word that is a name unless it is one of everybody's. */
  private void word(String word) {
    boolean isWwid = word.length() > 15 && Spellings.isHex(word.substring(1));
    if (!isWwid
        && !Vocabulary.has(word)
        && !Vocabulary.isKernelDisk(word)
        && !Vocabulary.isNumbers(word)
        && !SUBJECTS.contains(word)
        && !COMMON.contains(word)) {
      name(word);
    }
  }

  private void name(String name) {
    if (!name.isEmpty() && name.length() <= NAME_CHARS) {
      names.name(name, "");
    }
  }

  private void uuid(String uuid) {
    if (!uuid.isEmpty() && uuid.length() <= NAME_CHARS + 1) {
      names.uuid(uuid, "");
    }
  }
}
