package dmrec.redact;

import dmrec.event.KernelText;
import dmrec.target.DevNo;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Running text: what in it looks like a name is learned, and known names are replaced.
 *
 * <p>Each result is checked: turned back, it must be the original. Where it is not, because a token
 * and what stands beside it read as another token, it is done again with every token ended by a
 * tilde, and at last the whole text becomes one token.
 */
final class Texts {
  /** How carefully a text is to be treated. */
  enum Kind {
    /** Words of people and logs. */
    FREE,
    /**
     * A table or status line: words, numbers and letters at fixed places, where a short name can be
     * nothing but chance unless it is in a path or a key's description.
     */
    TARGET
  }

  /** Texts of this many characters in all are remembered. */
  private static final int MEMORY_CHARS = 8 << 20;

  private static final int SHORTEST_NAME = 16;

  private static final Pattern LOOKS_LIKE_A_NAME =
      Pattern.compile(
          "(?<![0-9A-Za-z])(?:"
              + "(?<uuid>[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12})(?![0-9A-Za-z])"
              + "|(?<lvm>[0-9A-Za-z]{6}-(?:[0-9A-Za-z]{4}-){5}[0-9A-Za-z]{6})(?![0-9A-Za-z])"
              + "|(?:naa\\.|eui\\.|wwn-|scsi-3)?(?:0x)?(?<hex>[0-9a-fA-F]{16,})(?![0-9A-Za-z])"
              + "|LVM-(?<vg>[0-9A-Za-z]{32})(?<lv>[0-9A-Za-z]{32})(?![0-9A-Za-z])"
              + "|(?<iqn>(?:iqn|nqn)\\.[0-9]{4}-[0-9]{2}[-.:0-9A-Za-z]{3,})"
              + ")|/dev/(?<dev>[^\\s\\x00'\",;)]+)");

  private static final Set<String> DEV_FOLDERS =
      Set.of(
          "mapper", "disk", "block", "char", "bsg", "bus", "cpu", "dri", "fd", "input", "loop",
          "mqueue", "net", "pts", "shm", "snd", "vfio", "md", "dm", "log", "raw");

  private final Secrets secrets;
  private final Names names;
  private final Set<String> learned = new HashSet<>();
  private final Map<String, String> done = new HashMap<>();
  private int learnedChars;
  private int doneChars;
  private int doneWith;

  Texts(Secrets secrets, Names names) {
    this.secrets = secrets;
    this.names = names;
  }

  // What looks like a name.

  void learn(String text) {
    if (text.isEmpty()) {
      return;
    }
    if (learnedChars + text.length() > MEMORY_CHARS) {
      learned.clear();
      learnedChars = 0;
    }
    if (!learned.add(text)) {
      return;
    }
    learnedChars += text.length();
    secrets.reserve(text);
    if (!mayHoldName(text)) {
      return;
    }
    for (Matcher m = LOOKS_LIKE_A_NAME.matcher(text); m.find(); ) {
      if (m.group("uuid") != null) {
        learnUuid(m.group("uuid"));
      } else if (m.group("lvm") != null) {
        secrets.shaped(Label.UUID, m.group("lvm"));
      } else if (m.group("vg") != null) {
        secrets.shaped(Label.VG, m.group("vg"));
        secrets.shaped(Label.LV, m.group("lv"));
      } else if (m.group("iqn") != null) {
        secrets.simple(Label.PORT, m.group("iqn"));
      } else if (m.group("hex") != null) {
        String hex = m.group("hex");
        // A number of 64 bits is no name; zeros are a key that was masked.
        if ((!Vocabulary.isNumber(hex) || hex.length() > 20)
            && hex.chars().distinct().count() > 2) {
          learnHex(hex);
        }
      } else if (m.group("dev") != null) {
        learnDevicePath(m.group("dev"));
      }
    }
  }

