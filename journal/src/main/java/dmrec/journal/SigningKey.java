package dmrec.journal;

import dmrec.event.Bytes;
import dmrec.journal.KeysNote.Certificate;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * The key that signs a journal's seals, in a file that only its owner can read.
 *
 * <p>It is not one key but a row of them: each signs for an epoch, then signs the next one's public
 * key and the journal's state, and is erased. Who steals the file can sign from then on, but what
 * was sealed in an earlier epoch he cannot seal anew, as the keys that could are gone. All trust
 * begins with the public key of epoch 0, which {@code dmrec key new} prints. One thread.
 */
public final class SigningKey {
  private static final String FIRST_LINE = "dmrec signing key 1";
  private static final byte[] SEAL_WORDS = "dmrec seal 1".getBytes(StandardCharsets.US_ASCII);

  private final Path file;
  private final long epochNs;
  private final Bytes root;
  private final List<Certificate> certificates;
  private int epoch;
  private long sinceNs;
  private byte[] secret;

  private SigningKey(
      Path file,
      long epochNs,
      Bytes root,
      List<Certificate> certificates,
      int epoch,
      long sinceNs,
      byte[] secret) {
    this.file = file;
    this.epochNs = epochNs;
    this.root = root;
    this.certificates = certificates;
    this.epoch = epoch;
    this.sinceNs = sinceNs;
    this.secret = secret;
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
    SigningKey key =
        new SigningKey(file, epochNs, pair.publicKey, new ArrayList<>(), 0, nowNs, pair.secretKey);
    try {
      Files.createFile(file, ownerOnly());
      key.write(file);
    } catch (FileAlreadyExistsException e) {
      throw new JournalException(
          Reasons.shown(file)
              + ": expected no file of this name yet, found one. A key is never replaced: what it"
              + " signed could not be verified any more. Name another file",
          e);
    } catch (IOException | UnsupportedOperationException e) {
      throw new JournalException(Reasons.cannot("write a key to", file, e), e);
    }
    return key;
  }

  private static FileAttribute<Set<PosixFilePermission>> ownerOnly() {
    return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
  }

  /**
   * Reads a key.
   *
   * @throws JournalException where the file is missing, holds no key, or can be read by others than
   *     its owner
   */
  public static SigningKey read(Path file) throws JournalException {
    try {
      Set<PosixFilePermission> open = EnumSet.copyOf(Files.getPosixFilePermissions(file));
      open.remove(PosixFilePermission.OWNER_READ);
      open.remove(PosixFilePermission.OWNER_WRITE);
      if (!open.isEmpty()) {
        throw new JournalException(
            Reasons.shown(file)
                + ": expected a key that only its owner can read (mode 0600), found mode "
                + PosixFilePermissions.toString(Files.getPosixFilePermissions(file))
                + ". Others may have read it: make a new one (dmrec key new)");
      }
      return parse(file, Files.readString(file, StandardCharsets.US_ASCII));
    } catch (JournalException e) {
      throw e;
    } catch (IOException | UnsupportedOperationException e) {
      throw new JournalException(Reasons.cannot("read", file, e), e);
    } catch (IllegalArgumentException e) {
      throw new JournalException(
          Reasons.shown(file)
              + ": expected a key that 'dmrec key new' made, found something else. Name the right"
              + " file",
          e);
    }
  }

  private static SigningKey parse(Path file, String text) {
    String[] lines = text.lines().toArray(String[]::new);
    if (lines.length < 6 || !lines[0].equals(FIRST_LINE)) {
      throw new IllegalArgumentException();
    }
    Bytes root = Bytes.of(bytes(value(lines[1], "root")));
    long epochNs = Long.parseLong(value(lines[2], "epoch-ns"));
    int epoch = Integer.parseInt(value(lines[3], "epoch"));
    long sinceNs = Long.parseLong(value(lines[4], "since-ns"));
    byte[] secret = bytes(value(lines[5], "secret"));
    List<Certificate> certificates = new ArrayList<>();
    for (int i = 6; i < lines.length; i++) {
      byte[] each = Base64.getDecoder().decode(value(lines[i], "certificate"));
      if (each.length != Certificate.BYTES) {
        throw new IllegalArgumentException();
      }
      certificates.add(Certificate.get(ByteBuffer.wrap(each).order(ByteOrder.LITTLE_ENDIAN)));
    }
    if (epoch != certificates.size() || epochNs <= 0) {
      throw new IllegalArgumentException();
    }
    return new SigningKey(file, epochNs, root, certificates, epoch, sinceNs, secret);
  }

