package dmrec.journal.file;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * Where what stands in a record: the numbers of FORMAT.md. All little-endian.
 *
 * <p>The header is that of every version; behind it version 1 has more ({@link Format1}). The tags
 * are those of version 2.
 */
public final class RecordLayout {
  /** The version that this code writes, and the newest it reads. */
  public static final int FORMAT_VERSION = 2;

  public static final int VERSION = 0;
  public static final int FLAGS = 1;
  public static final int HEADER_LENGTH = 2;
  public static final int MARKS = 3;
  public static final int KIND = 4;
  public static final int SOURCE = 6;
  public static final int CERTAINTY = 7;
  public static final int TOTAL_LENGTH = 8;
  public static final int CRC = 12;
  public static final int SEQ = 16;
  public static final int WALL_NS = 24;

  /** Length of the header; the tagged fields follow. */
  public static final int HEADER_BYTES = 32;

  /** Tags from here on are common to all kinds; those below belong to the payload. */
  public static final int TAG_COMMON = 128;

  public static final int TAG_MONO_NS = 128;
  public static final int TAG_RECEIVED_NS = 129;
  public static final int TAG_NOT_BEFORE_NS = 130;
  public static final int TAG_KERNEL_NS = 131;
  public static final int TAG_DEVICE = 132;
  public static final int TAG_NAMES = 133;
  public static final int TAG_NAME = 134;
  public static final int TAG_UUID = 135;
  public static final int TAG_ACTOR = 136;
  public static final int TAG_EVIDENCE_AS = 137;

  /** Fields that a record of version 1 had and that nobody knows, as they were spelled there. */
  public static final int TAG_FORMAT_1 = 138;

  /** Always the last. */
  public static final int TAG_EVIDENCE = 255;

  /** What the writer accepts: the largest document that fits a quarter of a block of the queue. */
  public static final int MAX_WRITTEN_BYTES = (4 << 20) - (4 << 10);

  /** What the reader accepts. */
  public static final int MAX_READ_BYTES = 16 << 20;

  public static final VarHandle SHORT_LE =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  public static final VarHandle INT_LE =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  public static final VarHandle LONG_LE =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private RecordLayout() {}

  /** Whether records that begin with that byte are read. */
  public static boolean isRecordVersion(int firstByte) {
    return firstByte == Format1.VERSION || firstByte == FORMAT_VERSION;
  }

  /** The length of the header of a record of a version that is read. */
  public static int headerBytes(int version) {
    return version == Format1.VERSION ? Format1.HEADER_BYTES : HEADER_BYTES;
  }

  public static int shortAt(byte[] bytes, int at) {
    return (short) SHORT_LE.get(bytes, at) & 0xffff;
  }

  public static int intAt(byte[] bytes, int at) {
    return (int) INT_LE.get(bytes, at);
  }

  public static long longAt(byte[] bytes, int at) {
    return (long) LONG_LE.get(bytes, at);
  }

  /** The checksum of a record: over all of it but the checksum itself. */
  public static int crc(CRC32C crc, byte[] bytes, int at, int totalLength) {
    crc.reset();
    crc.update(bytes, at, CRC);
    crc.update(bytes, at + SEQ, totalLength - SEQ);
    return (int) crc.getValue();
  }
}
