package dmrec.journal.seal;

import dmrec.event.Bytes;
import dmrec.event.DmEvent;
import dmrec.event.IoErrors;
import dmrec.journal.JournalException;
import dmrec.journal.JournalOptions;
import dmrec.journal.SealPolicy;
import dmrec.journal.SigningKey;
import dmrec.journal.file.Chain;
import dmrec.journal.file.JournalTail;
import dmrec.journal.file.KeysRecord;
import dmrec.journal.file.SealRecord;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Keeps a journal's chain, its seals and the keys that sign them. One thread. */
public final class Sealer implements AutoCloseable {
  /** How long a key that could not be changed is left alone. */
  static final long RETRY_NS = 60_000_000_000L;

  private final UUID journal;
  private final SealPolicy policy;
  private final Consumer<String> notices;
  private final @Nullable SigningKey key;
  private final ChainHasher documents;
  private Bytes lastValue = Chain.ZERO;

  /** How many documents of the chain's present interval need no seal of their own. */
  private int sealedCount;

  private long unsealedSinceNs;

  /** The epoch that the journal's control records tell of; -1 where they tell of none. */
  private int toldEpoch = -1;

  /** Whether the key could not be changed when it was tried last. */
  private boolean isKeyOverdue;

  /** When that is tried again. */
  private long retryAtNs;

  /**
   * A sealer that goes on behind the journal's end.
   *
   * @throws JournalException where the journal is to be signed, and the key cannot be had
   */
  public Sealer(Path folder, JournalTail tail, JournalOptions options) throws JournalException {
    this.journal = tail.journal();
    this.policy = options.seals();
    this.notices = options.notices();
    this.key = held(folder, tail.keys(), options);
    this.documents = new ChainHasher(new Chain(tail.link()));
    if (tail.number() == 0) {
      toldKeys(); // Nothing lies before: the key's path is enough.
    } else if (publicKey().equals(tail.keys().root())) {
      toldEpoch = tail.keys().epoch();
    }
  }

  private static @Nullable SigningKey held(
      Path folder, JournalTail.Keys signed, JournalOptions options) throws JournalException {
    SigningKey key = options.key();
    String refused = null;
    if (key == null) {
      refused =
          signed.isSigned()
              ? IoErrors.shown(folder)
                  + ": expected the key that signed this journal so far, found none. Give it"
                  + " (--key)"
              : null;
    } else if (!key.hold()) {
      refused =
          key.publicKey()
              + ": another recorder signs with this key. Two would make different keys of one"
              + " epoch: give each one of its own (dmrec key new), or stop the other one";
    } else if (key.rootPublicKey().equals(signed.root()) && key.epoch() < signed.epoch()) {
      refused =
          key.publicKey()
              + ": expected this key at epoch "
              + signed.epoch()
              + ", which has signed "
              + IoErrors.shown(folder)
              + ", found it at epoch "
              + key.epoch()
              + ": an old copy. Give the file that was used last, or a new key";
      key.release();
    } else {
      if (!key.trouble().isEmpty()) {
        options
            .notices()
            .accept(
                key.trouble()
                    + ". It signs, but cannot be changed when its time is over. Keep it in a folder"
                    + " that the recorder may write to, with room");
      }
      return key;
    }
    if (refused != null && !options.mayEndSigning()) {
      throw new JournalException(
          refused + ", or go on without signatures (--unsigned), which verify will tell of");
    }
    if (refused != null && key != null) {
      options.notices().accept(refused + ". The recording goes on without signatures");
    }
    return null;
  }

  public UUID journal() {
    return journal;
  }

  /** The key of epoch 0, which all trust begins with; zeros where nobody signs. */
  public Bytes publicKey() {
    return key == null ? Chain.ZERO : key.rootPublicKey();
  }

  /** The chain's value over all that was added. */
  public Bytes link() {
    return documents.chain().peek();
  }

  public void add(byte[] document, int length, long nowNs) {
    if (!hasUnsealed()) {
      unsealedSinceNs = nowNs;
    }
    documents.add(document, length);
  }

  public boolean hasUnsealed() {
    return documents.count() > sealedCount;
  }

