package dmrec.journal.file;

import dmrec.event.DeviceRef;
import dmrec.event.KernelText;
import dmrec.event.Sha256;
import dmrec.target.DevNo;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.zip.CRC32C;

/**
 * The control record that says a device's name and UUID, so that its records need not.
 *
 * <p>Records refer to it by a digest of the names: whichever definition is found, it is the right
 * one or none.
 */
final class NameDefinition {
  private static final int BODY_AT = ControlRecord.HEADER_BYTES;

  /** Number, DISKSEQ, and the lengths of name and UUID. */
  private static final int LEAST_BYTES = BODY_AT + 4 + 8 + 1 + 1;

  /** More than the kernel's names have: 127 bytes, and 128 of a UUID. */
  private static final int MOST_TEXT_BYTES = 255;

  static final int MOST_BYTES = LEAST_BYTES + 2 * MOST_TEXT_BYTES;

  private final RecordBuffer out = new RecordBuffer(MOST_BYTES);
  private final CRC32C crc = new CRC32C();

  /**
   * Whether records name the device by a definition. Not where there is nothing to name, nor where
   * a name has a zero byte or more bytes than a definition holds, as none of the kernel's has:
   * these stand in the record.
   */
  static boolean isFor(DeviceRef device) {
    String name = device.name();
    String uuid = device.uuid();
    return !(name.isEmpty() && uuid.isEmpty()) && fits(name) && fits(uuid);
  }

  private static boolean fits(String text) {
    return text.length() <= MOST_TEXT_BYTES
        && text.indexOf(0) < 0
        && RecordBuffer.bytesOf(text) <= MOST_TEXT_BYTES;
  }

  /** The first 8 bytes of the SHA-256 over name, a zero byte, and UUID; little-endian. */
  static long digest(String name, String uuid) {
    MessageDigest sha = Sha256.digest();
    sha.update(KernelText.encode(name));
    sha.update((byte) 0);
    return RecordLayout.longAt(sha.digest(KernelText.encode(uuid)), 0);
  }

  /**
   * Spells the definition of a device's names.
   *
   * @param seq number of the event before it
   * @param wallNs time of that event
   */
  void encode(DeviceRef device, long seq, long wallNs) {
    try {
      out.begin(BODY_AT);
      out.putDev(device.dev());
      out.putLong(device.diskSeq());
      out.putText8(device.name());
      out.putText8(device.uuid());
    } catch (MalformedException e) {
      throw new IllegalArgumentException("not for a definition: " + device, e);
    }
    ControlRecord.DEFINITION.begin(out.bytes(), out.length(), crc, seq, wallNs);
  }

  /** What was spelled last; valid up to {@link #length} and until the next call. */
  byte[] bytes() {
    return out.bytes();
  }

  int length() {
    return out.length();
  }

  /**
   * What the proved control record at {@code at} says.
   *
   * @throws MalformedException where it is no definition that this version writes
   */
  static DeviceRef decode(byte[] bytes, int at) throws MalformedException {
    int end = at + RecordLayout.intAt(bytes, at + RecordLayout.TOTAL_LENGTH);
    if (end - at < LEAST_BYTES) {
      throw wrong("a control record of at least " + LEAST_BYTES + " bytes", end - at + " bytes");
    }
    DevNo dev = FieldCursor.dev(RecordLayout.intAt(bytes, at + BODY_AT));
    long diskSeq = RecordLayout.longAt(bytes, at + BODY_AT + 4);
    int nameAt = at + BODY_AT + 4 + 8 + 1;
    int nameBytes = bytes[nameAt - 1] & 0xff;
    int uuidAt = nameAt + nameBytes + 1;
    int uuidBytes = uuidAt > end ? 0 : bytes[uuidAt - 1] & 0xff;
    if (uuidAt + uuidBytes != end) {
      throw wrong("name and UUID up to the end", nameBytes + " and " + uuidBytes + " bytes");
    }
    DeviceRef device =
        new DeviceRef(
            dev,
            diskSeq,
            KernelText.decode(ByteBuffer.wrap(bytes, nameAt, nameBytes)),
            KernelText.decode(ByteBuffer.wrap(bytes, uuidAt, uuidBytes)));
    if (!isFor(device)) {
      throw wrong("a name or UUID without a zero byte", "another");
    }
    return device;
  }

  private static MalformedException wrong(String expected, String found) {
    return new MalformedException("definition of names: expected " + expected + ", found " + found);
  }
}
