package dmrec.journal;

import dmrec.event.KernelText;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The first document of each cycle file, which names the format: magic, format version (16 bits),
 * length and text of the version of dmrec that wrote it, CRC32C of all before.
 *
 * @param formatVersion the version of the format
 * @param writer the version of dmrec that began the file
 */
record FormatRecord(int formatVersion, String writer) {
  /** No event record begins so: their first byte, the version, stays below 128. */
  private static final byte[] MAGIC = {(byte) 0xd3, 'd', 'm', 'r', 'e', 'c', '\r', '\n'};

  private static final int FIXED_BYTES = MAGIC.length + 2 + 2;
  private static final int MAX_WRITER_BYTES = 200;

  /** What this code writes. */
  static FormatRecord current() {
    String version = FormatRecord.class.getPackage().getImplementationVersion();
    return new FormatRecord(RecordLayout.FORMAT_VERSION, version == null ? "development" : version);
  }

  byte[] encode() {
    byte[] text = KernelText.encode(writer);
    text = text.length > MAX_WRITER_BYTES ? Arrays.copyOf(text, MAX_WRITER_BYTES) : text;
    byte[] bytes = new byte[FIXED_BYTES + text.length + 4];
    System.arraycopy(MAGIC, 0, bytes, 0, MAGIC.length);
    RecordLayout.SHORT_LE.set(bytes, MAGIC.length, (short) formatVersion);
    RecordLayout.SHORT_LE.set(bytes, MAGIC.length + 2, (short) text.length);
    System.arraycopy(text, 0, bytes, FIXED_BYTES, text.length);
    RecordLayout.INT_LE.set(bytes, FIXED_BYTES + text.length, crc(bytes, 0, bytes.length - 4));
    return bytes;
  }

  static boolean isFormat(byte[] bytes, int at, int length) {
    return length >= FIXED_BYTES
        && Arrays.equals(bytes, at, at + MAGIC.length, MAGIC, 0, MAGIC.length);
  }

  /** What the document says, or null where it is none or damaged. */
  static @Nullable FormatRecord decode(byte[] bytes, int at, int length) {
    if (!isFormat(bytes, at, length)) {
      return null;
    }
    int textBytes = RecordLayout.shortAt(bytes, at + MAGIC.length + 2);
    int whole = FIXED_BYTES + textBytes + 4;
    if (textBytes > MAX_WRITER_BYTES || whole > length || length - whole >= 4) {
      return null;
    }
    if (RecordLayout.intAt(bytes, at + whole - 4) != crc(bytes, at, whole - 4)) {
      return null;
    }
    return new FormatRecord(
        RecordLayout.shortAt(bytes, at + MAGIC.length),
        KernelText.decode(ByteBuffer.wrap(bytes, at + FIXED_BYTES, textBytes)));
  }

  private static int crc(byte[] bytes, int at, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, at, length);
    return (int) crc.getValue();
  }
}
