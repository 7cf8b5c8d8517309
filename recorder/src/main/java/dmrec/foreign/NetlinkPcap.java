package dmrec.foreign;

import dmrec.decode.Uevent;
import dmrec.event.Bytes;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** Netlink packets as nlmon gives them to a capture: the uevents among them. */
final class NetlinkPcap extends ForeignReader {
  /** LINKTYPE_NETLINK: a cooked header, then the message. */
  static final int LINK_NETLINK = 253;

  /** LINKTYPE_LINUX_SLL, which is the same where the device is a netlink one. */
  private static final int LINK_COOKED = 113;

  static final int HEADER_BYTES = 16;
  static final int ARPHRD_NETLINK = 824;
  static final int NETLINK_KOBJECT_UEVENT = 15;
  private static final int FAMILY_AT = 14;

  private final ByteSource in;
  private final String name;
  private @Nullable Packets packets;
  private boolean ended;
  private long number;
  private When last = When.NEVER;

  NetlinkPcap(InputStream in, String name) {
    this.in = new ByteSource(in);
    this.name = name;
  }

  @Override
  public @Nullable Foreign next() throws IOException {
    while (!ended) {
      try {
        Packets from = packets == null ? begin() : packets;
        number++;
        Packets.Packet packet = from.next();
        if (packet == null) {
          ended = true;
          return null;
        }
        Foreign told = read(packet);
        if (told != null) {
          return told;
        }
      } catch (EOFException e) {
        ended = true;
        return damaged("a whole packet", "the end of the file", true);
      } catch (Packets.Broken e) {
        ended = true;
        return damaged(e.expected(), e.found() + "; the rest of the file is left out", true);
      }
    }
    return null;
  }

  private Packets begin() throws IOException {
    int magic = in.read(4, ByteOrder.BIG_ENDIAN).getInt(0);
    if (!Packets.isMagic(magic)) {
      throw new Packets.Broken("a pcap or pcapng file", Integer.toHexString(magic));
    }
    Packets begun =
        magic == Packets.SECTION_HEADER ? new PcapngPackets(in) : new PcapPackets(in, magic);
    packets = begun;
    return begun;
  }

  private @Nullable Foreign read(Packets.Packet packet) {
    ByteBuffer bytes = packet.bytes();
    if (packet.linkType() != LINK_NETLINK && packet.linkType() != LINK_COOKED) {
      pass();
      return null;
    }
    if (bytes == null) {
      return damaged(
          "a packet with a time, of at most " + Packets.MOST_BYTES + " bytes", "another one", true);
    }
    if (bytes.limit() < HEADER_BYTES) {
      return damaged("nlmon's header of 16 bytes", bytes.limit() + " bytes", true);
    }
    if (Short.toUnsignedInt(bytes.getShort(2)) != ARPHRD_NETLINK
        || Short.toUnsignedInt(bytes.getShort(FAMILY_AT)) != NETLINK_KOBJECT_UEVENT) {
      pass();
      return null;
    }
    if (!TextTimes.isPossible(packet.wallNs())) {
      return damaged("a time from 1970 to 2260", "another one", true);
    }
    When at = new When(packet.wallNs(), When.UNKNOWN, 0, "", "");
    last = at;
    if (packet.lengthBytes() > bytes.limit()) {
      return damaged(
          "the whole packet of " + packet.lengthBytes() + " bytes",
          "its first " + bytes.limit() + ": capture with a larger snapshot length (tcpdump -s 0)",
          true);
    }
    ByteBuffer message = bytes.slice(HEADER_BYTES, bytes.limit() - HEADER_BYTES);
    return new Foreign.UeventHeard(at, Uevent.isOfUdev(message), Bytes.of(message));
  }

  private Foreign damaged(String expected, String found, boolean lost) {
    return new Foreign.Damaged(last, name + ": packet " + number, expected, found, lost);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
