package dmrec.decode;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Reply to DM_TABLE_STATUS ({@code dm-ioctl.c:retrieve_status}): table lines or status lines,
 * whichever was asked for.
 */
public record StatusReply(DmHeader header, List<Entry> targets) implements DmReply {

  private static final int SPEC_BYTES = 40;
  private static final int TYPE_AT = 24;

  public StatusReply {
    targets = List.copyOf(targets);
  }

  /**
   * One target.
   *
   * @param startSector first sector of the mapped device that the target serves
   * @param text its table line behind the type, or its status
   */
  public record Entry(long startSector, long lengthSectors, String type, String text) {}

  /** Decodes what remains of {@code reply}, whose position stays where it is. */
  public static StatusReply decode(ByteBuffer reply) throws DecodeException {
    ReplyReader in = new ReplyReader("dm table status", reply);
    DmHeader header = in.header();
    int base = in.body(header);
    List<Entry> targets = new ArrayList<>();
    int at = base;
    for (long i = 0; i < header.targetCount(); i++) {
      if (at < 0) {
        throw in.error(20, "no targets in a reply without a body", header.targetCount() + "");
      }
      in.need(at, SPEC_BYTES + 1, "a target of at least 41 bytes");
      boolean last = i == header.targetCount() - 1;
      // Counted from the first target; the last one's may point behind the end.
      long next = in.uint(at + 20);
      int limit = last ? in.end() : (int) Math.min(base + next, in.end() + 1L);
      if (limit <= at + SPEC_BYTES || limit > in.end()) {
        throw in.error(at + 20, "an offset inside the reply, behind this target", next + "");
      }
      targets.add(entry(in, at, limit));
      at = limit;
    }
    return new StatusReply(header, targets);
  }

  private static Entry entry(ReplyReader in, int at, int limit) throws DecodeException {
    long start = in.int64(at);
    long length = in.int64(at + 8);
    if (start < 0 || length < 0) {
      throw in.error(at, "sectors below 2^63", Long.toHexString(start < 0 ? start : length));
    }
    return new Entry(
        start, length, in.string(at + TYPE_AT, at + SPEC_BYTES), in.string(at + SPEC_BYTES, limit));
  }
}
