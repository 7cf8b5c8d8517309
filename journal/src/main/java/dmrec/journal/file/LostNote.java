package dmrec.journal.file;

/** How many events the gaps in all files before tell of, those included that are gone by now. */
public final class LostNote {
  private static final int LENGTH = Note.HEADER_BYTES + 8;

  private LostNote() {}

  public static byte[] encode(long lost, long seq, long wallNs) {
    byte[] note = new byte[LENGTH];
    RecordLayout.LONG_LE.set(note, Note.HEADER_BYTES, lost);
    Note.LOST.begin(note, seq, wallNs);
    return note;
  }

  /** What the proved note at {@code at} says. */
  static long decode(byte[] bytes, int at) {
    boolean whole = RecordLayout.intAt(bytes, at + RecordLayout.TOTAL_LENGTH) >= LENGTH;
    return whole ? Math.max(0, RecordLayout.longAt(bytes, at + Note.HEADER_BYTES)) : 0;
  }
}
