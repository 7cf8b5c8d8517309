package dmrec.decode;

import dmrec.event.Bytes;
import dmrec.event.KernelText;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Takes uevent messages apart. Thread-safe: no state. */
final class UeventReader {
  private static final String WHAT = "uevent";
  private static final byte[] UDEV_PREFIX = ascii("libudev\0");
  private static final byte[] BLOCK = ascii("SUBSYSTEM=block");
  private static final int UDEV_MAGIC = 0xfeedcafe;

  /** {@code struct monitor_netlink_header} of systemd: prefix, magic, sizes and offsets, hashes. */
  private static final int UDEV_HEADER_BYTES = 40;

  private UeventReader() {}

  static Uevent read(Bytes message) throws DecodeException {
    return message.hasAt(0, UDEV_PREFIX, 0, UDEV_PREFIX.length)
        ? readUdev(message)
        : readKernel(message);
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

  private static Uevent readKernel(Bytes message) throws DecodeException {
    int end = endOfString(message, 0, message.length());
    int at = message.indexOf((byte) '@', 0, end);
    if (at == 0 || at == end) {
      throw new DecodeException(WHAT, 0, "action@devpath", quoted(message, 0, end));
    }
    int[] values = properties(message, end + 1, message.length());
    return new Uevent(message, false, end + 1, message.length(), 0, at, at + 1, end, values);
  }

  private static Uevent readUdev(Bytes message) throws DecodeException {
    int size = message.length();
    if (size < UDEV_HEADER_BYTES) {
      throw new DecodeException(WHAT, size, UDEV_HEADER_BYTES + " bytes of libudev header", "end");
    }
    ByteBuffer header = message.buffer();
    int magic = RawBytes.intAt(header, 8, true);
    if (magic != UDEV_MAGIC) {
      throw new DecodeException(WHAT, 8, "magic feedcafe", Integer.toHexString(magic));
    }
    // Sizes are in the sender's byte order, which is this machine's or that of the capture's.
    boolean bigEndian = RawBytes.uintAt(header, 12, false) > 0xffff;
    long headerSize = RawBytes.uintAt(header, 12, bigEndian);
    long offset = RawBytes.uintAt(header, 16, bigEndian);
    long length = RawBytes.uintAt(header, 20, bigEndian);
    if (headerSize < UDEV_HEADER_BYTES || offset < headerSize || offset + length > size) {
      throw new DecodeException(
          WHAT,
          16,
          "properties between byte " + headerSize + " and " + size,
          length + " bytes from byte " + offset);
    }
    int from = (int) offset;
    int to = from + (int) length;
    int[] values = properties(message, from, to);
    int action = UeventKey.ACTION.place();
    int devPath = UeventKey.DEVPATH.place();
    if (values[action] == 0 || values[devPath] == 0) {
      throw new DecodeException(WHAT, offset, "ACTION and DEVPATH", "none");
    }
    return new Uevent(
        message,
        true,
        from,
        to,
        values[action],
        values[action + 1],
        values[devPath],
        values[devPath + 1],
        values);
  }

  /** Where each {@link UeventKey} has its value. */
  private static int[] properties(Bytes message, int from, int to) throws DecodeException {
    int[] values = new int[UeventKey.PLACES];
    for (int at = from; at < to; ) {
      int hash = 0;
      int equals = at;
      byte next = message.at(equals);
      while (next != '=' && next != 0 && ++equals < to) {
        hash = UeventKey.hash(hash, next);
        next = message.at(equals);
      }
      int end = endOfString(message, equals, to);
      if (equals == at || equals == end) {
        throw new DecodeException(WHAT, at, "KEY=VALUE", quoted(message, at, end));
      }
      UeventKey key = UeventKey.at(message, at, equals, hash);
      if (key != null) {
        values[key.place()] = equals + 1;
        values[key.place() + 1] = end;
      }
      at = end + 1;
    }
    return values;
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

  private static int endOfString(Bytes message, int from, int to) throws DecodeException {
    int end = message.indexOf((byte) 0, from, to);
    if (end == to) {
      throw new DecodeException(WHAT, to, "a NUL byte", "end of message");
    }
    return end;
  }

  /** The start of a text, fit for an error message. */
  private static String quoted(Bytes message, int from, int to) {
    String text = message.text(from, to);
    String start = text.length() > 40 ? text.substring(0, 40) + "..." : text;
    return '"' + KernelText.printable(start) + '"';
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
