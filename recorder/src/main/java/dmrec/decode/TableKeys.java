package dmrec.decode;

import java.nio.ByteBuffer;

/** Masks keys in table lines, in the very buffer the kernel wrote them to. */
public final class TableKeys {
  private TableKeys() {}

  /** Masks the keys in a reply to DM_TABLE_STATUS that asked for table lines. */
  public static void mask(ByteBuffer reply) {
    for (int i = reply.position() + DmHeader.BYTES; i < reply.limit(); i++) {
      reply.put(i, (byte) 0);
    }
  }

  /** The text of a table line behind the target type, its keys masked. */
  public static String maskText(String targetType, String params) {
    return targetType.contains("crypt") || targetType.contains("integrity") ? "" : params;
  }
}
