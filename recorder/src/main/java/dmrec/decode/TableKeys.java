package dmrec.decode;

import dmrec.event.KernelText;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Masks the keys in table lines, in the very buffer the kernel wrote them to, before any text is
 * made of it: a String that held a key could never be wiped.
 *
 * <p>Byte by byte, without allocation. A reply that cannot be walked loses its whole body: what is
 * not understood may be a key. Lines keep their length; each byte of a key becomes {@code 0}, as
 * dmsetup without {@code --showkeys} prints it.
 */
public final class TableKeys {
  private static final byte MASK = '0';
  private static final int SPEC_BYTES = 40;
  private static final int TYPE_AT = 24;
  private static final int BUFFER_FULL = 1 << 8;

  /** A run of hex digits this long, 16 bytes, is taken for a key where the form is unknown. */
  private static final int KEY_DIGITS = 32;

  private static final byte[] CRYPT = ascii("crypt");
  private static final byte[] INTEGRITY = ascii("integrity");
  private static final byte[] KEY = ascii("key");
  private static final byte[] INTERNAL_HASH = ascii("internal_hash:");
  private static final byte[] JOURNAL_CRYPT = ascii("journal_crypt:");
  private static final byte[] JOURNAL_MAC = ascii("journal_mac:");

  private TableKeys() {}

  /**
   * Masks the keys in what remains of {@code reply}, a reply to DM_TABLE_STATUS that asked for
   * table lines; its position stays. Bytes that belong to no line are zeroed: they may be left from
   * an earlier reply.
   */
  public static void mask(ByteBuffer reply) {
    if (!maskTargets(reply)) {
      wipe(reply, reply.position() + DmHeader.BYTES, reply.limit());
    }
  }

  /** The text of a table line behind the target type, its keys masked. */
  public static String maskText(String targetType, String params) {
    ByteBuffer type = ByteBuffer.wrap(KernelText.encode(targetType));
    byte[] line = KernelText.encode(params);
    maskLine(type, 0, type.limit(), ByteBuffer.wrap(line), 0, line.length);
    return KernelText.decode(line);
  }

  /** False where the reply's structure is not that of {@code dm-ioctl.c:retrieve_status}. */
  private static boolean maskTargets(ByteBuffer reply) {
    int origin = reply.position();
    int size = reply.remaining();
    if (size < DmHeader.BYTES) {
      return false;
    }
    boolean bigEndian = reply.get(origin) == 0;
    int major = RawBytes.intAt(reply, origin, bigEndian);
    long dataBytes = RawBytes.uintAt(reply, origin + 12, bigEndian);
    long dataStart = RawBytes.uintAt(reply, origin + 16, bigEndian);
    long targets = RawBytes.uintAt(reply, origin + 20, bigEndian);
    int flags = RawBytes.intAt(reply, origin + 28, bigEndian);
    if (major != 4
        || (flags & BUFFER_FULL) != 0
        || dataBytes > size
        || dataStart != DmHeader.BYTES
        || dataStart >= dataBytes) {
      return false;
    }
    int end = origin + (int) dataBytes;
    int base = origin + (int) dataStart;
    wipe(reply, end, reply.limit());
    int at = base;
    long nextSector = 0; // a table has no holes: a walk that lost its way finds one
    for (long i = 0; i < targets; i++) {
      if (end - at <= SPEC_BYTES) {
        return false;
      }
      if (RawBytes.longAt(reply, at, bigEndian) != nextSector) {
        return false;
      }
      long length = RawBytes.longAt(reply, at + 8, bigEndian);
      nextSector += length;
      if (length <= 0 || nextSector < 0) {
        return false;
      }
      long next = RawBytes.uintAt(reply, at + 20, bigEndian);
      long limit = i == targets - 1 ? end : base + next;
      if (limit > end || limit <= at + SPEC_BYTES) {
        return false;
      }
      int typeEnd = RawBytes.endOfString(reply, at + TYPE_AT, at + SPEC_BYTES);
      int textEnd = RawBytes.endOfString(reply, at + SPEC_BYTES, (int) limit);
      if (!isTypeName(reply, at + TYPE_AT, typeEnd) || textEnd < 0) {
        return false;
      }
      // The kernel puts the next target right behind the text: anything else is a lost walk.
      int behind = i == targets - 1 ? textEnd + 1 : ReplyReader.align8(textEnd + 1 - base) + base;
      if (behind != limit) {
        return false;
      }
      maskLine(reply, at + TYPE_AT, typeEnd, reply, at + SPEC_BYTES, textEnd);
      wipe(reply, textEnd, (int) limit);
      at = (int) limit;
    }
    wipe(reply, at, end);
    return true;
  }

