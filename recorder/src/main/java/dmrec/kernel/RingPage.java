package dmrec.kernel;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;

/**
 * A page of the kernel's ring buffer, as one read of {@code trace_pipe_raw} gives it
 * (include/linux/ring_buffer.h, kernel/trace/ring_buffer.c).
 *
 * <pre>
 *   u64 time, u64 commit: length 0-19, 30: the number lost lies behind the data, 31: events were lost
 *   then words of 32 bits: type 0-4, time since the one before 5-31, by type:
 *     1-28  an event of 4 x type bytes
 *     0     an event; the next word is its length with this word
 *     29    nothing; delta 0 ends the page, else the next word is the length to pass over
 *     30    the next word is the time's high part, 27 bits up
 *     31    the same, and the time is absolute
 * </pre>
 *
 * <p>Thread contract: one thread at a time.
 */
final class RingPage {
  private static final int LENGTH = 0xfffff;
  private static final int LOST_NUMBER = 1 << 30;
  private static final int DATA_MAX = 28;
  private static final int PADDING = 29;
  private static final int TIME_EXTEND = 30;

  /** The kernel's absolute times lack these bits (TS_MSB). */
  private static final long HIGH_TIME = 0xf8L << 56;

  private final ByteBuffer bytes;
  private final int dataAt;
  private final int end;

  /**
   * Checks the head.
   *
   * @param bytes native order, the page from 0 to the limit
   */
  RingPage(ByteBuffer bytes, int dataAt) throws KernelException {
    this.bytes = bytes;
    this.dataAt = dataAt;
    if (bytes.limit() < dataAt) {
      throw broken(0, "a head of " + dataAt + " bytes", bytes.limit() + " bytes");
    }
    int length = (int) bytes.getLong(8) & LENGTH;
    this.end = dataAt + length;
    if (end > bytes.limit()) {
      throw broken(8, "at most " + (bytes.limit() - dataAt) + " bytes of events", "" + length);
    }
  }

  /** Whether events were lost before the first of this page. */
  boolean isLossy() {
    return bytes.getLong(8) << 32 < 0;
  }

  /** How many were lost; -1 where the page was too full to say. */
  long lost() {
    return (bytes.getLong(8) & LOST_NUMBER) != 0 && end + 8 <= bytes.limit()
        ? bytes.getLong(end)
        : -1;
  }

  /**
   * Adds the page's events, of the formats known by their number.
   *
   * @throws KernelException at the first that is broken; those before it were added
   */
  void decode(Map<Integer, TraceFormat> formats, int cpu, List<ProbeHit> hits)
      throws KernelException {
    long timeNs = bytes.getLong(0);
    for (int at = dataAt; at < end; ) {
      long head = word(at);
      int type = (int) head & 0x1f;
      long delta = head >>> 5;
      if (type == PADDING && delta == 0) {
        return;
      }
      int next = at + 4;
      int from = next;
      if (type > DATA_MAX || type == 0) {
        long second = word(next);
        if (type >= TIME_EXTEND) {
          delta += second << 27;
          next += 4;
        } else if (second < 4 || second > end - next) {
          throw broken(next, "a length of 4 to " + (end - next), String.valueOf(second));
        } else {
          next += (int) second;
          from += 4;
        }
      } else {
        next += 4 * type;
        if (next > end) {
          throw broken(at, "an event before " + end, 4 * type + " bytes");
        }
      }
      timeNs = type > TIME_EXTEND ? delta | (timeNs & HIGH_TIME) : timeNs + delta;
      if (type <= DATA_MAX) {
        event(from, next - from, timeNs, formats, cpu, hits);
      }
      at = next;
    }
  }

  private void event(
      int at,
      int length,
      long timeNs,
      Map<Integer, TraceFormat> formats,
      int cpu,
      List<ProbeHit> hits)
      throws KernelException {
    if (length < 8) {
      throw broken(at, "an event of 8 bytes or more", String.valueOf(length));
    }
    // Others are of probes removed since, or marks that anybody may write.
    TraceFormat format = formats.get(bytes.getShort(at) & 0xffff);
    if (format != null) {
      hits.add(format.decode(bytes, at, length, timeNs, cpu));
    }
  }

  private long word(int at) throws KernelException {
    if (at + 4 > end) {
      throw broken(at, "4 bytes before " + end, (end - at) + " bytes");
    }
    return bytes.getInt(at) & 0xffffffffL;
  }

  private static KernelException broken(int at, String expected, String found) {
    return new KernelException(
        "Cannot read a page of the trace buffer at byte " + at,
        expected,
        found,
        "The rest of the page counts as lost; please report it with the kernel's version.");
  }
}
