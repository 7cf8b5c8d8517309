package dmrec.journal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/** Where what stands in a record: the numbers of FORMAT.md. All little-endian. */
final class RecordLayout {
  /** The version that this code writes, and the newest it reads. */
  static final int FORMAT_VERSION = 1;

  static final int VERSION = 0;
  static final int FLAGS = 1;
  static final int HEADER_LENGTH = 2;
  static final int MARKS = 3;
  static final int KIND = 4;
  static final int SOURCE = 6;
  static final int CERTAINTY = 7;
  static final int TOTAL_LENGTH = 8;
  static final int CRC = 12;
  static final int SEQ = 16;
  static final int WALL_NS = 24;
  static final int MONO_NS = 32;
  static final int NOT_BEFORE_NS = 40;
  static final int KERNEL_NS = 48;
  static final int DEV = 56;
  static final int DISK_SEQ = 64;

  /** Length of the header; the tagged fields follow. */
  static final int HEADER_BYTES = 72;

  /** A tag of 16 bits and a length of 32 before each field's value. */
  static final int FIELD_HEADER_BYTES = 6;

  /** Tags from here on are common to all kinds; those below belong to the payload. */
  static final int TAG_COMMON = 0x8000;

  static final int TAG_NAME = 0x8001;
  static final int TAG_UUID = 0x8002;
  static final int TAG_ACTOR = 0x8003;

  /** Always the last. */
  static final int TAG_EVIDENCE = 0xffff;

  /** What the writer accepts: the largest document that fits a quarter of a block of the queue. */
  static final int MAX_WRITTEN_BYTES = (4 << 20) - (4 << 10);

  /** What the reader accepts. */
  static final int MAX_READ_BYTES = 16 << 20;

  static final VarHandle SHORT_LE =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  static final VarHandle INT_LE =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  static final VarHandle LONG_LE =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private RecordLayout() {}

  static int shortAt(byte[] bytes, int at) {
    return (short) SHORT_LE.get(bytes, at) & 0xffff;
  }

  static int intAt(byte[] bytes, int at) {
    return (int) INT_LE.get(bytes, at);
  }

  static long longAt(byte[] bytes, int at) {
    return (long) LONG_LE.get(bytes, at);
  }

  /** The checksum of a record: over all of it but the checksum itself. */
  static int crc(CRC32C crc, byte[] bytes, int at, int totalLength) {
    crc.reset();
    crc.update(bytes, at, CRC);
    crc.update(bytes, at + SEQ, totalLength - SEQ);
    return (int) crc.getValue();
  }
}
