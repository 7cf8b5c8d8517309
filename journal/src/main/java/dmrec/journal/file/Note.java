package dmrec.journal.file;

import dmrec.event.Bytes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What a journal writes between its events for its own sake. Notes have no number of their own, so
 * that the events of two journals are the same however often each was sealed; they carry number and
 * time of the event before them.
 *
 * <p>Their first 32 bytes have total length, checksum, number and time where event records have
 * them.
 */
public enum Note {
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

  /** First bytes from here to the last are notes; a reader passes those it does not know. */
  private static final int FIRST = 0xd4;

  private static final int LAST = 0xdf;

  private static final Note[] ALL = values();

  private final int code;

  Note(int code) {
    this.code = code;
  }

  /** What kind of note begins at {@code at}, or null where this version does not know it. */
  public static @Nullable Note at(byte[] bytes, int at) {
    for (Note note : ALL) {
      if (note.code == (bytes[at] & 0xff)) {
        return note;
      }
    }
    return null;
  }

  public static boolean isFirstByte(int value) {
    return value >= FIRST && value <= LAST;
  }

  /** Whether what begins at {@code at} claims to be a note of the length of its document. */
  public static boolean looksLikeNote(byte[] bytes, int at, int length) {
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

  /** What stands behind the header of a note that is being made; {@link #begin} ends it. */
  static ByteBuffer body(byte[] note) {
    return ByteBuffer.wrap(note).order(ByteOrder.LITTLE_ENDIAN).position(HEADER_BYTES);
  }

  /**
   * What stands behind the header of a proved note.
   *
   * @param leastBytes of the whole note
   * @return null where it is shorter
   */
  static @Nullable ByteBuffer body(byte[] bytes, int at, int leastBytes) {
    int total = RecordLayout.intAt(bytes, at + RecordLayout.TOTAL_LENGTH);
    return total < leastBytes
        ? null
        : ByteBuffer.wrap(bytes, at + HEADER_BYTES, total - HEADER_BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The next bytes of a note's body. */
  static Bytes take(ByteBuffer in, int length) {
    Bytes bytes = Bytes.of(in.slice(in.position(), length));
    in.position(in.position() + length);
    return bytes;
  }

  /** Fills in the header of a note whose body stands behind it already. */
  public void begin(byte[] note, long seq, long wallNs) {
    begin(note, note.length, new CRC32C(), seq, wallNs);
  }

  /** As {@link #begin(byte[], long, long)}, for a note of {@code length} bytes. */
  void begin(byte[] note, int length, CRC32C crc, long seq, long wallNs) {
    note[0] = (byte) code;
    note[1] = VERSION;
    RecordLayout.SHORT_LE.set(note, 2, (short) HEADER_BYTES);
    RecordLayout.INT_LE.set(note, 4, 0);
    RecordLayout.INT_LE.set(note, RecordLayout.TOTAL_LENGTH, length);
    RecordLayout.LONG_LE.set(note, RecordLayout.SEQ, seq);
    RecordLayout.LONG_LE.set(note, RecordLayout.WALL_NS, wallNs);
    RecordLayout.INT_LE.set(note, RecordLayout.CRC, RecordLayout.crc(crc, note, 0, length));
  }
}
