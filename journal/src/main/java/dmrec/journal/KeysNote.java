package dmrec.journal;

import dmrec.event.Bytes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The certificates of all keys that have signed so far: each says which key follows another, and
 * where in the journal it did. Every file has them all, so that it needs no other to be judged.
 */
final class KeysNote {
  /** Bounds what a hostile note can ask for; a new key a day reaches it in 270 years. */
  private static final int MAX_CERTIFICATES = 100_000;

  private KeysNote() {}

  /**
   * One key follows another.
   *
   * @param epoch of the new key
   * @param publicKey the new key, 32 bytes
   * @param sinceNs wall clock of the change
   * @param journal the journal that was written then
   * @param seq the last number before the change
   * @param value the chain's value there
   * @param signature by the key before
   */
  record Certificate(
      int epoch,
      Bytes publicKey,
      long sinceNs,
      UUID journal,
      long seq,
      Bytes value,
      Bytes signature) {
    static final int BYTES = 4 + Chain.BYTES + 8 + 16 + 8 + Chain.BYTES + SealNote.SIGNATURE_BYTES;

    /** What the key before signs. */
    byte[] signedBytes() {
      ByteBuffer out = ByteBuffer.allocate(16 + BYTES).order(ByteOrder.LITTLE_ENDIAN);
      out.put("dmrec next key 1".getBytes(StandardCharsets.US_ASCII));
      putFacts(out);
      return Arrays.copyOf(out.array(), out.position());
    }

    private void putFacts(ByteBuffer out) {
      out.putInt(epoch).put(publicKey.buffer()).putLong(sinceNs);
      out.putLong(journal.getMostSignificantBits()).putLong(journal.getLeastSignificantBits());
      out.putLong(seq).put(value.buffer());
    }

    void put(ByteBuffer out) {
      putFacts(out);
      out.put(signature.buffer());
    }

    static Certificate get(ByteBuffer in) {
      int epoch = in.getInt();
      Bytes publicKey = bytes(in, Chain.BYTES);
      long sinceNs = in.getLong();
      UUID journal = new UUID(in.getLong(), in.getLong());
      long seq = in.getLong();
      Bytes value = bytes(in, Chain.BYTES);
      return new Certificate(
          epoch, publicKey, sinceNs, journal, seq, value, bytes(in, SealNote.SIGNATURE_BYTES));
    }

    private static Bytes bytes(ByteBuffer in, int length) {
      byte[] bytes = new byte[length];
      in.get(bytes);
      return Bytes.of(bytes);
    }
  }

  static byte[] encode(List<Certificate> certificates, long seq, long wallNs) {
    byte[] note = new byte[Note.HEADER_BYTES + 4 + certificates.size() * Certificate.BYTES];
    ByteBuffer out = ByteBuffer.wrap(note).order(ByteOrder.LITTLE_ENDIAN);
    out.position(Note.HEADER_BYTES);
    out.putInt(certificates.size());
    for (Certificate each : certificates) {
      each.put(out);
    }
    Note.KEYS.begin(note, seq, wallNs);
    return note;
  }

  /** The certificates that a proved note holds; null where it is none. */
  static @Nullable List<Certificate> decode(byte[] bytes, int at) {
    int total = RecordLayout.intAt(bytes, at + RecordLayout.TOTAL_LENGTH);
    ByteBuffer in =
        ByteBuffer.wrap(bytes, at + Note.HEADER_BYTES, total - Note.HEADER_BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    if (in.remaining() < 4) {
      return null;
    }
    int count = in.getInt();
    if (count < 0
        || count > MAX_CERTIFICATES
        || in.remaining() != (long) count * Certificate.BYTES) {
      return null;
    }
    List<Certificate> certificates = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      certificates.add(Certificate.get(in));
    }
    return certificates;
  }
}
