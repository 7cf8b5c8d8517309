package dmrec.redact;

import dmrec.event.KernelText;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;

/**
 * The ways in which tools write one name: LVM doubles its hyphens, udev and libdevmapper escape
 * bytes as {@code \xNN}, systemd the hyphens too, udev puts underscores for spaces, UUIDs come with
 * and without hyphens.
 */
final class Spellings {
  /** {@code util.c:whitelisted_char_for_devnode} of udev and {@code _is_whitelisted_char} of dm. */
  private static final String PLAIN = "#+-.:=@_";

  /** No tool has another spelling of more than that: such a text is no name. */
  private static final int LONGEST_NAME = 4_096;

  private static final int UUID_DIGITS = 32;
  private static final int[] RFC_GROUPS = {8, 4, 4, 4, 12};
  private static final int[] LVM_GROUPS = {6, 4, 4, 4, 4, 4, 6};

  private Spellings() {}

  /** All of them, the name itself first. */
  static Set<String> of(String name) {
    Set<String> all = new LinkedHashSet<>();
    all.add(name);
    if (name.length() > LONGEST_NAME) {
      return all;
    }
    if (name.indexOf('-') >= 0) {
      all.add(name.replace("-", "--"));
    }
    String plain = KernelText.unescaped(name);
    all.add(plain);
    all.add(plain.replace("-", "--"));
    all.add(escaped(plain, PLAIN, false));
    all.add(escaped(plain, PLAIN + "/", true));
    all.add(escaped(plain.replace("-", "--"), PLAIN, false));
    all.add(escaped(plain, PLAIN.replace("-", ""), true));
    all.add(underscored(plain, true));
    all.add(underscored(plain, false));
    all.add(percented(plain));
    String upper = plain.toUpperCase(Locale.ROOT);
    if (upper.length() != plain.length()) {
      // One letter became two: not the same when case is ignored letter by letter.
      all.add(upper);
    }
    Set<String> uuids = new LinkedHashSet<>();
    addUuidForms(name, uuids);
    for (String uuid : uuids) {
      all.add(uuid);
      all.add(uuid.replace("-", "--"));
      all.add(uuid.replace("-", "\\x2d"));
    }
    // Of a name without a letter some forms say nothing.
    all.removeIf(each -> !each.equals(name) && isBlank(each));
    return all;
  }

  private static boolean isBlank(String text) {
    return text.chars().allMatch(c -> c == '_');
  }

  static void addUuidForms(String name, Set<String> all) {
    String digits = name.replace("-", "");
    if (digits.length() != UUID_DIGITS || !isAlphanumeric(digits)) {
      return;
    }
    all.add(digits);
    all.add(grouped(digits, LVM_GROUPS));
    if (isHex(digits)) {
      all.add(grouped(digits, RFC_GROUPS));
    }
  }

  private static String grouped(String digits, int[] groups) {
    StringBuilder out = new StringBuilder();
    int at = 0;
    for (int group : groups) {
      out.append(at == 0 ? "" : "-").append(digits, at, at + group);
      at += group;
    }
    return out.toString();
  }

  /** What all spellings of a UUID have in common. */
  static String digitsOfUuid(String uuid) {
    String digits = uuid.replace("-", "");
    return isHex(digits) ? digits.toLowerCase(Locale.ROOT) : digits;
  }

  static boolean isHex(String text) {
    return !text.isEmpty() && text.chars().allMatch(c -> Character.digit(c, 16) >= 0 && c < 128);
  }

  static boolean isAlphanumeric(String text) {
    return !text.isEmpty()
        && text.chars()
            .allMatch(
                c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'));
  }

  /** Bytes that are no letter, digit or in {@code plain} as {@code \xNN}. */
  static String escaped(String text, String plain, boolean keepsUnicode) {
    StringBuilder out = new StringBuilder();
    text.codePoints()
        .forEach(
            c -> {
              boolean stays =
                  c < 128
                      ? Character.isLetterOrDigit(c) || (c != 0 && plain.indexOf(c) >= 0)
                      : keepsUnicode;
              if (stays) {
                out.appendCodePoint(c);
              } else {
                for (byte b : KernelText.encode(Character.toString(c))) {
                  out.append(String.format(Locale.ROOT, "\\x%02x", b & 0xff));
                }
              }
            });
    return out.toString();
  }

  /** What udev makes of a serial number: runs of spaces, and what it does not like, as one. */
  private static String underscored(String text, boolean alsoOdd) {
    String joined = text.strip().replaceAll("\\s+", "_");
    return alsoOdd ? joined.replaceAll("[^#+\\-.:=@_0-9A-Za-z/\\x80-\\x{10ffff}]", "_") : joined;
  }

  static String percented(String text) {
    StringBuilder out = new StringBuilder();
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      if (c < 128 && (Character.isLetterOrDigit(c) || "-._~".indexOf(c) >= 0)) {
        out.append(c);
      } else {
        out.append(String.format(Locale.ROOT, "%%%02x", b & 0xff));
      }
    }
    return out.toString();
  }
}
