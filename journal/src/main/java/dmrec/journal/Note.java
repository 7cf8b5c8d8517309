package dmrec.journal;

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
enum Note {
  /** A part of the state of the stack at the beginning of a file. */
  CHECKPOINT(0xd4),
  SEAL(0xd5),
  /** The certificates of the keys that signed so far. */
  KEYS(0xd6);

  static final int HEADER_BYTES = 32;
  private static final byte VERSION = 1;

  /** First bytes from here to the last are notes; a reader passes those it does not know. */
  private static final int FIRST = 0xd4;

  private static final int LAST = 0xdf;

  private final int code;

  Note(int code) {
    this.code = code;
  }

  /** What kind of note begins at {@code at}, or null where this version does not know it. */
  static @Nullable Note at(byte[] bytes, int at) {
    for (Note note : values()) {
      if (note.code == (bytes[at] & 0xff)) {
        return note;
      }
    }
    return null;
  }

  /** Whether what begins at {@code at} claims to be a note of the length of its document. */
  static boolean looksLikeNote(byte[] bytes, int at, int length) {
    if (length < HEADER_BYTES) {
      return false;
    }
    int first = bytes[at] & 0xff;
    int total = RecordLayout.intAt(bytes, at + RecordLayout.TOTAL_LENGTH);
    return first >= FIRST
        && first <= LAST
        && bytes[at + 1] == VERSION
        && RecordLayout.shortAt(bytes, at + 2) == HEADER_BYTES
        && RecordLayout.intAt(bytes, at + 4) == 0
        && total >= HEADER_BYTES
        && total <= length
        && length - total < 4;
  }

  /** Fills in the header of a note whose body stands behind it already. */
  void begin(byte[] note, long seq, long wallNs) {
    note[0] = (byte) code;
    note[1] = VERSION;
    RecordLayout.SHORT_LE.set(note, 2, (short) HEADER_BYTES);
    RecordLayout.INT_LE.set(note, 4, 0);
    RecordLayout.INT_LE.set(note, RecordLayout.TOTAL_LENGTH, note.length);
    RecordLayout.LONG_LE.set(note, RecordLayout.SEQ, seq);
    RecordLayout.LONG_LE.set(note, RecordLayout.WALL_NS, wallNs);
    RecordLayout.INT_LE.set(
        note, RecordLayout.CRC, RecordLayout.crc(new CRC32C(), note, 0, note.length));
  }
}
