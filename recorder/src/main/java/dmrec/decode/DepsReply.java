package dmrec.decode;

import dmrec.target.DevNo;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Reply to DM_TABLE_DEPS ({@code dm-ioctl.c:retrieve_deps}): the devices a table has open. */
public record DepsReply(DmHeader header, List<DevNo> devices) implements DmReply {

  public DepsReply {
    devices = List.copyOf(devices);
  }

  /** Decodes what remains of {@code reply}, whose position stays where it is. */
  public static DepsReply decode(ByteBuffer reply) throws DecodeException {
    ReplyReader in = new ReplyReader("dm table deps", reply);
    DmHeader header = in.header();
    int at = in.body(header);
    if (at < 0) {
      return new DepsReply(header, List.of());
    }
    in.need(at, 8, "a count");
    long count = in.uint(at);
    in.need(at + 8, count * 8, count + " device numbers");
    List<DevNo> devices = new ArrayList<>((int) count);
    for (int i = 0; i < count; i++) {
      devices.add(in.dev(at + 8 + i * 8));
    }
    return new DepsReply(header, devices);
  }
}
