package dmrec.decode;

import dmrec.target.DevNo;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reply to DM_LIST_DEVICES ({@code dm-ioctl.c:list_devices}).
 *
 * @param devices in the kernel's order, which is that of the names
 */
public record DeviceList(DmHeader header, List<Entry> devices) implements DmReply {

  /** First interface version whose list has event numbers. */
  private static final int EVENT_NR_MINOR = 37;

  /** First interface version whose list has flags and UUIDs behind the event number. */
  private static final int UUID_MINOR = 45;

  private static final int HAS_UUID = 1;
  private static final int NAME_AT = 12;

  public DeviceList {
    devices = List.copyOf(devices);
  }

  /**
   * One device.
   *
   * @param eventNr events it has raised, unsigned 32 bits; null where the kernel lists none
   * @param uuid null where the kernel lists none, which is not the same as having none
   */
  public record Entry(DevNo dev, String name, @Nullable Long eventNr, @Nullable String uuid) {}

  /** Decodes what remains of {@code reply}, whose position stays where it is. */
  public static DeviceList decode(ByteBuffer reply) throws DecodeException {
    ReplyReader in = new ReplyReader("dm device list", reply);
    DmHeader header = in.header();
    int at = in.body(header);
    List<Entry> devices = new ArrayList<>();
    while (at >= 0) {
      in.need(at, NAME_AT + 1, "a device of at least 13 bytes");
      DevNo dev = in.dev(at);
      if (dev.equals(DevNo.NONE) && devices.isEmpty()) {
        break; // no devices: the kernel leaves the buffer as the caller zeroed it
      }
      long next = in.uint(at + 8);
      if (next != 0 && (next <= NAME_AT || next > in.end() - at)) {
        throw in.error(at + 8, "0 or an offset inside the reply", Long.toString(next));
      }
      int limit = next == 0 ? in.end() : at + (int) next;
      devices.add(entry(in, header, at, limit, dev));
      at = next == 0 ? -1 : limit;
    }
    return new DeviceList(header, devices);
  }

  private static Entry entry(ReplyReader in, DmHeader header, int at, int limit, DevNo dev)
      throws DecodeException {
    String name = in.string(at + NAME_AT, limit);
    int behind = ReplyReader.align8(in.behindString(at + NAME_AT, limit));
    if (header.versionMinor() < EVENT_NR_MINOR || behind + 4 > limit) {
      return new Entry(dev, name, null, null);
    }
    long eventNr = in.uint(behind);
    boolean hasUuid =
        header.versionMinor() >= UUID_MINOR
            && behind + 8 < limit
            && (in.int32(behind + 4) & HAS_UUID) != 0;
    return new Entry(dev, name, eventNr, hasUuid ? in.string(behind + 8, limit) : null);
  }
}
