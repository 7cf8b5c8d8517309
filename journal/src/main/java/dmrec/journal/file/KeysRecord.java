package dmrec.journal.file;

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
 * Certificates of keys: each says which key follows another, and where in which journal it did.
 *
 * <p>A file has those that the files before it have not. Where a key of format 1 was gone on with,
 * it also begins with all up to the origin of the key's tree.
 */
public final class KeysRecord {
  /** So many fit into a control record with room to spare. */
  private static final int MOST = 20_000;

  private KeysRecord() {}

  /**
   * One key follows another.
   *
   * @param epoch of the new key: larger than that of the key before
   * @param publicKey the new key, 32 bytes
   * @param sinceNs wall clock of the change
   * @param journal the journal that was written then
   * @param seq the last number before the change
   * @param value the chain's value there
   * @param signature by the key before
   */
  public record Certificate(
      int epoch,
      Bytes publicKey,
      long sinceNs,
      UUID journal,
      long seq,
      Bytes value,
      Bytes signature) {
    public static final int BYTES =
        4 + Chain.BYTES + 8 + 16 + 8 + Chain.BYTES + SealRecord.SIGNATURE_BYTES;

    /** What the key before signs. */
    public byte[] signedBytes() {
      ByteBuffer out = ByteBuffer.allocate(16 + BYTES).order(ByteOrder.LITTLE_ENDIAN);
      out.put("dmrec next key 1".getBytes(StandardCharsets.US_ASCII));
      putFacts(out);
      return Arrays.copyOf(out.array(), out.position());
    }

    public Certificate signed(Bytes by) {
      return new Certificate(epoch, publicKey, sinceNs, journal, seq, value, by);
    }

    private void putFacts(ByteBuffer out) {
      out.putInt(epoch).put(publicKey.buffer()).putLong(sinceNs);
      out.putLong(journal.getMostSignificantBits()).putLong(journal.getLeastSignificantBits());
      out.putLong(seq).put(value.buffer());
    }

    public void put(ByteBuffer out) {
      putFacts(out);
      out.put(signature.buffer());
    }

    public static Certificate get(ByteBuffer in) {
      int epoch = in.getInt();
      Bytes publicKey = ControlRecord.take(in, Chain.BYTES);
      long sinceNs = in.getLong();
      UUID journal = new UUID(in.getLong(), in.getLong());
      long seq = in.getLong();
      Bytes value = ControlRecord.take(in, Chain.BYTES);
      return new Certificate(
          epoch,
          publicKey,
          sinceNs,
          journal,
          seq,
          value,
          ControlRecord.take(in, SealRecord.SIGNATURE_BYTES));
    }
  }

  /** As many control records as it takes. */
  public static List<byte[]> encodeAll(List<Certificate> certificates, long seq, long wallNs) {
    List<byte[]> encoded = new ArrayList<>();
    for (int from = 0; from < certificates.size(); from += MOST) {
      int to = Math.min(certificates.size(), from + MOST);
      encoded.add(encode(certificates.subList(from, to), seq, wallNs));
    }
    return encoded;
  }

  public static byte[] encode(List<Certificate> certificates, long seq, long wallNs) {
    byte[] control =
        new byte[ControlRecord.HEADER_BYTES + 4 + certificates.size() * Certificate.BYTES];
    ByteBuffer out = ControlRecord.body(control);
    out.putInt(certificates.size());
    for (Certificate each : certificates) {
      each.put(out);
    }
    ControlRecord.KEYS.begin(control, seq, wallNs);
    return control;
  }

  /** The certificates that a proved control record holds; null where it is none. */
  public static @Nullable List<Certificate> decode(byte[] bytes, int at) {
    ByteBuffer in = ControlRecord.body(bytes, at, ControlRecord.HEADER_BYTES + 4);
    if (in == null) {
      return null;
    }
    int count = in.getInt();
    if (count < 0 || in.remaining() != (long) count * Certificate.BYTES) {
      return null;
    }
    List<Certificate> certificates = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      certificates.add(Certificate.get(in));
    }
    return certificates;
  }

  /** The epoch of the last key that a proved control record of keys tells of; -1 for none. */
  public static int epochOf(byte[] bytes, int at) {
    if (ControlRecord.at(bytes, at) == ControlRecord.KEY_PATH) {
      KeyPath path = KeyPath.decode(bytes, at);
      return path == null ? -1 : path.epoch();
    }
    List<Certificate> certificates = decode(bytes, at);
    return certificates == null || certificates.isEmpty()
        ? -1
        : certificates.get(certificates.size() - 1).epoch();
  }
}
