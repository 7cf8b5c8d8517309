package dmrec.journal;

import dmrec.event.Bytes;
import dmrec.event.IoErrors;
import dmrec.event.Sha256;
import dmrec.journal.file.Chain;
import dmrec.journal.file.KeyPath;
import dmrec.journal.file.KeysRecord.Certificate;
import dmrec.journal.seal.Ed25519;
import dmrec.journal.seal.KeyFile;
import dmrec.journal.seal.KeyText;
import dmrec.journal.seal.KeyTree;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The key that signs a journal's seals, in a file that only its owner can read.
 *
 * <p>It is not one key but a row of them: each signs for an epoch, then signs the next one's public
 * key and the journal's state, and is erased. Who steals the file can sign from then on, but what
 * was sealed in an earlier epoch he cannot seal anew, as the keys that could are gone. All trust
 * begins with the public key of epoch 0, which {@code dmrec key new} prints.
 *
 * <p>A file that cannot be written keeps nobody from recording: the present key then signs on, see
 * {@link #trouble}. One thread, but for that.
 */
public final class SigningKey {
  private static final byte[] SEAL_WORDS = "dmrec seal 1".getBytes(StandardCharsets.US_ASCII);

  private final Path file;
  private KeyText text;

  /** While a journal is signed. */
  private @Nullable KeyFile held;

  private volatile String trouble = "";

  private SigningKey(Path file, KeyText text) {
    this.file = file;
    this.text = text;
  }

  /**
   * Makes a key in a new file with mode 0600.
   *
   * @param file must not exist yet
   * @param epochNs how long each of its keys signs
   * @param nowNs wall clock
   */
  public static SigningKey create(Path file, long epochNs, long nowNs) throws JournalException {
    Ed25519.Pair pair = Ed25519.generate();
    KeyTree tree = KeyTree.begin(new KeyPath.Origin(0, nowNs, epochNs), pair.secretKey);
    KeyText text = new KeyText(pair.publicKey, List.of(), tree, nowNs, List.of());
    byte[] content = text.encode();
    try {
      KeyFile.create(file, content);
    } catch (FileAlreadyExistsException e) {
      throw new JournalException(
          IoErrors.shown(file)
              + ": expected no file of this name yet, found one. A key is never replaced: what it"
              + " signed could not be verified any more. Name another file",
          e);
    } catch (IOException | UnsupportedOperationException e) {
      throw new JournalException(IoErrors.cannot("write a key to", file, e), e);
    } finally {
      Arrays.fill(content, (byte) 0);
    }
    return new SigningKey(file, text);
  }

  /**
   * Reads a key.
   *
   * @throws JournalException where the file is missing, a link, holds no key, or can be read by
   *     others than its owner
   */
  public static SigningKey read(Path file) throws JournalException {
    try {
      return new SigningKey(file, parse(file, KeyFile.read(file)));
    } catch (JournalException e) {
      throw e;
    } catch (IOException | UnsupportedOperationException e) {
      throw new JournalException(IoErrors.cannot("read", file, e), e);
    }
  }

  private static KeyText parse(Path file, byte[] content) throws JournalException {
    try {
      return KeyText.decode(content);
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new JournalException(
          IoErrors.shown(file)
              + ": expected a key that 'dmrec key new' made, found something else. Name the right"
              + " file",
          e);
    } finally {
      Arrays.fill(content, (byte) 0);
    }
  }

  /** The public key of epoch 0 as people pass it on. */
  public String publicKey() {
    return text(text.root());
  }

  /** A public key as people pass it on. */
  public static String text(Bytes publicKey) {
    return "ed25519:" + Base64.getUrlEncoder().withoutPadding().encodeToString(publicKey.toArray());
  }

  /**
   * The public key that {@link #publicKey} gave.
   *
   * @throws IllegalArgumentException where it is none
   */
  public static Bytes parsePublicKey(String text) {
    if (!text.startsWith("ed25519:")) {
      throw new IllegalArgumentException();
    }
    byte[] bytes = Base64.getUrlDecoder().decode(text.substring("ed25519:".length()));
    if (bytes.length != Chain.BYTES) {
      throw new IllegalArgumentException();
    }
    return Bytes.of(bytes);
  }

  public Bytes rootPublicKey() {
    return text.root();
  }

  /** Which of its keys signs now, from 0: how many epochs have begun since it was made. */
  public int epoch() {
    return text.epoch();
  }

  /** How long each of its keys signs. */
  public long epochNs() {
    return text.tree().path().origin().epochNs();
  }

  /** Wall clock of when the present one began to. */
  public long sinceNs() {
    return text.sinceNs();
  }

  /** Why its file cannot be written, for a person; empty where it can be. For any thread. */
  public String trouble() {
    return trouble;
  }

  public KeyText facts() {
    return text;
  }

  /** What a seal's signature is over. */
  public static byte[] sealBytes(
      UUID journal, int epoch, long seq, long wallNs, Bytes value, Bytes digests) {
    ByteBuffer out =
        ByteBuffer.allocate(SEAL_WORDS.length + 16 + 4 + 8 + 8 + 2 * Chain.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    out.put(SEAL_WORDS);
    out.putLong(journal.getMostSignificantBits()).putLong(journal.getLeastSignificantBits());
    out.putInt(epoch)
        .putLong(seq)
        .putLong(wallNs)
        .put(value.buffer())
        .put(Sha256.of(digests.toArray()));
    return out.array();
  }

  public Bytes sign(byte[] message) {
    return text.tree().sign(message);
  }

  /** Whether this epoch's time is over. */
  public boolean isDue(long wallNs) {
    return text.tree().path().origin().epochAt(wallNs) > epoch();
  }

  // The file, while a journal is signed.

  /**
   * Takes the key for one writer, and finds out whether its file can be written.
   *
   * @return false where another recorder signs with it
   */
  public boolean hold() throws JournalException {
    if (held != null) {
      return false;
    }
    byte[][] content = new byte[1][];
    KeyFile taken;
    try {
      taken = KeyFile.hold(file, bytes -> content[0] = bytes);
    } catch (JournalException e) {
      throw e;
    } catch (IOException | UnsupportedOperationException e) {
      throw new JournalException(IoErrors.cannot("read", file, e), e);
    }
    if (taken == null) {
      return false;
    }
    try {
      // It may have changed since it was read.
      text = parse(file, content[0].clone());
    } catch (JournalException e) {
      taken.close();
      throw e;
    }
    held = taken;
    try {
      taken.probe(content[0]);
      trouble = "";
    } catch (IOException e) {
      trouble = IoErrors.cannot("write", file, e);
    } finally {
      Arrays.fill(content[0], (byte) 0);
    }
    return true;
  }

  public void release() {
    if (held != null) {
      held.close();
      held = null;
    }
  }

  /**
   * Begins the epoch of a time: from here on the present key is gone. Where the file cannot be
   * written the present key stays, and {@link #trouble} says why.
   *
   * @param seq the last number of the journal
   * @param value the chain's value there, which is on the disk and sealed
   * @return whether the key was changed
   */
  public boolean change(UUID journal, long seq, long wallNs, Bytes value) {
    KeyFile to = held;
    if (to == null) {
      throw new IllegalStateException("nobody holds " + file);
    }
    KeyTree before = text.tree();
    KeyTree after = before.at(before.path().origin().epochAt(wallNs));
    List<KeyPath.Step> steps = after.path().steps();
    Certificate facts =
        new Certificate(
            after.epoch(),
            steps.get(steps.size() - 1).publicKey(),
            wallNs,
            journal,
            seq,
            value,
            Bytes.NONE);
    KeyText changed = text.changed(after, facts.signed(sign(facts.signedBytes())));
    byte[] content = changed.encode();
    try {
      expectUnchanged(to);
      to.replace(content);
    } catch (IOException | UnsupportedOperationException e) {
      after.eraseBut(before);
      trouble =
          e instanceof JournalException
              ? String.valueOf(e.getMessage())
              : IoErrors.cannot("write", file, e);
      return false;
    } finally {
      Arrays.fill(content, (byte) 0);
    }
    text = changed;
    before.eraseBut(after);
    trouble = "";
    return true;
  }

  /** A key of one epoch must never be two: whoever wrote the file meanwhile has made another. */
  private void expectUnchanged(KeyFile to) throws IOException {
    byte[] other = to.changedContent();
    if (other == null) {
      return;
    }
    String found;
    try {
      KeyText now = parse(file, other);
      found =
          now.root().equals(text.root())
              ? "it at epoch " + now.epoch() + ": another recorder signs with it too"
              : "another key, " + text(now.root());
    } catch (JournalException e) {
      found = "something that is no key";
    }
    throw new JournalException(
        IoErrors.shown(file)
            + ": expected the key as this recorder wrote it, at epoch "
            + epoch()
            + ", found "
            + found
            + ". It was left as it is; give each recorder a key of its own (dmrec key new)");
  }
}
