package dmrec.decode;

import dmrec.event.KernelText;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Takes uevent messages apart. Thread-safe: no state. */
final class UeventReader {
  private static final String WHAT = "uevent";
  private static final byte[] UDEV_PREFIX = ascii("libudev\0");
  private static final byte[] BLOCK = ascii("SUBSYSTEM=block");
  private static final int UDEV_MAGIC = 0xfeedcafe;

  /** {@code struct monitor_netlink_header} of systemd: prefix, magic, sizes and offsets, hashes. */
  private static final int UDEV_HEADER_BYTES = 40;

  private UeventReader() {}

  static Uevent read(ByteBuffer message) throws DecodeException {
    return isOfUdev(message) ? readUdev(message) : readKernel(message);
  }

  static boolean isOfUdev(ByteBuffer message) {
    return startsWith(message, UDEV_PREFIX);
  }

  static ByteBuffer ofUdev(byte[] properties) {
    ByteBuffer message =
        ByteBuffer.allocate(UDEV_HEADER_BYTES + properties.length).order(ByteOrder.LITTLE_ENDIAN);
    message.put(UDEV_PREFIX);
    message.putInt(Integer.reverseBytes(UDEV_MAGIC));
    message.putInt(UDEV_HEADER_BYTES);
    message.putInt(UDEV_HEADER_BYTES);
    message.putInt(properties.length);
    message.position(UDEV_HEADER_BYTES);
    return message.put(properties).flip();
  }

  private static Uevent readKernel(ByteBuffer message) throws DecodeException {
    int from = message.position();
    int end = endOfString(message, from, message.limit());
    String header = KernelText.decode(slice(message, from, end));
    int at = header.indexOf('@');
    if (at <= 0) {
      throw new DecodeException(WHAT, 0, "action@devpath", quoted(header));
    }
    List<Uevent.Property> properties = properties(message, end + 1, message.limit());
    return new Uevent(header.substring(0, at), header.substring(at + 1), false, properties);
  }

  private static Uevent readUdev(ByteBuffer message) throws DecodeException {
    int from = message.position();
    int size = message.remaining();
    if (size < UDEV_HEADER_BYTES) {
      throw new DecodeException(WHAT, size, UDEV_HEADER_BYTES + " bytes of libudev header", "end");
    }
    int magic = intAt(message, from + 8, ByteOrder.BIG_ENDIAN);
    if (magic != UDEV_MAGIC) {
      throw new DecodeException(WHAT, 8, "magic feedcafe", Integer.toHexString(magic));
    }
    // Sizes are in the sender's byte order, which is this machine's or that of the capture's.
    ByteOrder order = ByteOrder.LITTLE_ENDIAN;
    long headerSize = intAt(message, from + 12, order) & 0xffffffffL;
    if (headerSize > 0xffff) {
      order = ByteOrder.BIG_ENDIAN;
      headerSize = intAt(message, from + 12, order) & 0xffffffffL;
    }
    long offset = intAt(message, from + 16, order) & 0xffffffffL;
    long length = intAt(message, from + 20, order) & 0xffffffffL;
    if (headerSize < UDEV_HEADER_BYTES || offset < headerSize || offset + length > size) {
      throw new DecodeException(
          WHAT,
          16,
          "properties between byte " + headerSize + " and " + size,
          length + " bytes from byte " + offset);
    }
    int start = from + (int) offset;
    Uevent event = new Uevent("", "", true, properties(message, start, start + (int) length));
    String action = event.get("ACTION");
    String devPath = event.get("DEVPATH");
    if (action == null || devPath == null) {
      throw new DecodeException(WHAT, offset, "ACTION and DEVPATH", "none");
    }
    return new Uevent(action, devPath, true, event.properties());
  }

  private static List<Uevent.Property> properties(ByteBuffer message, int from, int limit)
      throws DecodeException {
    List<Uevent.Property> properties = new ArrayList<>(24);
    for (int at = from; at < limit; ) {
      int end = endOfString(message, at, limit);
      int equals = indexOf(message, (byte) '=', at, end);
      if (equals <= at) {
        throw new DecodeException(
            WHAT,
            at - message.position(),
            "KEY=VALUE",
            quoted(KernelText.decode(slice(message, at, end))));
      }
      properties.add(
          new Uevent.Property(
              KernelText.decode(slice(message, at, equals)),
              KernelText.decode(slice(message, equals + 1, end))));
      at = end + 1;
    }
    return properties;
  }

  /** Whether a property is {@code SUBSYSTEM=block}; looks at bytes only. */
  static boolean hasBlockSubsystem(ByteBuffer message) {
    int last = message.limit() - BLOCK.length;
    for (int at = message.position() + 1; at <= last; at++) {
      if (message.get(at) == BLOCK[0]
          && startsProperty(message, at)
          && matches(message, at, BLOCK)
          && endsAt(message, at + BLOCK.length)) {
        return true;
      }
    }
    return false;
  }

  /** Behind a NUL; or first behind a libudev header, whose last byte may be anything. */
  private static boolean startsProperty(ByteBuffer message, int at) {
    return message.get(at - 1) == 0
        || (at - message.position() == UDEV_HEADER_BYTES && isOfUdev(message));
  }

  private static boolean endsAt(ByteBuffer message, int at) {
    return at == message.limit() || message.get(at) == 0;
  }

  private static boolean startsWith(ByteBuffer message, byte[] prefix) {
    return message.remaining() >= prefix.length && matches(message, message.position(), prefix);
  }

  private static boolean matches(ByteBuffer message, int at, byte[] bytes) {
    for (int i = 0; i < bytes.length; i++) {
      if (message.get(at + i) != bytes[i]) {
        return false;
      }
    }
    return true;
  }

  private static int endOfString(ByteBuffer message, int from, int limit) throws DecodeException {
    int end = indexOf(message, (byte) 0, from, limit);
    if (end < 0) {
      throw new DecodeException(WHAT, limit - message.position(), "a NUL byte", "end of message");
    }
    return end;
  }

  private static int indexOf(ByteBuffer message, byte wanted, int from, int limit) {
    for (int i = from; i < limit; i++) {
      if (message.get(i) == wanted) {
        return i;
      }
    }
    return -1;
  }

  private static int intAt(ByteBuffer message, int at, ByteOrder order) {
    return Bytes.intAt(message, at, order == ByteOrder.BIG_ENDIAN);
  }

  private static ByteBuffer slice(ByteBuffer message, int from, int to) {
    return message.slice(from, to - from);
  }

  /** The start of the text, fit for an error message. */
  private static String quoted(String text) {
    String start = text.length() > 40 ? text.substring(0, 40) + "..." : text;
    return '"' + KernelText.printable(start) + '"';
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
