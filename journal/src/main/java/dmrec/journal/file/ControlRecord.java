package dmrec.journal.file;

import dmrec.event.Bytes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What a journal writes between its events for its own sake. Control records have no number of
 * their own, so that the events of two journals are the same however often each was sealed; they
 * carry number and time of the event before them.
 *
 * <p>Their first 32 bytes have total length, checksum, number and time where event records have
 * them.
 */
public enum ControlRecord {
  /** A part of a state of the stack. */
  CHECKPOINT(0xd4),
  SEAL(0xd5),
  /** Certificates of the keys that signed. */
  KEYS(0xd6),
  /** A device's name and UUID. */
  DEFINITION(0xd7),
  /** The proof of the key that signs from here on. */
  KEY_PATH(0xd8),
  /** How many events the gaps in the files before tell of. */
  LOST(0xd9);

  public static final int HEADER_BYTES = 32;
  private static final byte VERSION = 1;

  /**
   * First bytes from here to the last are control records; a reader passes those it does not know.
   */
  private static final int FIRST = 0xd4;

  private static final int LAST = 0xdf;

  private static final ControlRecord[] ALL = values();

  private final int code;

  ControlRecord(int code) {
    this.code = code;
  }

  /**
   * What kind of control record begins at {@code at}, or null where this version does not know it.
   */
  public static @Nullable ControlRecord at(byte[] bytes, int at) {
    for (ControlRecord control : ALL) {
      if (control.code == (bytes[at] & 0xff)) {
        return control;
      }
    }
    return null;
  }

  public static boolean isFirstByte(int value) {
    return value >= FIRST && value <= LAST;
  }

  /**
   * Whether what begins at {@code at} claims to be a control record of the length of its document.
   */
  public static boolean looksLikeControl(byte[] bytes, int at, int length) {
    if (length < HEADER_BYTES) {
      return false;
    }
    int first = bytes[at] & 0xff;
    int total = RecordLayout.intAt(bytes, at + RecordLayout.TOTAL_LENGTH);
    return isFirstByte(first)
        && bytes[at + 1] == VERSION
        && RecordLayout.shortAt(bytes, at + 2) == HEADER_BYTES
        && RecordLayout.intAt(bytes, at + 4) == 0
        && total >= HEADER_BYTES
        && total <= length
        && length - total < 4;
  }

  /**
   * What stands behind the header of a control record that is being made; {@link #begin} ends it.
   */
  static ByteBuffer body(byte[] control) {
    return ByteBuffer.wrap(control).order(ByteOrder.LITTLE_ENDIAN).position(HEADER_BYTES);
  }

  /**
   * What stands behind the header of a proved control record.
   *
   * @param leastBytes of the whole control record
   * @return null where it is shorter
   */
  static @Nullable ByteBuffer body(byte[] bytes, int at, int leastBytes) {
    int total = RecordLayout.intAt(bytes, at + RecordLayout.TOTAL_LENGTH);
    return total < leastBytes
        ? null
        : ByteBuffer.wrap(bytes, at + HEADER_BYTES, total - HEADER_BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The next bytes of a control record's body. */
  static Bytes take(ByteBuffer in, int length) {
    Bytes bytes = Bytes.of(in.slice(in.position(), length));
    in.position(in.position() + length);
    return bytes;
  }

  /** Fills in the header of a control record whose body stands behind it already. */
  public void begin(byte[] control, long seq, long wallNs) {
    begin(control, control.length, new CRC32C(), seq, wallNs);
  }

  /** As {@link #begin(byte[], long, long)}, for a control record of {@code length} bytes. */
  void begin(byte[] control, int length, CRC32C crc, long seq, long wallNs) {
    control[0] = (byte) code;
    control[1] = VERSION;
    RecordLayout.SHORT_LE.set(control, 2, (short) HEADER_BYTES);
    RecordLayout.INT_LE.set(control, 4, 0);
    RecordLayout.INT_LE.set(control, RecordLayout.TOTAL_LENGTH, length);
    RecordLayout.LONG_LE.set(control, RecordLayout.SEQ, seq);
    RecordLayout.LONG_LE.set(control, RecordLayout.WALL_NS, wallNs);
    RecordLayout.INT_LE.set(control, RecordLayout.CRC, RecordLayout.crc(crc, control, 0, length));
  }
}
