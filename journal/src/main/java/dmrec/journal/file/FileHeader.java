package dmrec.journal.file;

import dmrec.event.Bytes;
import dmrec.event.KernelText;
import dmrec.journal.SealPolicy;
import dmrec.journal.SyncPolicy;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The first document of each cycle file: it names the format and says where in the journal the file
 * stands, so that each file can be judged without its neighbours.
 *
 * @param formatVersion the version of the format; of another one nothing else but {@code writer} is
 *     known
 * @param writer the version of dmrec that began the file
 * @param journal the journal's own random name, the same in all its files
 * @param number which file of the journal it is, from 1
 * @param firstSeq the number that its first event has or will have
 * @param wallMaxNs the largest wall clock of all events before it; 0 in the first file
 * @param link the chain's value behind all that lies before, 32 bytes; zeros in the first file
 * @param seals how often its records are sealed
 * @param sync when they are brought to the disk
 * @param publicKey the key of epoch 0 of whoever signs its seals, 32 bytes; zeros where nobody does
 */
public record FileHeader(
    int formatVersion,
    String writer,
    UUID journal,
    long number,
    long firstSeq,
    long wallMaxNs,
    Bytes link,
    SealPolicy seals,
    SyncPolicy sync,
    Bytes publicKey) {
  /** No other document begins so. */
  public static final int FIRST_BYTE = 0xd3;

  private static final byte[] MAGIC = {(byte) FIRST_BYTE, 'd', 'm', 'r', 'e', 'c', '\r', '\n'};

  private static final int NAME_BYTES = MAGIC.length + 2 + 2;
  private static final int PLACE_BYTES = 16 + 8 + 8 + 8 + 32 + 4 + 8 + 4 + 8 + 32;
  private static final int MAX_WRITER_BYTES = 200;

  /** The version of this code. */
  public static String thisWriter() {
    String version = FileHeader.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  /** Whether this version reads the format. */
  public boolean isReadable() {
    return formatVersion >= 1 && formatVersion <= RecordLayout.FORMAT_VERSION;
  }

  /** What is said of a file that a newer version wrote. */
  public String newerFormat() {
    return "written by dmrec "
        + KernelText.printable(writer)
        + " in format "
        + formatVersion
        + "; this dmrec reads formats up to "
        + RecordLayout.FORMAT_VERSION
        + ". Use that version or a later one";
  }

  /** Whether its seals are to be signed. */
  public boolean isSigned() {
    return !publicKey.equals(Chain.ZERO);
  }

  public byte[] encode() {
    byte[] text = KernelText.encode(writer);
    text = text.length > MAX_WRITER_BYTES ? Arrays.copyOf(text, MAX_WRITER_BYTES) : text;
    ByteBuffer out =
        ByteBuffer.allocate(NAME_BYTES + text.length + 4 + PLACE_BYTES + 4)
            .order(ByteOrder.LITTLE_ENDIAN);
    out.put(MAGIC).putShort((short) formatVersion).putShort((short) text.length).put(text);
    out.putInt(crc(out.array(), 0, out.position()));
    out.putLong(journal.getMostSignificantBits()).putLong(journal.getLeastSignificantBits());
    out.putLong(number).putLong(firstSeq).putLong(wallMaxNs).put(link.buffer());
    out.putInt(seals.records()).putLong(seals.intervalNs());
    out.putInt(sync.records()).putLong(sync.intervalNs()).put(publicKey.buffer());
    out.putInt(crc(out.array(), 0, out.position()));
    return out.array();
  }

  public static boolean isHeader(byte[] bytes, int at, int length) {
    return length >= NAME_BYTES
        && Arrays.equals(bytes, at, at + MAGIC.length, MAGIC, 0, MAGIC.length);
  }

  /** What the document says, or null where it is none or damaged. */
  public static @Nullable FileHeader decode(byte[] bytes, int at, int length) {
    if (!isHeader(bytes, at, length)) {
      return null;
    }
    int textBytes = RecordLayout.shortAt(bytes, at + MAGIC.length + 2);
    int name = NAME_BYTES + textBytes + 4;
    if (textBytes > MAX_WRITER_BYTES
        || name > length
        || RecordLayout.intAt(bytes, at + name - 4) != crc(bytes, at, name - 4)) {
      return null;
    }
    int version = RecordLayout.shortAt(bytes, at + MAGIC.length);
    String writer = KernelText.decode(ByteBuffer.wrap(bytes, at + NAME_BYTES, textBytes));
    if (!RecordLayout.isRecordVersion(version)) {
      return new FileHeader(
          version,
          writer,
          new UUID(0, 0),
          0,
          0,
          0,
          Chain.ZERO,
          SealPolicy.NEVER,
          SyncPolicy.OS,
          Chain.ZERO);
    }
    int whole = name + PLACE_BYTES + 4;
    if (whole > length
        || length - whole >= 4
        || RecordLayout.intAt(bytes, at + whole - 4) != crc(bytes, at, whole - 4)) {
      return null;
    }
    ByteBuffer in = ByteBuffer.wrap(bytes, at + name, PLACE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    UUID journal = new UUID(in.getLong(), in.getLong());
    long number = in.getLong();
    long firstSeq = in.getLong();
    long wallMaxNs = in.getLong();
    Bytes link = ControlRecord.take(in, Chain.BYTES);
    SealPolicy seals = new SealPolicy(in.getInt(), in.getLong());
    SyncPolicy sync = new SyncPolicy(in.getInt(), in.getLong());
    Bytes publicKey = ControlRecord.take(in, Chain.BYTES);
    return number < 1 || firstSeq < 1
        ? null
        : new FileHeader(
            version, writer, journal, number, firstSeq, wallMaxNs, link, seals, sync, publicKey);
  }

  private static int crc(byte[] bytes, int at, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, at, length);
    return (int) crc.getValue();
  }
}
