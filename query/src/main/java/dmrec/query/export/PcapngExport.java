package dmrec.query.export;

import dmrec.event.DmEvent;
import dmrec.event.EventJson;
import dmrec.event.EventRecord;
import dmrec.event.Source;
import dmrec.query.EventText;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Packets for Wireshark: each recorded uevent as nlmon would have captured it, with what it means
 * as a comment.
 *
 * <p>All else has no bytes that were ever on a wire, and none are made up: it is a systemd journal
 * entry, a kind of block that Wireshark shows as a line between the packets, with its words in the
 * info column and its fields in the tree. Its time has microseconds there; the field DMREC_TIME has
 * all of it.
 */
final class PcapngExport implements EventExport {
  private static final int SECTION_HEADER = 0x0a0d0d0a;
  private static final int ORDER_MAGIC = 0x1a2b3c4d;
  private static final int INTERFACE = 1;
  private static final int ENHANCED_PACKET = 6;
  private static final int JOURNAL_ENTRY = 9;

  private static final int OPTION_COMMENT = 1;
  private static final int OPTION_NAME = 2;
  private static final int OPTION_DESCRIPTION = 3;
  private static final int OPTION_APPLICATION = 4;
  private static final int OPTION_RESOLUTION = 9;
  private static final byte NANOSECONDS = 9;

  private static final int LINKTYPE_NETLINK = 253;
  private static final int COOKED_BYTES = 16;

  /** To user space, as nlmon marks what a listener is sent. */
  private static final short PACKET_USER = 6;

  private static final short ARPHRD_NETLINK = 824;
  private static final short NETLINK_KOBJECT_UEVENT = 15;

  /** An option's length has 16 bits. */
  private static final int MOST_COMMENT_BYTES = 32 << 10;

  private static final int FRAME_BYTES = 12;

  private final OutputStream out;
  private ByteBuffer block = ByteBuffer.allocate(64 << 10).order(ByteOrder.LITTLE_ENDIAN);

  PcapngExport(OutputStream out) throws IOException {
    this.out = out;
    begin(SECTION_HEADER);
    block.putInt(ORDER_MAGIC).putShort((short) 1).putShort((short) 0).putLong(-1);
    option(OPTION_APPLICATION, text("dmrec"));
    end(true);
    begin(INTERFACE);
    block.putShort((short) LINKTYPE_NETLINK).putShort((short) 0).putInt(0);
    option(OPTION_NAME, text("uevents"));
    option(OPTION_DESCRIPTION, text("uevents as dmrec recorded them"));
    option(OPTION_RESOLUTION, new byte[] {NANOSECONDS});
    end(true);
  }

  @Override
  public void write(EventRecord record) throws IOException {
    if (isPacket(record)) {
      packet(record);
    } else {
      entry(record);
    }
  }

  /** Whether its evidence is a uevent, and the one that it was made of. */
  private static boolean isPacket(EventRecord record) {
    // A device that came and went has the uevent of its end; that of its beginning stands before.
    return (record.source() == Source.UEVENT || record.source() == Source.UDEV)
        && !record.evidence().isEmpty()
        && !(record.event() instanceof DmEvent.DeviceCreated);
  }

  private void packet(EventRecord record) throws IOException {
    int length = COOKED_BYTES + record.evidence().length();
    begin(ENHANCED_PACKET);
    block.putInt(0);
    block.putInt((int) (record.wallNs() >>> 32)).putInt((int) record.wallNs());
    block.putInt(length).putInt(length);
    room(length + 4);
    block.order(ByteOrder.BIG_ENDIAN);
    block.putShort(PACKET_USER).putShort(ARPHRD_NETLINK).putShort((short) 0).putLong(0);
    block.putShort(NETLINK_KOBJECT_UEVENT).order(ByteOrder.LITTLE_ENDIAN);
    block.put(record.evidence().buffer());
    pad();
    option(OPTION_COMMENT, text("#" + record.seq() + " " + words(record)));
    end(true);
  }

  private void entry(EventRecord record) throws IOException {
    begin(JOURNAL_ENTRY);
    field("__REALTIME_TIMESTAMP", Long.toString(Math.max(0, record.wallNs() / 1000)));
    field("__MONOTONIC_TIMESTAMP", Long.toString(Math.max(0, record.monoNs() / 1000)));
    field("SYSLOG_IDENTIFIER", "dmrec");
    field("PRIORITY", "6");
    field("MESSAGE", "#" + record.seq() + " " + words(record));
    field("DMREC_SEQ", Long.toString(record.seq()));
    field("DMREC_TIME", EventJson.time(record.wallNs()));
    field("DMREC_KIND", record.kind().word());
    field("DMREC_SOURCE", record.source().word());
    field("DMREC_CERTAINTY", record.certainty().word());
    if (!record.device().isNone()) {
      field("DMREC_DEVICE", record.device().dev().toString());
    }
    // Whoever reads the block takes an empty line for the end of the entry, and its pad for
    // nothing.
    end(false);
  }

  /** As {@code log} has it, safe for a terminal and in one line. */
  private static String words(EventRecord record) {
    String subject = EventText.subject(record);
    return (subject.equals("-") ? "" : subject + " ")
        + record.kind().word()
        + " "
        + EventText.phrase(record.event());
  }

  private void field(String name, String value) {
    byte[] bytes = text(name + "=" + value);
    room(bytes.length + 1);
    block.put(bytes).put((byte) '\n');
  }

  private void option(int code, byte[] value) {
    room(value.length + 8);
    block.putShort((short) code).putShort((short) value.length).put(value);
    pad();
  }

  /** As much of it as fits an option, without the half of a character at its end. */
  private static byte[] text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int end = Math.min(bytes.length, MOST_COMMENT_BYTES);
    while (end < bytes.length && (bytes[end] & 0xc0) == 0x80) {
      end--;
    }
    return end == bytes.length ? bytes : Arrays.copyOf(bytes, end);
  }

  private void begin(int type) {
    block.clear();
    block.putInt(type).putInt(0);
  }

  private void end(boolean hasOptions) throws IOException {
    pad();
    room(FRAME_BYTES);
    if (hasOptions) {
      block.putInt(0);
    }
    int length = block.position() + 4;
    block.putInt(length).putInt(4, length);
    out.write(block.array(), 0, length);
  }

  private void pad() {
    room(4);
    while (block.position() % 4 != 0) {
      block.put((byte) 0);
    }
  }

  private void room(int bytes) {
    if (block.remaining() < bytes) {
      ByteBuffer larger =
          ByteBuffer.allocate(2 * (block.position() + bytes)).order(ByteOrder.LITTLE_ENDIAN);
      block = larger.put(block.flip());
    }
  }

  @Override
  public void finish() {}
}
