package dmrec.journal.file;

import dmrec.event.Bytes;
import dmrec.event.Sha256;
import java.security.DigestException;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * The SHA-256 chain over a journal's documents.
 *
 * <p>Each document has a digest. Between two seals the digests are hashed one behind the other,
 * beginning with the chain's last value; the result is its next value. So a value vouches for every
 * byte of every document before it, in order. The first eight bytes of each digest are kept for the
 * seal: they tell which document was changed where the value only tells that one was.
 *
 * <p>Adding a document allocates nothing. One thread.
 */
public final class Chain {
  /** Length of a value, of a digest and of a public key. */
  public static final int BYTES = 32;

  /** The value before the first document. */
  public static final Bytes ZERO = Bytes.of(new byte[BYTES]);

  /** Length of what a seal keeps of each digest. */
  public static final int SHORT_BYTES = 8;

  private final MessageDigest document = Sha256.digest();
  private final MessageDigest running = Sha256.digest();
  private final byte[] digest = new byte[BYTES];
  private byte[] digests = new byte[64 * SHORT_BYTES];
  private int count;
  private Bytes value;

  /** A chain whose value so far is {@code value}. */
  public Chain(Bytes value) {
    this.value = value;
    running.update(value.buffer());
  }

  public void add(byte[] bytes, int at, int length) {
    try {
      document.update(bytes, at, length);
      document.digest(digest, 0, BYTES);
    } catch (DigestException e) {
      throw new IllegalStateException(e);
    }
    running.update(digest);
    if (count * SHORT_BYTES == digests.length) {
      digests = Arrays.copyOf(digests, 2 * digests.length);
    }
    System.arraycopy(digest, 0, digests, count * SHORT_BYTES, SHORT_BYTES);
    count++;
  }

  /** How many documents were added since the last value. */
  public int count() {
    return count;
  }

  /** The first bytes of the digests of those documents. */
  public Bytes digests() {
    return Bytes.of(digests, 0, count * SHORT_BYTES);
  }

  /** What {@link #close} would return; the value itself where nothing was added. */
  public Bytes peek() {
    if (count == 0) {
      return value;
    }
    try {
      return Bytes.of(((MessageDigest) running.clone()).digest());
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The value over all that was added; what is added from here on goes into the next one. */
  public Bytes close() {
    restart(peek());
    return value;
  }

  /** Goes on from a value that was read, as that of a seal behind damage. */
  public void restart(Bytes from) {
    value = from;
    running.reset();
    running.update(value.buffer());
    count = 0;
  }
}
