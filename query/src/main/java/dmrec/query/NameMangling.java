package dmrec.query;

import org.jspecify.annotations.Nullable;

/**
 * How libdevmapper writes names that udev would not take: each byte outside a whitelist as {@code
 * \xNN} in the kernel, and plain again on screen. This is its automatic mode, dmsetup's default.
 *
 * <p>Names and UUIDs go by the same rules. All texts are {@link RawText}.
 */
public final class NameMangling {
  private static final String ALSO_PLAIN = "#+-.:=@_";
  private static final int BUFFER = 128;

  private NameMangling() {}

  /** What became of a text: the result, or why there is none (one line each). */
  public record Mangled(@Nullable String text, String complaint) {
    static Mangled of(String text) {
      return new Mangled(text, "");
    }

    static Mangled failed(String complaint) {
      return new Mangled(null, complaint);
    }
  }

  private static boolean isPlain(char c) {
    return (c >= '0' && c <= '9')
        || (c >= 'A' && c <= 'Z')
        || (c >= 'a' && c <= 'z')
        || (c != 0 && ALSO_PLAIN.indexOf(c) >= 0);
  }

  /** Whether a text went through the mangling more than once, which is refused. */
  public static boolean isMangledTwice(String text) {
    return text.contains("\\x5cx");
  }

  /** What dmsetup says of a text that is mangled twice; {@code what} it is: name or UUID. */
  public static String twiceComplaint(String text, String what) {
    return "The "
        + what
        + " \""
        + text
        + "\" seems to be mangled more than once. This is not allowed in auto mode.\n";
  }

  /** A user's text as the kernel knows it. What is mangled already stays as it is. */
  public static Mangled mangle(String text, String what) {
    StringBuilder out = new StringBuilder(text.length());
    boolean isMangled = false;
    boolean needsMangling = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\' && i + 1 < text.length() && text.charAt(i + 1) == 'x') {
        if (text.length() - i < 4 || needsMangling) {
          return mixed(text, what);
        }
        if (BUFFER - out.length() < 4) {
          return tooLong(text, what);
        }
        out.append(text, i, i + 4);
        i += 3;
        isMangled = true;
      } else if (isPlain(c)) {
        if (BUFFER - out.length() < 1) {
          return tooLong(text, what);
        }
        out.append(c);
      } else {
        if (isMangled) {
          return mixed(text, what);
        }
        if (BUFFER - out.length() < 4) {
          return tooLong(text, what);
        }
        out.append(String.format("\\x%02x", (int) c));
        needsMangling = true;
      }
    }
    return BUFFER - out.length() < 1 ? tooLong(text, what) : Mangled.of(out.toString());
  }

  private static Mangled mixed(String text, String what) {
    return Mangled.failed(
        "The "
            + what
            + " \""
            + text
            + "\" contains mixed mangled and unmangled characters or it's already mangled"
            + " improperly.\n");
  }

  private static Mangled tooLong(String text, String what) {
    return Mangled.failed("Mangled form of the " + what + " too long for \"" + text + "\".\n");
  }

  /**
   * The kernel's text as dmsetup shows it.
   *
   * <p>A text that libdevmapper would have mangled but did not is an error of the whole command:
   * dmsetup treats the kernel's reply as unusable.
   */
  public static Mangled unmangle(String text, String what) {
    if (isMangledTwice(text)) {
      return Mangled.failed(twiceComplaint(text, what));
    }
    StringBuilder out = new StringBuilder(text.length());
    boolean changed = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!isPlain(c) && c != '\\') {
        return Mangled.failed(
            "The "
                + what
                + " \""
                + text
                + "\" should be mangled but it contains blacklisted characters.\n");
      }
      if (c == '\\' && i + 1 < text.length() && text.charAt(i + 1) == 'x') {
        int first = i + 2 < text.length() ? Character.digit(text.charAt(i + 2), 16) : -1;
        if (first < 0) {
          break;
        }
        int second = i + 3 < text.length() ? Character.digit(text.charAt(i + 3), 16) : -1;
        char code = (char) (second < 0 ? first : first * 16 + second);
        if (code == 0) {
          changed = true;
          break;
        }
        out.append(code);
        i += 3;
        changed = true;
      } else {
        out.append(c);
      }
    }
    return Mangled.of(changed ? out.toString() : text);
  }
}
