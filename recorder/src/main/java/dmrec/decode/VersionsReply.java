package dmrec.decode;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reply to DM_LIST_VERSIONS or DM_GET_TARGET_VERSION ({@code dm-ioctl.c:list_versions}).
 *
 * @param targets each target type's version: major, minor, patch level
 */
public record VersionsReply(DmHeader header, Map<String, List<Integer>> targets)
    implements DmReply {

  private static final int NAME_AT = 16;

  public VersionsReply {
    targets = Collections.unmodifiableMap(new LinkedHashMap<>(targets));
  }

  /** Decodes what remains of {@code reply}, whose position stays where it is. */
  public static VersionsReply decode(ByteBuffer reply) throws DecodeException {
    ReplyReader in = new ReplyReader("dm target versions", reply);
    DmHeader header = in.header();
    int at = in.body(header);
    Map<String, List<Integer>> targets = new LinkedHashMap<>();
    while (at >= 0) {
      in.need(at, NAME_AT + 1, "a target version of at least 17 bytes");
      long next = in.uint(at);
      if (next != 0 && (next <= NAME_AT || next > in.end() - at)) {
        throw in.error(at, "0 or an offset inside the reply", Long.toString(next));
      }
      int limit = next == 0 ? in.end() : at + (int) next;
      List<Integer> version = new ArrayList<>(3);
      for (int i = 0; i < 3; i++) {
        version.add(in.int32(at + 4 + 4 * i));
      }
      targets.put(in.string(at + NAME_AT, limit), List.copyOf(version));
      at = next == 0 ? -1 : limit;
    }
    return new VersionsReply(header, targets);
  }
}
