package dmrec.foreign;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** A pcap file: times in micro- or nanoseconds, numbers in either byte order. */
final class PcapPackets implements Packets {
  private static final int MICROS = 0xa1b2c3d4;
  private static final int NANOS = 0xa1b23c4d;
  private static final int REST_OF_HEADER_BYTES = 20;
  private static final int RECORD_HEADER_BYTES = 16;

  /** The upper bits of the link type tell of checksums. */
  private static final int LINK_TYPE_MASK = 0xffff;

  private final ByteSource in;
  private final ByteOrder order;
  private final boolean nanos;
  private int linkType = -1;

  /**
   * A file whose first four bytes were read.
   *
   * @param magic they, big end first
   */
  PcapPackets(ByteSource in, int magic) {
    this.in = in;
    boolean big = magic == MICROS || magic == NANOS;
    this.order = big ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    this.nanos = magic == NANOS || Integer.reverseBytes(magic) == NANOS;
  }

  static boolean isMagic(int magic) {
    int other = Integer.reverseBytes(magic);
    return magic == MICROS || magic == NANOS || other == MICROS || other == NANOS;
  }

  @Override
  public @Nullable Packet next() throws IOException {
    if (linkType < 0) {
      linkType = in.read(REST_OF_HEADER_BYTES, order).getInt(16) & LINK_TYPE_MASK;
    }
    ByteBuffer header = in.readOrEnd(RECORD_HEADER_BYTES, order);
    if (header == null) {
      return null;
    }
    long seconds = Integer.toUnsignedLong(header.getInt(0));
    long fraction = Integer.toUnsignedLong(header.getInt(4));
    long captured = Integer.toUnsignedLong(header.getInt(8));
    long length = Integer.toUnsignedLong(header.getInt(12));
    long fractionNs = nanos ? fraction : 1000 * fraction;
    long wallNs =
        fractionNs < TextTimes.SECOND_NS
            ? seconds * TextTimes.SECOND_NS + fractionNs
            : When.UNKNOWN;
    if (captured > MOST_BYTES) {
      in.skip(captured);
      return new Packet(wallNs, linkType, length, null);
    }
    return new Packet(wallNs, linkType, length, in.read((int) captured, ByteOrder.BIG_ENDIAN));
  }
}
