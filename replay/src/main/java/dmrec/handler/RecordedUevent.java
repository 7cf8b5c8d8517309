package dmrec.handler;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A uevent as a recording holds it, byte for byte: {@code action@devpath} and NUL-ended properties,
 * or those properties behind udev's header. What is anything else is refused: evidence in a journal
 * may have been cut, damaged or made up.
 */
final class RecordedUevent {
  private static final byte[] SEQNUM = ascii("SEQNUM=");

  private final ByteBuffer message;
  private final int from;
  private final int to;

  private RecordedUevent(ByteBuffer message, int from, int to) {
    this.message = message;
    this.from = from;
    this.to = to;
  }

  /** The kernel's message; null where it is none. */
  static @Nullable RecordedUevent ofKernel(ByteBuffer message) {
    int end = end(message, 0, message.limit());
    int at = indexOf(message, (byte) '@', 0, Math.max(0, end));
    if (at <= 0 || at + 1 >= end || message.get(at + 1) != '/') {
      return null;
    }
    return checked(new RecordedUevent(message, end + 1, message.limit()));
  }

  /** A message of udev, which either byte order may have made; null where it is none. */
  static @Nullable RecordedUevent ofUdev(ByteBuffer message) {
    if (message.limit() < LibudevHeader.BYTES || !LibudevHeader.isIn(message)) {
      return null;
    }
    for (ByteOrder order : new ByteOrder[] {ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN}) {
      ByteBuffer b = message.duplicate().order(order);
      long offset = Integer.toUnsignedLong(b.getInt(LibudevHeader.PROPERTIES_AT));
      long length = Integer.toUnsignedLong(b.getInt(LibudevHeader.PROPERTIES_LENGTH));
      if (offset >= LibudevHeader.BYTES && offset + length == message.limit()) {
        return checked(new RecordedUevent(message, (int) offset, message.limit()));
      }
    }
    return null;
  }

  private static @Nullable RecordedUevent checked(RecordedUevent uevent) {
    for (int at = uevent.from; at < uevent.to; ) {
      int end = end(uevent.message, at, uevent.to);
      if (end < 0 || indexOf(uevent.message, (byte) '=', at, end) <= at) {
        return null;
      }
      at = end + 1;
    }
    return uevent;
  }

  /** Its SEQNUM; 0 where it has none. */
  long seqnum() {
    long seqnum = 0;
    for (int at = from; at < to; ) {
      int end = end(message, at, to);
      if (startsWith(message, at, end, SEQNUM)) {
        seqnum = number(at + SEQNUM.length, end);
      }
      at = end + 1;
    }
    return seqnum;
  }

  private long number(int start, int end) {
    long value = 0;
    for (int at = start; at < end; at++) {
      int digit = message.get(at) - '0';
      if (digit < 0 || digit > 9 || value > Long.MAX_VALUE / 10 - 1) {
        return 0;
      }
      value = value * 10 + digit;
    }
    return value;
  }

  /** All of it but its SEQNUM, to which the kernel adds a new one; false where it does not fit. */
  boolean writeWithoutSeqnum(UeventBuilder out) {
    if (!out.strings(message, 0, from)) {
      return false;
    }
    for (int at = from; at < to; ) {
      int end = end(message, at, to);
      if (!startsWith(message, at, end, SEQNUM) && !out.strings(message, at, end + 1 - at)) {
        return false;
      }
      at = end + 1;
    }
    return true;
  }

  /** Its properties as they are; false where they do not fit. */
  boolean writeProperties(UeventBuilder out) {
    return out.strings(message, from, to - from);
  }

  /** Where the string at {@code from} has its NUL; -1 where it has none. */
  static int end(ByteBuffer in, int from, int to) {
    return indexOf(in, (byte) 0, from, to);
  }

  private static int indexOf(ByteBuffer in, byte wanted, int from, int to) {
    for (int at = from; at < to; at++) {
      if (in.get(at) == wanted) {
        return at;
      }
    }
    return -1;
  }

  static boolean startsWith(ByteBuffer in, int from, int to, byte[] start) {
    if (to - from < start.length) {
      return false;
    }
    for (int i = 0; i < start.length; i++) {
      if (in.get(from + i) != start[i]) {
        return false;
      }
    }
    return true;
  }

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