  private static String value(String line, String name) {
    if (!line.startsWith(name + " ")) {
      throw new IllegalArgumentException();
    }
    return line.substring(name.length() + 1);
  }

  private static byte[] bytes(String base64) {
    byte[] bytes = Base64.getDecoder().decode(base64);
    if (bytes.length != Chain.BYTES) {
      throw new IllegalArgumentException();
    }
    return bytes;
  }

  private void write(Path to) throws IOException {
    StringBuilder text = new StringBuilder(FIRST_LINE).append('\n');
    Base64.Encoder base64 = Base64.getEncoder();
    text.append("root ").append(base64.encodeToString(root.toArray())).append('\n');
    text.append("epoch-ns ").append(epochNs).append('\n');
    text.append("epoch ").append(epoch).append('\n');
    text.append("since-ns ").append(sinceNs).append('\n');
    text.append("secret ").append(base64.encodeToString(secret)).append('\n');
    for (Certificate each : certificates) {
      ByteBuffer bytes = ByteBuffer.allocate(Certificate.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      each.put(bytes);
      text.append("certificate ").append(base64.encodeToString(bytes.array())).append('\n');
    }
    ByteBuffer bytes = ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.US_ASCII));
    try (FileChannel channel = FileChannel.open(to, StandardOpenOption.WRITE)) {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
  }

  /** The public key of epoch 0 as people pass it on. */
  public String publicKey() {
    return text(root);
  }

  /** A public key as people pass it on. */
  static String text(Bytes publicKey) {
    return "ed25519:" + Base64.getUrlEncoder().withoutPadding().encodeToString(publicKey.toArray());
  }

  /**
   * The public key that {@link #publicKey} gave.
   *
   * @throws IllegalArgumentException where it is none
   */
  static Bytes parsePublicKey(String text) {
    if (!text.startsWith("ed25519:")) {
      throw new IllegalArgumentException();
    }
    byte[] bytes = Base64.getUrlDecoder().decode(text.substring("ed25519:".length()));
    if (bytes.length != Chain.BYTES) {
      throw new IllegalArgumentException();
    }
    return Bytes.of(bytes);
  }

  Bytes rootPublicKey() {
    return root;
  }

  /** Which of its keys signs now, from 0. */
  public int epoch() {
    return epoch;
  }

  /** How long each of its keys signs. */
  public long epochNs() {
    return epochNs;
  }

  /** Wall clock of when the present one began to. */
  public long sinceNs() {
    return sinceNs;
  }

  List<Certificate> certificates() {
    return certificates;
  }

  /** What a seal's signature is over. */
  static byte[] sealBytes(
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

  Bytes sign(byte[] message) {
    return Ed25519.sign(secret, message);
  }

  /** Whether this epoch's time is over. */
  boolean isDue(long wallNs) {
    return wallNs - sinceNs >= epochNs;
  }

  /**
   * Begins the next epoch: from here on the present key is gone.
   *
   * @param seq the last number of the journal
   * @param value the chain's value there, which is on the disk and sealed
   */
  void evolve(UUID journal, long seq, long wallNs, Bytes value) throws IOException {
    Ed25519.Pair pair = Ed25519.generate();
    Certificate facts =
        new Certificate(epoch + 1, pair.publicKey, wallNs, journal, seq, value, Bytes.NONE);
    Certificate certificate =
        new Certificate(
            facts.epoch(),
            facts.publicKey(),
            wallNs,
            journal,
            seq,
            value,
            sign(facts.signedBytes()));
    byte[] before = secret;
    certificates.add(certificate);
    epoch++;
    sinceNs = wallNs;
    secret = pair.secretKey;
    replace();
    Arrays.fill(before, (byte) 0);
  }

  /** Writes the new file beside the old one, overwrites the old one's bytes, then swaps them. */
  private void replace() throws IOException {
    Path next = file.resolveSibling(file.getFileName() + ".next");
    Files.deleteIfExists(next);
    Files.createFile(next, ownerOnly());
    write(next);
    try (FileChannel old = FileChannel.open(file, StandardOpenOption.WRITE)) {
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      ByteBuffer zeros = ByteBuffer.allocate((int) old.size());
      while (zeros.hasRemaining()) {
        old.write(zeros);
      }
      old.force(true);
    }
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      JournalFolder.sync(folder);
    }
  }
}
