package dmrec.journal;

import dmrec.event.Bytes;
import java.io.IOException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Keeps a journal's chain and says when a seal is due. One thread. */
final class Sealer {
  private final UUID journal;
  private final SealPolicy policy;
  private final @Nullable SigningKey key;
  private Chain chain;
  private Bytes lastValue = Chain.ZERO;

  /** How many documents of the chain's present interval need no seal of their own. */
  private int sealedCount;

  private long unsealedSinceNs;

  /**
   * @param chain over all that the journal holds
   * @param key signs; null for nobody
   */
  Sealer(UUID journal, Chain chain, SealPolicy policy, @Nullable SigningKey key) {
    this.journal = journal;
    this.chain = chain;
    this.policy = policy;
    this.key = key;
  }

  UUID journal() {
    return journal;
  }

  /** The key of epoch 0, which all trust begins with; zeros where nobody signs. */
  Bytes publicKey() {
    return key == null ? Chain.ZERO : key.rootPublicKey();
  }

  /** The chain's value over all that was added. */
  Bytes link() {
    return chain.peek();
  }

  void add(byte[] document, int length, long nowNs) {
    if (!hasUnsealed()) {
      unsealedSinceNs = nowNs;
    }
    chain.add(document, 0, length);
  }

  boolean hasUnsealed() {
    return chain.count() > sealedCount;
  }

  boolean isFull() {
    return policy.records() > 0 && chain.count() >= policy.records();
  }

  boolean isOverdue(long nowNs) {
    return policy.intervalNs() > 0
        && hasUnsealed()
        && nowNs - unsealedSinceNs >= policy.intervalNs();
  }

  /** The seal over all that was added; {@link #sealed} when it is written. */
  byte[] seal(long seq, long wallNs) {
    Bytes value = chain.peek();
    Bytes digests = chain.digests();
    int epoch = key == null ? 0 : key.epoch();
    Bytes signature =
        key == null
            ? Bytes.NONE
            : key.sign(SigningKey.sealBytes(journal, epoch, seq, wallNs, value, digests));
    return new SealNote(seq, wallNs, value, digests, epoch, signature).encode();
  }

  /** The seal was written: the chain goes on with it. */
  void sealed(byte[] seal) {
    lastValue = chain.close();
    chain.add(seal, 0, seal.length);
    sealedCount = 1;
  }

  /** A new file was begun with a chain of its own. */
  void goOnWith(Chain begun, long nowNs) {
    chain = begun;
    sealedCount = 0;
    unsealedSinceNs = nowNs;
  }

  // Keys.

  /** The note of the keys that signed so far; null where there is nothing to say. */
  byte @Nullable [] keys(long seq, long wallNs) {
    return key == null ? null : KeysNote.encode(key.certificates(), seq, wallNs);
  }

  boolean isKeyDue(long wallNs) {
    return key != null && key.isDue(wallNs);
  }

  /** Makes the key of the next epoch sign from here on; the note that says so. */
  byte[] evolve(long seq, long wallNs) throws IOException {
    if (key == null) {
      throw new IllegalStateException("nobody signs");
    }
    key.evolve(journal, seq, wallNs, lastValue);
    return KeysNote.encode(key.certificates(), seq, wallNs);
  }
}
