package dmrec.foreign;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A pcapng file: blocks, of which those of packets and of interfaces are read. */
final class PcapngPackets implements Packets {
  private static final int ORDER_MAGIC = 0x1a2b3c4d;
  private static final int INTERFACE = 1;
  private static final int OLD_PACKET = 2;
  private static final int SIMPLE_PACKET = 3;
  private static final int ENHANCED_PACKET = 6;

  private static final int OPTION_END = 0;
  private static final int OPTION_RESOLUTION = 9;
  private static final int OPTION_OFFSET = 14;

  /** Type and length before a block's body, and the length again behind it. */
  private static final int FRAME_BYTES = 12;

  /** A section of a machine with more is left at the rest. */
  private static final int MOST_INTERFACES = 4096;

  private static final int MOST_INTERFACE_BYTES = 64 << 10;

  private static final BigInteger SECOND_NS = BigInteger.valueOf(TextTimes.SECOND_NS);

  /**
   * One interface.
   *
   * @param units of its times in a second
   */
  private record Interface(int linkType, BigInteger units, long offsetSeconds) {}

  private final ByteSource in;
  private final List<Interface> interfaces = new ArrayList<>();
  private ByteOrder order = ByteOrder.LITTLE_ENDIAN;
  private boolean begun;

  /** A file whose first four bytes, those of a section header, were read. */
  PcapngPackets(ByteSource in) {
    this.in = in;
  }

  @Override
  public @Nullable Packet next() throws IOException {
    if (!begun) {
      begun = true;
      section();
    }
    while (true) {
      ByteBuffer type = in.readOrEnd(4, order);
      if (type == null) {
        return null;
      }
      // Reads the same in both orders.
      if (type.getInt(0) == SECTION_HEADER) {
        section();
        continue;
      }
      long length = length(in.read(4, order).getInt(0));
      long body = length - FRAME_BYTES;
      Packet packet = null;
      switch (type.getInt(0)) {
        case ENHANCED_PACKET, OLD_PACKET -> packet = packet(type.getInt(0), body);
        case SIMPLE_PACKET -> packet = simple(body);
        case INTERFACE -> described(body);
        default -> in.skip(body);
      }
      end(length);
      if (packet != null) {
        return packet;
      }
    }
  }

  private void section() throws IOException {
    ByteBuffer head = in.read(8, ByteOrder.LITTLE_ENDIAN);
    if (head.getInt(4) == ORDER_MAGIC) {
      order = ByteOrder.LITTLE_ENDIAN;
    } else if (head.getInt(4) == Integer.reverseBytes(ORDER_MAGIC)) {
      order = ByteOrder.BIG_ENDIAN;
    } else {
      throw new Broken(
          "a pcapng section with its byte order, 1a2b3c4d", Integer.toHexString(head.getInt(4)));
    }
    interfaces.clear();
    long length = length(head.order(order).getInt(0));
    if (length < FRAME_BYTES + 4) {
      throw new Broken("a pcapng section of 28 bytes or more", Long.toString(length));
    }
    in.skip(length - FRAME_BYTES - 4);
    end(length);
  }

  private static long length(int told) throws Broken {
    long length = Integer.toUnsignedLong(told);
    if (length < FRAME_BYTES || length % 4 != 0) {
      throw new Broken("a pcapng block of 12 bytes or more, by fours", Long.toString(length));
    }
    return length;
  }

  private void end(long length) throws IOException {
    long again = Integer.toUnsignedLong(in.read(4, order).getInt(0));
    if (again != length) {
      throw new Broken("the length " + length + " again behind a pcapng block", "" + again);
    }
  }

  private Packet packet(int type, long body) throws IOException {
    int headBytes = 20;
    if (body < headBytes) {
      throw new Broken("a packet block of 32 bytes or more", Long.toString(body + FRAME_BYTES));
    }
    ByteBuffer head = in.read(headBytes, order);
    long number =
        type == ENHANCED_PACKET
            ? Integer.toUnsignedLong(head.getInt(0))
            : Short.toUnsignedLong(head.getShort(0));
    long units = Integer.toUnsignedLong(head.getInt(4)) << 32 | (head.getInt(8) & 0xffffffffL);
    long captured = Integer.toUnsignedLong(head.getInt(12));
    long length = Integer.toUnsignedLong(head.getInt(16));
    long rest = body - headBytes;
    if (captured > rest) {
      throw new Broken("a packet that fits its block of " + rest + " bytes", captured + " bytes");
    }
    Interface of = number < interfaces.size() ? interfaces.get((int) number) : null;
    ByteBuffer bytes = null;
    if (captured <= MOST_BYTES) {
      bytes = in.read((int) captured, ByteOrder.BIG_ENDIAN);
      rest -= captured;
    }
    in.skip(rest);
    return new Packet(
        of == null ? When.UNKNOWN : wallNs(of, units),
        of == null ? -1 : of.linkType(),
        length,
        bytes);
  }

  /** A packet without a time. */
  private Packet simple(long body) throws IOException {
    if (body < 4) {
      throw new Broken("a simple packet block of 16 bytes or more", "" + (body + FRAME_BYTES));
    }
    long length = Integer.toUnsignedLong(in.read(4, order).getInt(0));
    in.skip(body - 4);
    return new Packet(
        When.UNKNOWN, interfaces.isEmpty() ? -1 : interfaces.get(0).linkType(), length, null);
  }

  private void described(long body) throws IOException {
    if (body < 8) {
      throw new Broken("an interface block of 20 bytes or more", "" + (body + FRAME_BYTES));
    }
    int kept = (int) Math.min(body, MOST_INTERFACE_BYTES);
    ByteBuffer block = in.read(kept, order);
    in.skip(body - kept);
    if (interfaces.size() >= MOST_INTERFACES) {
      return;
    }
    BigInteger units = BigInteger.valueOf(1_000_000);
    long offset = 0;
    int at = 8;
    while (at + 4 <= kept) {
      int option = Short.toUnsignedInt(block.getShort(at));
      int length = Short.toUnsignedInt(block.getShort(at + 2));
      at += 4;
      if (option == OPTION_END || at + length > kept) {
        break;
      }
      if (option == OPTION_RESOLUTION && length == 1) {
        int power = block.get(at) & 0x7f;
        units = block.get(at) < 0 ? BigInteger.TWO.pow(power) : BigInteger.TEN.pow(power);
      } else if (option == OPTION_OFFSET && length == 8) {
        offset = block.getLong(at);
      }
      at += (length + 3) / 4 * 4;
    }
    interfaces.add(new Interface(Short.toUnsignedInt(block.getShort(0)), units, offset));
  }

  private static long wallNs(Interface of, long units) {
    BigInteger ns =
        new BigInteger(Long.toUnsignedString(units))
            .multiply(SECOND_NS)
            .divide(of.units())
            .add(BigInteger.valueOf(of.offsetSeconds()).multiply(SECOND_NS));
    return ns.signum() >= 0 && ns.bitLength() < 63 ? ns.longValue() : When.UNKNOWN;
  }
}
