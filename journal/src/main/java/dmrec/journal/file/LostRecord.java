package dmrec.journal.file;

/** How many events the gaps in all files before tell of, those included that are gone by now. */
public final class LostRecord {
  private static final int LENGTH = ControlRecord.HEADER_BYTES + 8;

  private LostRecord() {}

  public static byte[] encode(long lost, long seq, long wallNs) {
    byte[] control = new byte[LENGTH];
    RecordLayout.LONG_LE.set(control, ControlRecord.HEADER_BYTES, lost);
    ControlRecord.LOST.begin(control, seq, wallNs);
    return control;
  }

  /** What the proved control record at {@code at} says. */
  static long decode(byte[] bytes, int at) {
    boolean whole = RecordLayout.intAt(bytes, at + RecordLayout.TOTAL_LENGTH) >= LENGTH;
    return whole ? Math.max(0, RecordLayout.longAt(bytes, at + ControlRecord.HEADER_BYTES)) : 0;
  }
}
