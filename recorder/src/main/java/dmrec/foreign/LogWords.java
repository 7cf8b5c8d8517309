package dmrec.foreign;

import dmrec.event.Bytes;
import dmrec.event.KernelText;
import java.nio.ByteBuffer;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which lines of a log are about mapped devices. */
final class LogWords {
  /** No line of these programs or of the kernel is longer. */
  static final int MOST_CHARS = 64 << 10;

  private static final String DEVICE_MAPPER = "device-mapper: ";
  private static final Set<String> PROGRAMS = Set.of("multipathd", "multipath", "dmeventd");

  /** Where nothing tells a line's level: informational. */
  private static final int USUAL_PRIORITY = 6;

  private LogWords() {}

  /**
   * The line as evidence; null where it is about something else.
   *
   * @param exact whether {@code text} is what was logged, byte for byte: {@code dmesg} and syslog
   *     print some bytes as {@code \xNN}, which nothing tells from the same four characters
   */
  static @Nullable Foreign of(
      When at,
      boolean kernel,
      String program,
      int priority,
      String text,
      boolean exact,
      ByteBuffer line) {
    int level = priority < 0 ? USUAL_PRIORITY : priority;
    if (kernel) {
      return text.startsWith(DEVICE_MAPPER)
          ? new Foreign.KernelLine(at, level, asKmsg(text, exact), Bytes.of(line))
          : null;
    }
    return PROGRAMS.contains(program)
        ? new Foreign.DaemonLine(at, program, level, text, Bytes.of(line))
        : null;
  }

  /**
   * As {@code /dev/kmsg} spells it: one line, and bytes that are no text as {@code \xNN}; so too
   * the backslash itself.
   */
  private static String asKmsg(String text, boolean exact) {
    boolean plain = true;
    for (int i = 0; i < text.length(); i++) {
      plain &= isPlain(text.charAt(i), exact);
    }
    if (plain) {
      return text;
    }
    StringBuilder out = new StringBuilder(text.length() + 16);
    for (byte b : KernelText.encode(text)) {
      if (isPlain((char) (b & 0xff), exact)) {
        out.append((char) b);
      } else {
        out.append("\\x")
            .append(Character.forDigit((b >> 4) & 15, 16))
            .append(Character.forDigit(b & 15, 16));
      }
    }
    return out.toString();
  }

  private static boolean isPlain(char c, boolean exact) {
    return c >= ' ' && c < 0x7f && !(exact && c == '\\');
  }
}
