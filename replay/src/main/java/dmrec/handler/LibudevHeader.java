package dmrec.handler;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What udev puts before the properties it sends to its listeners: {@code struct
 * monitor_netlink_header} of systemd (src/libsystemd/sd-device/device-monitor.c). The hashes let
 * the kernel drop what a listener did not ask for; each listener checks them by a socket filter.
 */
final class LibudevHeader {
  static final int BYTES = 40;

  private static final byte[] PREFIX = RecordedUevent.ascii("libudev\0");
  private static final int MAGIC = 0xfeedcafe;
  private static final int MAGIC_AT = 8;
  private static final int SIZE_AT = 12;
  static final int PROPERTIES_AT = 16;
  static final int PROPERTIES_LENGTH = 20;
  private static final int SUBSYSTEM_HASH_AT = 24;
  private static final int DEVTYPE_HASH_AT = 28;
  private static final int TAGS_HIGH_AT = 32;
  private static final int TAGS_LOW_AT = 36;

  private static final byte[] SUBSYSTEM = RecordedUevent.ascii("SUBSYSTEM=");
  private static final byte[] DEVTYPE = RecordedUevent.ascii("DEVTYPE=");
  private static final byte[] TAGS = RecordedUevent.ascii("TAGS=");

  private LibudevHeader() {}

  static boolean isIn(ByteBuffer message) {
    return RecordedUevent.startsWith(message, 0, message.limit(), PREFIX)
        && message.duplicate().order(ByteOrder.BIG_ENDIAN).getInt(MAGIC_AT) == MAGIC;
  }

  /** Writes it before the properties that are at {@link #BYTES} to {@code end} of the message. */
  static void write(ByteBuffer message, int end) {
    int subsystem = 0;
    int devType = 0;
    long tags = 0;
    for (int at = BYTES; at < end; ) {
      int stop = RecordedUevent.end(message, at, end);
      if (RecordedUevent.startsWith(message, at, stop, SUBSYSTEM)) {
        subsystem = hash(message, at + SUBSYSTEM.length, stop);
      } else if (RecordedUevent.startsWith(message, at, stop, DEVTYPE)) {
        devType = hash(message, at + DEVTYPE.length, stop);
      } else if (RecordedUevent.startsWith(message, at, stop, TAGS)) {
        tags = bloom(message, at + TAGS.length, stop);
      }
      at = stop + 1;
    }
    message.put(0, PREFIX);
    ByteBuffer own = message.duplicate().order(ByteOrder.nativeOrder());
    own.putInt(SIZE_AT, BYTES);
    own.putInt(PROPERTIES_AT, BYTES);
    own.putInt(PROPERTIES_LENGTH, end - BYTES);
    ByteBuffer network = message.duplicate().order(ByteOrder.BIG_ENDIAN);
    network.putInt(MAGIC_AT, MAGIC);
    network.putInt(SUBSYSTEM_HASH_AT, subsystem);
    network.putInt(DEVTYPE_HASH_AT, devType);
    network.putInt(TAGS_HIGH_AT, (int) (tags >>> 32));
    network.putInt(TAGS_LOW_AT, (int) tags);
  }

  /** Four bits for each tag of {@code :one:two:}. */
  private static long bloom(ByteBuffer in, int from, int to) {
    long bits = 0;
    for (int at = from; at < to; ) {
      int end = at;
      while (end < to && in.get(end) != ':') {
        end++;
      }
      if (end > at) {
        int hash = hash(in, at, end);
        bits |= 1L << (hash & 63);
        bits |= 1L << ((hash >>> 6) & 63);
        bits |= 1L << ((hash >>> 12) & 63);
        bits |= 1L << ((hash >>> 18) & 63);
      }
      at = end + 1;
    }
    return bits;
  }

  /** MurmurHash2 by Austin Appleby, seed 0, as systemd computes it on little-endian machines. */
  static int hash(ByteBuffer in, int from, int to) {
    final int m = 0x5bd1e995;
    int length = to - from;
    int h = length;
    int at = from;
    for (; to - at >= 4; at += 4) {
      int k =
          (in.get(at) & 0xff)
              | (in.get(at + 1) & 0xff) << 8
              | (in.get(at + 2) & 0xff) << 16
              | (in.get(at + 3) & 0xff) << 24;
      k *= m;
      k ^= k >>> 24;
      k *= m;
      h *= m;
      h ^= k;
    }
    if (at < to) {
      for (int i = to - at - 1; i >= 0; i--) {
        h ^= (in.get(at + i) & 0xff) << (8 * i);
      }
      h *= m;
    }
    h ^= h >>> 13;
    h *= m;
    h ^= h >>> 15;
    return h;
  }
}