  /** A quick look: nothing that looks like a name is shorter, but for paths and addresses. */
  private static boolean mayHoldName(String text) {
    int run = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      run = c < 128 && (Character.isLetterOrDigit(c) || c == '-') ? run + 1 : 0;
      if (run >= SHORTEST_NAME) {
        return true;
      }
    }
    return text.contains("/dev/") || text.contains("iqn.") || text.contains("nqn.");
  }

  private void learnHex(String hex) {
    if (hex.length() == 16 || hex.length() == 17 || hex.length() == 33) {
      names.wwidParts(hex);
    } else {
      secrets.shaped(Label.UUID, hex);
    }
  }

  private void learnUuid(String uuid) {
    if (uuid.chars().distinct().count() > 3) {
      secrets.shaped(Label.UUID, uuid);
    }
  }

  /** What stands behind {@code /dev/}. */
  private void learnDevicePath(String path) {
    String[] parts = path.split("/", 3);
    if (parts.length < 2 || parts[1].isEmpty()) {
      return;
    }
    if (parts[0].equals("mapper") && parts.length == 2) {
      if (!parts[1].equals("control")) {
        names.name(parts[1], "");
      }
    } else if (parts[0].equals("disk") && parts.length == 3) {
      learnLink(parts[1], parts[2]);
    } else if (parts[0].equals("md") && parts.length == 2) {
      names.name(parts[1], "");
    } else if (parts.length == 2 && !DEV_FOLDERS.contains(parts[0])) {
      secrets.simple(Label.VG, parts[0]);
      names.logicalVolume(parts[1]);
    }
  }

  private void learnLink(String by, String name) {
    Matcher part = Pattern.compile("-part[0-9]+$").matcher(name);
    String whole = part.find() ? name.substring(0, part.start()) : name;
    if (whole.isEmpty()) {
      return;
    }
    switch (by) {
      case "by-id" -> {
        if (name.startsWith("dm-name-") && name.length() > 8) {
          names.name(name.substring(8), "");
        } else if (name.startsWith("dm-uuid-") && name.length() > 8) {
          names.uuid(name.substring(8), "");
        } else if (name.startsWith("lvm-pv-uuid-") && name.length() > 12) {
          secrets.shaped(Label.UUID, name.substring(12));
        } else {
          int hyphen = whole.indexOf('-');
          String id = whole.startsWith("wwn-") ? whole : whole.substring(hyphen + 1);
          if (!id.isEmpty()) {
            names.wwidParts(id);
          }
        }
      }
      case "by-uuid", "by-partuuid" -> secrets.shaped(Label.UUID, name);
      case "by-label", "by-partlabel" -> secrets.simple(Label.LABEL, KernelText.unescaped(name));
      case "by-path" -> secrets.simple(Label.PORT, whole);
      default -> {}
    }
  }

  // Known names replaced.

  String redact(String text, Kind kind) {
    if (text.isEmpty()) {
      return text;
    }
    if (doneWith != secrets.size()) {
      done.clear();
      doneChars = 0;
      doneWith = secrets.size();
    }
    String key = (kind == Kind.TARGET ? "t" : "f") + text;
    String known = done.get(key);
    if (known != null) {
      return known;
    }
    String redacted =
        kind == Kind.TARGET ? redactWords(text) : checked(text, kind, 0, text.length());
    if (doneChars + 2 * text.length() > MEMORY_CHARS) {
      done.clear();
      doneChars = 0;
    }
    doneChars += 2 * text.length();
    done.put(key, redacted);
    return redacted;
  }

  /** Table and status lines: as a whole where that can be turned back, else word by word. */
  private String redactWords(String text) {
    String all = replaced(text, Kind.TARGET, 0, text.length(), false);
    if (isRestored(all, text)) {
      return all;
    }
    StringBuilder out = new StringBuilder(text.length());
    for (int from = 0; from <= text.length(); ) {
      int space = text.indexOf(' ', from);
      int end = space < 0 ? text.length() : space;
      out.append(checked(text, Kind.TARGET, from, end)).append(space < 0 ? "" : " ");
      from = end + 1;
    }
    String words = out.toString();
    return isRestored(words, text) ? words : whole(text);
  }

  private String checked(String text, Kind kind, int from, int to) {
    String part = text.substring(from, to);
    for (int i = 0; i < 2; i++) {
      String out = replaced(text, kind, from, to, i > 0);
      if (isRestored(out, part)) {
        return out;
      }
    }
    return whole(part);
  }

  private String whole(String text) {
    return secrets.token(secrets.simple(Label.TEXT, text));
  }

  private boolean isRestored(String redacted, String text) {
    return secrets.tokens().restore(redacted).equals(text);
  }

  private String replaced(String text, Kind kind, int from, int to, boolean isGuarded) {
    StringBuilder out = null;
    int keptFrom = from;
    Trie trie = secrets.trie();
    for (int i = from; i < to; ) {
      Secret found = null;
      int end = i;
      int node = Trie.ROOT;
      for (int at = i; at < to; at++) {
        node = trie.step(node, Secrets.fold(text.charAt(at)));
        if (node == Trie.NONE) {
          break;
        }
        if (trie.value(node) != Trie.NONE) {
          Secret secret = choose(text, i, at + 1, kind, secrets.spelled(trie.value(node)));
          if (secret != null) {
            found = secret;
            end = at + 1;
          }
        }
      }
      if (found == null) {
        i++;
        continue;
      }
      String token = secrets.token(found, text.substring(i, end));
      if (out == null) {
        out = new StringBuilder(to - from + 32);
      }
      out.append(text, keptFrom, i).append(token);
      if (isGuarded || (end < to && isEndNeeded(text.charAt(end)))) {
        out.append(Tokens.END);
      }
      i = end;
      keptFrom = end;
    }
    return out == null ? text.substring(from, to) : out.append(text, keptFrom, to).toString();
  }

  private static boolean isEndNeeded(char next) {
    return next == Tokens.END || (next >= '0' && next <= '9');
  }

  /** The name that stands there, or null where none is likely to be meant. */
  private @Nullable Secret choose(
      String text, int from, int to, Kind kind, List<Secret> candidates) {
    Secret first = null;
    Secret best = null;
    Label path = pathLabel(text, from, to);
    Label wanted = path == null && kind == Kind.FREE ? volumeLabel(text, from, to) : path;
    for (Secret each : candidates) {
      boolean isPlaced = path != null || (wanted != null && wanted == each.label);
      if (!isMeant(text, from, to, kind, each, isPlaced)) {
        continue;
      }
      boolean isExact = text.regionMatches(from, each.text, 0, to - from);
      first = first == null ? each : first;
      if (isExact && (best == null || each.label == wanted)) {
        best = each;
      }
    }
    return best != null ? best : first;
  }

  private static boolean isMeant(
      String text, int from, int to, Kind kind, Secret secret, boolean isPath) {
    if (splitsCharacter(text, from) || splitsCharacter(text, to)) {
      return false;
    }
    if (isPath) {
      return true;
    }
    if (secret.isAsked()) {
      return (secret.isLong() || !isInsideWord(text, from, to))
          && (kind == Kind.FREE || isInPath(text, from, to) || !isOfTables(text, from, to));
    }
    if (secret.strength == Secret.Strength.FIELD_ONLY) {
      return false;
    }
    if (secret.strength == Secret.Strength.WEAK) {
      if (isInsideWord(text, from, to)) {
        return false;
      }
      if (secret.text.length() == 2 && !text.regionMatches(from, secret.text, 0, 2)) {
        return false;
      }
      if (kind == Kind.TARGET && !isInPath(text, from, to)) {
        return false;
      }
    }
    return !isKernelsWord(text, from, to, kind);
  }

  /** Whether the match is only a part of a word that is the kernel's, or of a number. */
  private static boolean isKernelsWord(String text, int from, int to, Kind kind) {
    int start = from;
    int end = to;
    while (start > 0 && isNameChar(text.charAt(start - 1))) {
      start--;
    }
    while (end < text.length() && isNameChar(text.charAt(end))) {
      end++;
    }
    if (end - start > 64) {
      return false;
    }
    String word = text.substring(start, end);
    if (Vocabulary.has(word)) {
      return true;
    }
    return kind == Kind.TARGET
        && to - from < 17
        && (Vocabulary.isNumber(word) || DevNo.isDevNo(word));
  }

  /** Whether the word of a table line around it is one that the line is read by. */
  private static boolean isOfTables(String text, int from, int to) {
    int space = text.indexOf(' ', to);
    return Vocabulary.isOfTables(
        text.substring(text.lastIndexOf(' ', from) + 1, space < 0 ? text.length() : space));
  }

  /** Whether a letter or digit adjoins, which is not the end of an escaped byte. */
  private static boolean isInsideWord(String text, int from, int to) {
    return isWordChar(text, to) || (isWordChar(text, from - 1) && !isEscapeBefore(text, from));
  }

  /** Whether {@code \xNN} or {@code %NN} ends there. */
  private static boolean isEscapeBefore(String text, int at) {
    return (at >= 4
            && text.startsWith("\\x", at - 4)
            && Spellings.isHex(text.substring(at - 2, at)))
        || (at >= 3 && text.charAt(at - 3) == '%' && Spellings.isHex(text.substring(at - 2, at)));
  }

  private static boolean isNameChar(char c) {
    return c < 128 && (Character.isLetterOrDigit(c) || c == '_' || c == '-');
  }

  private static boolean isWordChar(String text, int at) {
    return at >= 0 && at < text.length() && Character.isLetterOrDigit(text.charAt(at));
  }

  private static boolean splitsCharacter(String text, int at) {
    return at > 0
        && at < text.length()
        && Character.isLowSurrogate(text.charAt(at))
        && Character.isHighSurrogate(text.charAt(at - 1));
  }

  /** Whether the word around it is a path or describes a key of a keyring. */
  private static boolean isInPath(String text, int from, int to) {
    int start = text.lastIndexOf(' ', from) + 1;
    int space = text.indexOf(' ', to);
    int end = space < 0 ? text.length() : space;
    int slash = text.indexOf('/', start);
    return text.startsWith(":", start)
        || (slash >= 0 && slash < end && (slash == start || slash < from));
  }

  /** What a whole piece of a path below {@code /dev} names; null where it is none. */
  private static @Nullable Label pathLabel(String text, int from, int to) {
    if (from < 5 || text.charAt(from - 1) != '/' || isPathChar(text, to)) {
      return null;
    }
    if (endsWith(text, from, "/dev/mapper/")) {
      return Label.MAP;
    }
    if (endsWith(text, from, "/dev/")) {
      boolean isGroup = to < text.length() && text.charAt(to) == '/';
      return isGroup && !DEV_FOLDERS.contains(text.substring(from, to)) ? Label.VG : null;
    }
    int slash = text.lastIndexOf('/', from - 2);
    return slash >= 4
            && endsWith(text, slash + 1, "/dev/")
            && !DEV_FOLDERS.contains(text.substring(slash + 1, from - 1))
        ? Label.LV
        : null;
  }

  /** What a word is that stands in {@code group/volume}; null where it does not. */
  private @Nullable Label volumeLabel(String text, int from, int to) {
    if (to < text.length() && text.charAt(to) == '/') {
      boolean begins = from == 0 || (!isPathChar(text, from - 1) && text.charAt(from - 1) != '/');
      return begins && isPathChar(text, to + 1) ? Label.VG : null;
    }
    if (from < 2 || text.charAt(from - 1) != '/' || isPathChar(text, to)) {
      return null;
    }
    int start = from - 1;
    while (start > 0 && isPathChar(text, start - 1)) {
      start--;
    }
    boolean isGroup =
        (start == 0 || text.charAt(start - 1) != '/')
            && secrets.isKnown(Label.VG, text.substring(start, from - 1));
    return isGroup ? Label.LV : null;
  }

  private static boolean endsWith(String text, int end, String suffix) {
    return end >= suffix.length() && text.startsWith(suffix, end - suffix.length());
  }

  private static boolean isPathChar(String text, int at) {
    return at < text.length()
        && (Character.isLetterOrDigit(text.charAt(at)) || "-_.+:@\\".indexOf(text.charAt(at)) >= 0);
  }
}