  /** Whether it is spelled as every target type of the kernel's is; guards against a lost walk. */
  private static boolean isTypeName(ByteBuffer reply, int from, int to) {
    for (int i = from; i < to; i++) {
      byte b = reply.get(i);
      boolean fits = (b >= 'a' && b <= 'z') || (b >= '0' && b <= '9') || b == '-' || b == '_';
      if (!fits) {
        return false;
      }
    }
    return to > from;
  }

  private static void maskLine(
      ByteBuffer type, int typeFrom, int typeTo, ByteBuffer line, int from, int to) {
    int crypt = indexOf(type, CRYPT, typeFrom, typeTo);
    int integrity = indexOf(type, INTEGRITY, typeFrom, typeTo);
    if (crypt == typeFrom && typeTo - typeFrom == CRYPT.length) {
      maskCrypt(line, from, to);
    } else if (crypt >= 0 || integrity >= 0 || indexOf(type, KEY, typeFrom, typeTo) >= 0) {
      // For integrity the options; for types this version does not know, whatever looks like one.
      maskOption(line, INTERNAL_HASH, from, to);
      maskOption(line, JOURNAL_CRYPT, from, to);
      maskOption(line, JOURNAL_MAC, from, to);
      maskHex(line, from, to);
    }
  }

  /**
   * The second word is the key ({@code dm-crypt.c:crypt_status}), or {@code :SIZE:TYPE:DESCRIPTION}
   * of a key in a keyring, which is no secret and stays.
   */
  private static void maskCrypt(ByteBuffer line, int from, int to) {
    int key = Math.min(to, endOfWord(line, from, to) + 1);
    int keyEnd = endOfWord(line, key, to);
    if (isKeyringReference(line, key, keyEnd)) {
      maskHex(line, from, key);
    } else {
      fill(line, key, keyEnd, MASK);
      maskHex(line, from, keyEnd);
    }
    maskHex(line, keyEnd, to);
  }

  /** A colon, digits, a colon: stricter than dmsetup, which looks at the first colon only. */
  private static boolean isKeyringReference(ByteBuffer line, int from, int to) {
    if (from >= to || line.get(from) != ':') {
      return false;
    }
    int at = from + 1;
    while (at < to && line.get(at) >= '0' && line.get(at) <= '9') {
      at++;
    }
    return at > from + 1 && at < to && line.get(at) == ':';
  }

  /** Masks the key in each {@code NAME:ALGORITHM:KEY}; the key is optional. */
  private static void maskOption(ByteBuffer line, byte[] name, int from, int to) {
    for (int at = indexOf(line, name, from, to); at >= 0; at = indexOf(line, name, at, to)) {
      at += name.length;
      while (at < to && line.get(at) != ' ' && line.get(at) != ':') {
        at++;
      }
      if (at < to && line.get(at) == ':') {
        int end = endOfWord(line, at, to);
        fill(line, at + 1, end, MASK);
        at = end;
      }
    }
  }

  private static void maskHex(ByteBuffer line, int from, int to) {
    int start = from;
    for (int at = from; at <= to; at++) {
      if (at == to || !isHex(line.get(at))) {
        if (at - start >= KEY_DIGITS) {
          fill(line, start, at, MASK);
        }
        start = at + 1;
      }
    }
  }

  private static boolean isHex(byte b) {
    return (b >= '0' && b <= '9') || (b >= 'a' && b <= 'f') || (b >= 'A' && b <= 'F');
  }

  private static int endOfWord(ByteBuffer line, int from, int to) {
    int at = from;
    while (at < to && line.get(at) != ' ') {
      at++;
    }
    return at;
  }

  private static int indexOf(ByteBuffer in, byte[] wanted, int from, int to) {
    for (int at = from; at <= to - wanted.length; at++) {
      int same = 0;
      while (same < wanted.length && in.get(at + same) == wanted[same]) {
        same++;
      }
      if (same == wanted.length) {
        return at;
      }
    }
    return -1;
  }

  private static void wipe(ByteBuffer reply, int from, int to) {
    fill(reply, from, to, (byte) 0);
  }

  private static void fill(ByteBuffer buffer, int from, int to, byte with) {
    for (int i = from; i < to; i++) {
      buffer.put(i, with);
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
