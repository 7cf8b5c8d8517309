package dmrec.redact;

import dmrec.decode.DecodeException;
import dmrec.decode.Uevent;
import dmrec.event.Bytes;
import dmrec.event.KernelText;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An observation taken apart into what may hold names and put together again: the properties of a
 * uevent, from the kernel or behind udev's binary header, or lines of text. What is neither cannot
 * be searched for names and is null.
 *
 * @param head udev's header up to the properties; empty in all others
 * @param text the rest, as kernel text
 * @param isUevent whether the text is properties that end with NUL
 */
record Evidence(Bytes head, String text, boolean isUevent) {
  private static final byte[] UDEV = "libudev\0".getBytes(StandardCharsets.US_ASCII);
  private static final int HEADER_SIZE_AT = 12;
  private static final int OFFSET_AT = 16;
  private static final int LENGTH_AT = 20;

  /** {@code <30>Nov 22 20:00:00 db01 multipathd[812]: }, or an RFC 3339 time before the host. */
  private static final Pattern SYSLOG =
      Pattern.compile(
          "(?:<[0-9]{1,3}>(?:1 )?)?(?:[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.,]{8,}(?:Z|[+-][0-9:]+)?"
              + "|[A-Z][a-z]{2} +[0-9]{1,2} [0-9:.]{8,}) +"
              + "([^\\s:=\\[\\]]+) +[^\\s:]+:(?: |$)");

  /** The same in a line of {@code journalctl -o json}. */
  private static final Pattern JOURNAL = Pattern.compile("\"_HOSTNAME\" ?: ?\"([^\"\\\\]+)\"");

  /** Where the name of the machine stands that wrote a line of a log; null where it is not told. */
  @Nullable MatchResult host() {
    if (isUevent) {
      return null;
    }
    Matcher m = text.startsWith("{") ? JOURNAL.matcher(text) : SYSLOG.matcher(text);
    return (text.startsWith("{") ? m.find() : m.lookingAt()) ? m.toMatchResult() : null;
  }

  static @Nullable Evidence of(Bytes bytes) {
    try {
      Uevent uevent = Uevent.decode(bytes);
      if (!uevent.fromUdev()) {
        return new Evidence(Bytes.NONE, bytes.text(), true);
      }
      ByteBuffer buffer = bytes.buffer();
      ByteBuffer ordered = buffer.duplicate().order(order(buffer));
      int offset = ordered.getInt(OFFSET_AT);
      if (offset + ordered.getInt(LENGTH_AT) != bytes.length()) {
        return null;
      }
      return new Evidence(
          Bytes.of(buffer.slice(0, offset)),
          KernelText.decode(buffer.slice(offset, bytes.length() - offset)),
          true);
    } catch (DecodeException e) {
      String text = bytes.text();
      return isText(text) ? new Evidence(Bytes.NONE, text, false) : null;
    }
  }

  /** The same with another text; where the header tells its length, it does so again. */
  Bytes with(String newText) {
    byte[] body = KernelText.encode(newText);
    if (head.isEmpty()) {
      return Bytes.of(body);
    }
    byte[] all = Arrays.copyOf(head.toArray(), head.length() + body.length);
    System.arraycopy(body, 0, all, head.length(), body.length);
    ByteBuffer buffer = ByteBuffer.wrap(all);
    buffer.order(order(buffer)).putInt(LENGTH_AT, body.length);
    return Bytes.of(all);
  }

  private static ByteOrder order(ByteBuffer buffer) {
    int size = buffer.duplicate().order(ByteOrder.LITTLE_ENDIAN).getInt(HEADER_SIZE_AT);
    return size >= 0 && size <= 0xffff ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
  }

  static boolean isUdev(Bytes bytes) {
    return bytes.length() >= UDEV.length
        && Arrays.equals(Arrays.copyOf(bytes.toArray(), UDEV.length), UDEV);
  }

  /** Lines that a terminal would show: no bytes that are no text, no control but tab and line. */
  private static boolean isText(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean control = c < 0x20 ? c != '\n' && c != '\t' : c == 0x7f;
      boolean lone =
          Character.isLowSurrogate(c) && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
      if (control || lone) {
        return false;
      }
    }
    return true;
  }
}
