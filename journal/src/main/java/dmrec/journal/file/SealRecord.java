package dmrec.journal.file;

import dmrec.event.Bytes;
import dmrec.journal.SigningKey;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * A seal: the chain's value over all documents before it.
 *
 * @param seq number of the event before it
 * @param wallNs wall clock of that event
 * @param value the chain's value
 * @param digests the first bytes of the digest of each document since the last value, in order
 * @param epoch which of the keys signed; 0 where none did
 * @param signature by that key, over {@link SigningKey#sealBytes}; empty where none did
 */
public record SealRecord(
    long seq, long wallNs, Bytes value, Bytes digests, int epoch, Bytes signature) {
  public static final int SIGNATURE_BYTES = 64;
  private static final int FIXED_BYTES = ControlRecord.HEADER_BYTES + Chain.BYTES + 4 + 4 + 4;

  /** How many documents it seals. */
  public int count() {
    return digests.length() / Chain.SHORT_BYTES;
  }

  public byte[] encode() {
    byte[] control = new byte[FIXED_BYTES + signature.length() + digests.length()];
    ByteBuffer out = ControlRecord.body(control);
    out.put(value.buffer()).putInt(count()).putInt(epoch).putInt(signature.length());
    out.put(signature.buffer()).put(digests.buffer());
    ControlRecord.SEAL.begin(control, seq, wallNs);
    return control;
  }

  /** The seal that a proved control record holds; null where it is none. */
  public static @Nullable SealRecord decode(byte[] bytes, int at) {
    ByteBuffer in = ControlRecord.body(bytes, at, FIXED_BYTES);
    if (in == null) {
      return null;
    }
    Bytes value = ControlRecord.take(in, Chain.BYTES);
    int count = in.getInt();
    int epoch = in.getInt();
    int signatureBytes = in.getInt();
    if (count < 0
        || epoch < 0
        || (signatureBytes != 0 && signatureBytes != SIGNATURE_BYTES)
        || in.remaining() != signatureBytes + (long) count * Chain.SHORT_BYTES) {
      return null;
    }
    Bytes signature = ControlRecord.take(in, signatureBytes);
    Bytes digests = ControlRecord.take(in, in.remaining());
    return new SealRecord(
        RecordLayout.longAt(bytes, at + RecordLayout.SEQ),
        RecordLayout.longAt(bytes, at + RecordLayout.WALL_NS),
        value,
        digests,
        epoch,
        signature);
  }

  /** The first bytes of the digest of its {@code index}th document. */
  public long digest(int index) {
    return digests.buffer().order(ByteOrder.LITTLE_ENDIAN).getLong(index * Chain.SHORT_BYTES);
  }
}
