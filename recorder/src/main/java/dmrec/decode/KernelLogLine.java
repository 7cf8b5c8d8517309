package dmrec.decode;

import dmrec.event.KernelText;
import dmrec.target.DevNo;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One record of {@code /dev/kmsg} (Documentation/ABI/testing/dev-kmsg).
 *
 * @param priority syslog level, 0 (emergency) to 7 (debug)
 * @param facility syslog facility, 0 for the kernel
 * @param seq number of the record, 0 to 2^63 - 1; a hole is a loss
 * @param monoUs the kernel's monotonic clock, microseconds
 * @param flags {@code -}, or {@code c} for a fragment of a line
 * @param text the line as it was read, bytes that are no text as {@code \xNN}
 * @param properties the {@code KEY=value} lines behind it
 */
public record KernelLogLine(
    int priority,
    int facility,
    long seq,
    long monoUs,
    char flags,
    String text,
    List<Property> properties) {

  private static final String WHAT = "kernel log record";
  private static final String DM_PREFIX = "device-mapper: ";

  public KernelLogLine {
    properties = List.copyOf(properties);
  }

  /** One property of a record, as it was read. */
  public record Property(String key, String value) {}

  /** Decodes what remains of {@code record}, whose position stays where it is. */
  public static KernelLogLine decode(ByteBuffer record) throws DecodeException {
    String all = KernelText.decode(record);
    int semicolon = all.indexOf(';');
    if (semicolon < 0) {
      throw new DecodeException(WHAT, all.length(), "prio,seq,usec,flags;text", "no semicolon");
    }
    String[] head = all.substring(0, semicolon).split(",", -1);
    if (head.length < 4 || head[3].isEmpty()) {
      throw new DecodeException(WHAT, 0, "prio,seq,usec,flags", head.length + " fields");
    }
    long prio = number(head[0], "priority");
    if (prio > 0xffff) {
      throw new DecodeException(WHAT, 0, "a priority", head[0]);
    }
    long seq = number(head[1], "sequence");
    long monoUs = number(head[2], "time");
    int newline = all.indexOf('\n', semicolon);
    int end = newline < 0 ? all.length() : newline;
    return new KernelLogLine(
        (int) prio & 7,
        (int) prio >> 3,
        seq,
        monoUs,
        head[3].charAt(0),
        all.substring(semicolon + 1, end),
        properties(all, end + 1));
  }

  private static long number(String text, String name) throws DecodeException {
    long value = Numbers.unsigned(text, -1);
    if (value < 0) {
      throw new DecodeException(WHAT, 0, "a number as " + name, KernelText.printable(text));
    }
    return value;
  }

  private static List<Property> properties(String all, int from) {
    List<Property> properties = new ArrayList<>();
    for (int at = from; at < all.length(); ) {
      int newline = all.indexOf('\n', at);
      int end = newline < 0 ? all.length() : newline;
      int equals = all.indexOf('=', at);
      if (all.charAt(at) == ' ' && equals > at + 1 && equals < end) {
        properties.add(new Property(all.substring(at + 1, equals), all.substring(equals + 1, end)));
      }
      at = end + 1;
    }
    return properties;
  }

  /** The text with its {@code \xNN} escapes turned back into bytes. */
  public String decodedText() {
    return KernelText.unescaped(text);
  }

  /** Whether device-mapper wrote the line. */
  public boolean isDeviceMapper() {
    return text.startsWith(DM_PREFIX);
  }

  /**
   * The part of device-mapper that wrote the line: {@code multipath}, {@code snapshots}, {@code
   * crypt}, {@code table}, {@code ioctl}, ...; empty for other lines.
   */
  public String target() {
    return message().target();
  }

  /** The line behind the target's name; the whole text for lines of others. */
  public String reason() {
    return message().reason();
  }

  /** The mapped device the line is about; null where it names none by number. */
  public @Nullable DevNo device() {
    return message().device();
  }

  /** The mapped device's kernel name ({@code dm-3}), where the line names it so. */
  public @Nullable String deviceName() {
    return message().deviceName();
  }

  /** The device underneath that the line names: a path, a leg, a log, a data device. */
  public @Nullable DevNo path() {
    return message().path();
  }

  /** The sector (crypt, integrity) or block (verity) a fault names; -1 where it names none. */
  public long sector() {
    return message().sector();
  }

  /** What the line reports. */
  public Fault fault() {
    return message().fault();
  }

  private KernelLogText message() {
    return KernelLogText.of(text);
  }
}
