package dmrec.decode;

import dmrec.event.KernelText;
import dmrec.target.DevNo;
import java.nio.ByteBuffer;

/**
 * Bounds-checked reading of one reply; offsets count from the reply's first byte, so that alignment
 * is what it was in the kernel's own buffer.
 */
final class ReplyReader {
  /** {@code offsetof(struct dm_ioctl, data)}: the least the kernel reports as filled. */
  private static final int MIN_DATA_BYTES = 305;

  private static final int NAME_AT = 48;
  private static final int NAME_BYTES = 128;
  private static final int UUID_AT = 176;
  private static final int UUID_BYTES = 129;

  private final String what;
  private final ByteBuffer reply;
  private final int origin;
  private final boolean bigEndian;
  private int end;

  ReplyReader(String what, ByteBuffer reply) throws DecodeException {
    this.what = what;
    this.reply = reply;
    this.origin = reply.position();
    this.end = reply.remaining();
    need(0, MIN_DATA_BYTES, "a head of at least " + MIN_DATA_BYTES + " bytes");
    this.bigEndian = reply.get(origin) == 0;
  }

  DmHeader header() throws DecodeException {
    int major = RawBytes.intAt(reply, origin, bigEndian);
    if (major != 4) {
      throw error(0, "interface version 4", Integer.toUnsignedString(major));
    }
    return new DmHeader(
        major,
        RawBytes.intAt(reply, origin + 4, bigEndian),
        RawBytes.intAt(reply, origin + 8, bigEndian),
        uint(12),
        uint(16),
        uint(20),
        RawBytes.intAt(reply, origin + 24, bigEndian),
        RawBytes.intAt(reply, origin + 28, bigEndian),
        uint(32),
        dev(40),
        string(NAME_AT, NAME_AT + NAME_BYTES),
        string(UUID_AT, UUID_AT + UUID_BYTES));
  }

  /**
   * Where the body starts, with reading limited to what the kernel filled; -1 where there is none.
   */
  int body(DmHeader header) throws DecodeException {
    if (header.bufferFull()) {
      throw error(28, "a reply that fitted its buffer", "the buffer-full flag");
    }
    if (header.dataBytes() < MIN_DATA_BYTES || header.dataBytes() > end) {
      throw error(
          12, "a data size of " + MIN_DATA_BYTES + " to " + end, Long.toString(header.dataBytes()));
    }
    end = (int) header.dataBytes();
    if (header.dataStart() >= end) {
      return -1;
    }
    if (header.dataStart() < DmHeader.BYTES) {
      throw error(
          16, "a data start of at least " + DmHeader.BYTES, Long.toString(header.dataStart()));
    }
    return (int) header.dataStart();
  }

  int end() {
    return end;
  }

  void need(int at, long bytes, String expected) throws DecodeException {
    if (at + bytes > end) {
      throw error(at, expected, (end - at) + " bytes");
    }
  }

  long uint(int at) {
    return RawBytes.uintAt(reply, origin + at, bigEndian);
  }

  int int32(int at) {
    return RawBytes.intAt(reply, origin + at, bigEndian);
  }

  long int64(int at) {
    return RawBytes.longAt(reply, origin + at, bigEndian);
  }

  DevNo dev(int at) {
    return DevNo.decode(int64(at));
  }

  /** The NUL-ended text at {@code at}, whose NUL must come before {@code limit}. */
  String string(int at, int limit) throws DecodeException {
    int stop = RawBytes.endOfString(reply, origin + at, origin + limit);
    if (stop < 0) {
      throw error(at, "text that ends in NUL before byte " + limit, "no NUL");
    }
    return KernelText.decode(reply.slice(origin + at, stop - origin - at));
  }

  /** The place just behind the NUL of the text at {@code at}, which has been read. */
  int behindString(int at, int limit) {
    return RawBytes.endOfString(reply, origin + at, origin + limit) - origin + 1;
  }

  static int align8(int at) {
    return (at + 7) & ~7;
  }

  DecodeException error(int at, String expected, String found) {
    return new DecodeException(what, at, expected, found);
  }
}
