package dmrec.record;

import dmrec.event.Bytes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The two things the watch must know of a kernel log record before anybody decodes it. */
final class LogSequence {
  private static final byte[] PREFIX = ";device-mapper: ".getBytes(StandardCharsets.US_ASCII);

  private LogSequence() {}

  /** The record's sequence number, its second field; -1 where it has none. */
  static long of(Bytes record) {
    ByteBuffer in = record.buffer();
    int at = 0;
    while (at < in.limit() && in.get(at) != ',') {
      at++;
    }
    long seq = -1;
    for (at++; at < in.limit() && in.get(at) >= '0' && in.get(at) <= '9'; at++) {
      seq = Math.max(seq, 0) * 10 + (in.get(at) - '0');
    }
    return seq;
  }

  /** Whether device-mapper wrote it. */
  static boolean isDeviceMapper(Bytes record) {
    ByteBuffer in = record.buffer();
    for (int at = 0; at + PREFIX.length <= in.limit(); at++) {
      if (in.get(at) == ';') {
        return in.slice(at, PREFIX.length).equals(ByteBuffer.wrap(PREFIX));
      }
    }
    return false;
  }
}