  public boolean isFull() {
    return policy.records() > 0 && documents.count() >= policy.records();
  }

  public boolean isOverdue(long nowNs) {
    return policy.intervalNs() > 0
        && hasUnsealed()
        && nowNs - unsealedSinceNs >= policy.intervalNs();
  }

  /** The seal over all that was added; {@link #sealed} when it is written. */
  public byte[] seal(long seq, long wallNs) {
    Chain chain = documents.chain();
    Bytes value = chain.peek();
    Bytes digests = chain.digests();
    int epoch = key == null ? 0 : key.epoch();
    Bytes signature =
        key == null
            ? Bytes.NONE
            : key.sign(SigningKey.sealBytes(journal, epoch, seq, wallNs, value, digests));
    return new SealRecord(seq, wallNs, value, digests, epoch, signature).encode();
  }

  /** The seal was written: the chain goes on with it. */
  public void sealed(byte[] seal) {
    Chain chain = documents.chain();
    lastValue = chain.close();
    chain.add(seal, 0, seal.length);
    documents.resume(chain);
    sealedCount = 1;
  }

  /** A new file was begun with a chain of its own and {@link #beginning}. */
  public void goOnWith(Chain begun, long nowNs) {
    documents.resume(begun);
    sealedCount = 0;
    unsealedSinceNs = nowNs;
    toldKeys();
  }

  // Keys.

  /** The control records of a file's beginning by which its signatures are proved. */
  public List<byte[]> beginning(long seq, long wallNs) {
    if (key == null) {
      return List.of();
    }
    KeyText facts = key.facts();
    List<byte[]> encoded = new ArrayList<>(KeysRecord.encodeAll(facts.early(), seq, wallNs));
    encoded.addAll(untoldKeys(seq, wallNs));
    encoded.add(facts.tree().path().encode(seq, wallNs));
    return encoded;
  }

  /**
   * The control records that have to be written before the next seal: the changes of keys not told
   * yet.
   */
  public List<byte[]> untoldKeys(long seq, long wallNs) {
    if (key == null || key.epoch() <= toldEpoch) {
      return List.of();
    }
    List<KeysRecord.Certificate> untold =
        key.facts().changes().stream().filter(each -> each.epoch() > toldEpoch).toList();
    return KeysRecord.encodeAll(untold, seq, wallNs);
  }

  /** What {@link #untoldKeys} gave was written. */
  public void toldKeys() {
    toldEpoch = key == null ? -1 : key.epoch();
  }

  /** Whether the key is to be changed now, or that is to be tried again. */
  public boolean isKeyDue(long wallNs, long nowNs) {
    return key != null
        && !hasUnsealed()
        && key.isDue(wallNs)
        && !(isKeyOverdue && nowNs - retryAtNs < 0);
  }

  /** Whether the key could not be changed when it was tried last, and that is to be tried again. */
  public boolean isKeyRetryDue(long nowNs) {
    return isKeyOverdue && nowNs - retryAtNs >= 0;
  }

  /**
   * Makes the key of the present epoch sign from here on, where its file can be written.
   *
   * @return what the journal should tell of that; null for nothing
   */
  public @Nullable DmEvent changeKey(long seq, long wallNs, long nowNs) {
    if (key == null) {
      throw new IllegalStateException("nobody signs");
    }
    boolean wasOverdue = isKeyOverdue;
    isKeyOverdue = !key.change(journal, seq, wallNs, lastValue);
    retryAtNs = nowNs + RETRY_NS;
    if (isKeyOverdue == wasOverdue) {
      return null;
    } else if (isKeyOverdue) {
      notices.accept(
          key.trouble()
              + ". The key of epoch "
              + key.epoch()
              + " signs on; it is tried again each minute");
      return new DmEvent.KeyNotChanged(key.epoch(), key.trouble());
    }
    notices.accept("the key could be changed again: that of epoch " + key.epoch() + " signs now");
    return new DmEvent.KeyChanged(key.epoch());
  }

  /** Lets another recorder sign with the key. */
  @Override
  public void close() {
    documents.close();
    if (key != null) {
      key.release();
    }
  }
}
