package dmrec.journal.seal;

import dmrec.event.Bytes;
import dmrec.journal.Finding.Kind;
import dmrec.journal.SigningKey;
import dmrec.journal.file.Chain;
import dmrec.journal.file.FileHeader;
import dmrec.journal.file.KeyPath;
import dmrec.journal.file.KeysRecord.Certificate;
import dmrec.journal.file.SealRecord;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Follows the keys that sign a journal's seals, and says where one signs that may not.
 *
 * <p>What it holds a journal to:
 *
 * <ol>
 *   <li>The first file that is there has the key that signs it proved from the root, by a path of
 *       at most 31 steps or by all certificates before it. From there on each change of keys is
 *       certified by the key before, without a hole: so between two seals nothing can be left out
 *       or put in without the keys of that time, which are erased.
 *   <li>A change of keys says which value the chain had there. That value must be a seal's.
 *   <li>A key signs nothing that is earlier than its epoch. So where the first files are gone,
 *       whoever stole a later key can still make up nothing of an earlier time.
 * </ol>
 *
 * <p>What is recorded after the clock was set back bears times before the key's epoch: {@link
 * #setBackTo}. One thread.
 */
final class KeyTrail {
  /** Bounds what a hostile journal can make of memory: the seals of 4,000 million events. */
  private static final int MOST_SEALS = 4_000_000;

  /** A clock that is kept right is set back by less. */
  private static final long SET_BACK_NS = 60_000_000_000L;

  /**
   * A key that is proved.
   *
   * @param fromNs its epoch began then or later
   * @param change how it took over from the key before; null where that is not here
   */
  private record Proved(Bytes key, long fromNs, @Nullable Certificate change) {}

  private final UUID journal;
  private final @Nullable Bytes given;
  private final Findings findings;

  /** By epoch; all but the root's follow one another without a hole, as far as nothing was told. */
  private final NavigableMap<Integer, Proved> proved = new TreeMap<>();

  /** The first bytes of the value of each seal so far. */
  private final Set<Long> values = new HashSet<>();

  private Bytes root = Chain.ZERO;
  private boolean signed;
  private int epoch;
  private long signedSeq;

  /** Whether a seal was signed rightly by a key of this root. */
  private boolean isFollowed;

  private long signedWallNs;
  private long firstSeq = -1;
  private long wallMaxNs;
  private long unsignedFrom = -1;
  private long unsignedTo;
  private long unsignedWallNs;
  private long setBackTo = Long.MAX_VALUE;

  /** From where the epochs of the last path are counted; null where none was read. */
  private KeyPath.@Nullable Origin counted;

  KeyTrail(UUID journal, @Nullable Bytes given, Findings findings) {
    this.journal = journal;
    this.given = given;
    this.findings = findings;
  }

  /** The key of epoch 0; zeros where nobody signed. */
  Bytes root() {
    return root;
  }

  /** The epoch of the last key that is proved. */
  int epochs() {
    return proved.isEmpty() ? 0 : proved.lastKey();
  }

  /**
   * The earliest time of a seal whose key was made later: either the clock was set back, or it was
   * made up. {@link Long#MAX_VALUE} for none.
   */
  long setBackTo() {
    return setBackTo;
  }

  /** Wall clock of when the epoch of the last key is over; 0 where nothing tells. */
  long keyDueNs() {
    return counted == null || epochs() == Integer.MAX_VALUE ? 0 : counted.startNs(epochs() + 1);
  }

  private void tell(Kind kind, long offset, long seq, long wallNs, String text) {
    findings.tell(kind, offset, seq, seq, wallNs, text);
  }

  void header(FileHeader header, long offset) {
    if (firstSeq < 0) {
      firstSeq = header.firstSeq();
    }
    wallMaxNs = Math.max(wallMaxNs, header.wallMaxNs());
    endUnsigned();
    Bytes key = header.publicKey();
    if (key.equals(signed ? root : Chain.ZERO)) {
      return;
    }
    if (!header.isSigned()) {
      if (signed) {
        tell(
            Kind.SIGNATURE_ABSENT,
            offset,
            header.firstSeq(),
            signedWallNs,
            "signed until #" + signedSeq + "; from #" + header.firstSeq() + " on nobody signs");
      }
      signed = false;
      return;
    }
    if (given != null && !given.equals(key)) {
      tell(
          Kind.KEY_WRONG,
          offset,
          header.firstSeq(),
          signedWallNs,
          "expected the key " + SigningKey.text(given) + ", found " + SigningKey.text(key));
    } else if (given == null && !root.equals(Chain.ZERO) && !root.equals(key)) {
      tell(
          Kind.KEY_CHANGED,
          offset,
          header.firstSeq(),
          signedWallNs,
          "another key signs from here on: before "
              + SigningKey.text(root)
              + ", now "
              + SigningKey.text(key));
    }
    if (!root.equals(key)) {
      proved.clear();
      proved.put(0, new Proved(key, Long.MIN_VALUE, null));
      epoch = 0;
      isFollowed = false;
    }
    root = key;
    signed = true;
  }

  /** Certificates: those of a change of keys, or what a file says at its beginning. */
  void certificates(List<Certificate> some, long offset, boolean isFirstFile) {
    for (Certificate certificate : some) {
      if (proved.isEmpty()) {
        return; // Nobody signs here: there is nothing to certify.
      }
      Map.Entry<Integer, Proved> by = proved.lastEntry();
      if (certificate.epoch() <= by.getKey()) {
        Proved known = proved.get(certificate.epoch());
        if (known != null && known.change() != null && !known.change().equals(certificate)) {
          wrong(offset, certificate, "is another than before");
          return;
        }
        continue;
      }
      if (!Ed25519.verify(
          by.getValue().key(), certificate.signedBytes(), certificate.signature())) {
        if (certificate.epoch() == by.getKey() + 1) {
          wrong(offset, certificate, "is not signed by the key before it");
        }
        return; // What certifies it is not here; the path that follows says what that means.
      }
      if (certificate.sinceNs() < by.getValue().fromNs()) {
        wrong(offset, certificate, "is older than the key before it");
      }
      proved.put(
          certificate.epoch(),
          new Proved(certificate.publicKey(), certificate.sinceNs(), certificate));
      if (certificate.journal().equals(journal)) {
        place(certificate, offset, isFirstFile);
      }
    }
  }

  /** The proof, at the beginning of a file, of the key that signs from there on. */
  void path(KeyPath path, long offset) {
    Proved origin = proved.get(path.origin().epoch());
    if (proved.isEmpty() || (origin == null && isFollowed)) {
      return; // Nobody signs here, or the origin was proved by a file that is not here.
    }
    Bytes key = origin == null ? null : KeyTree.proved(path, origin.key());
    int last = proved.lastKey();
    if (key == null || path.epoch() < last) {
      pathWrong(offset, path, "is not one");
      return;
    }
    counted = path.origin();
    if (path.epoch() == last) {
      if (!proved.lastEntry().getValue().key().equals(key)) {
        pathWrong(offset, path, "leads to another key than the certificates do");
      }
      return;
    }
    if (isFollowed) {
      tell(
          Kind.CERTIFICATE_ABSENT,
          offset,
          signedSeq,
          wallMaxNs,
          "the certificates between the keys of epoch "
              + last
              + " and "
              + path.epoch()
              + " are not here: what was recorded between may have been left out");
    }
    proved.put(path.epoch(), new Proved(key, path.origin().startNs(path.epoch()), null));
  }

  private void pathWrong(long offset, KeyPath path, String what) {
    tell(
        Kind.CERTIFICATE_WRONG,
        offset,
        signedSeq,
        wallMaxNs,
        "the path to the key of epoch " + path.epoch() + " " + what);
  }

  private void wrong(long offset, Certificate certificate, String what) {
    tell(
        Kind.CERTIFICATE_WRONG,
        offset,
        certificate.seq(),
        certificate.sinceNs(),
        "the certificate of the key of epoch " + certificate.epoch() + " " + what);
  }

  /** A key that is erased has signed which value the chain had: it still must. */
  private void place(Certificate certificate, long offset, boolean isFirstFile) {
    boolean mayBeGone = isFirstFile && certificate.seq() < firstSeq;
    if (!mayBeGone
        && values.size() < MOST_SEALS
        && !values.contains(certificate.value().buffer().getLong())) {
      tell(
          Kind.SEALED_ANEW,
          offset,
          certificate.seq(),
          certificate.sinceNs(),
          "the key of epoch "
              + (certificate.epoch() - 1)
              + ", since erased, signed another seal at #"
              + certificate.seq()
              + " than the one here: what lies before was changed and sealed anew");
    }
  }

  /**
   * A seal.
   *
   * @return whether nothing is wrong with it
   */
  boolean seal(SealRecord seal, long offset) {
    if (values.size() < MOST_SEALS) {
      values.add(seal.value().buffer().getLong());
    }
    wallMaxNs = Math.max(wallMaxNs, seal.wallNs());
    if (!signed) {
      return true;
    }
    if (seal.signature().isEmpty()) {
      unsignedFrom = unsignedFrom < 0 ? offset : unsignedFrom;
      unsignedTo = seal.seq();
      unsignedWallNs = seal.wallNs();
      return false;
    }
    endUnsigned();
    Proved by = proved.get(seal.epoch());
    if (by == null) {
      tell(
          Kind.SIGNATURE_WRONG,
          offset,
          seal.seq(),
          seal.wallNs(),
          "the seal is signed by a key of epoch " + seal.epoch() + ", for which no certificate is");
      return false;
    }
    byte[] message =
        SigningKey.sealBytes(
            journal, seal.epoch(), seal.seq(), seal.wallNs(), seal.value(), seal.digests());
    if (!Ed25519.verify(by.key(), message, seal.signature())) {
      tell(
          Kind.SIGNATURE_WRONG,
          offset,
          seal.seq(),
          seal.wallNs(),
          "the signature of the seal is wrong");
      return false;
    }
    if (!maySign(seal, by)) {
      tell(
          Kind.SEALED_ANEW,
          offset,
          seal.seq(),
          seal.wallNs(),
          "the seal is signed by the key of epoch "
              + seal.epoch()
              + ", which did not sign here when it was written");
      return false;
    }
    epoch = seal.epoch();
    signedSeq = seal.seq();
    isFollowed = true;
    signedWallNs = seal.wallNs();
    return true;
  }

  /** Whether its place is within the epoch of the key that signed it. */
  private boolean maySign(SealRecord seal, Proved by) {
    if (seal.epoch() < epoch) {
      return false;
    }
    Certificate since = by.change();
    boolean isHere = since != null && since.journal().equals(journal);
    boolean isEarly = wallMaxNs < by.fromNs();
    if (since != null && isHere) {
      isEarly = seal.seq() < since.seq();
    }
    if (isEarly) {
      return false;
    }
    if (by.fromNs() > Long.MIN_VALUE && seal.wallNs() < by.fromNs() - SET_BACK_NS) {
      setBackTo = Math.min(setBackTo, seal.wallNs());
    }
    Map.Entry<Integer, Proved> next = proved.higherEntry(seal.epoch());
    Certificate until = next == null ? null : next.getValue().change();
    return until == null || !until.journal().equals(journal) || seal.seq() <= until.seq();
  }

  private void endUnsigned() {
    if (unsignedFrom >= 0) {
      tell(
          Kind.SIGNATURE_ABSENT,
          unsignedFrom,
          unsignedTo,
          unsignedWallNs,
          "the seals from here to #" + unsignedTo + " are not signed, though the file is to be");
      unsignedFrom = -1;
    }
  }

  void end() {
    endUnsigned();
    if (given != null && root.equals(Chain.ZERO)) {
      tell(
          Kind.SIGNATURE_ABSENT,
          -1,
          0,
          0,
          "expected signatures by " + SigningKey.text(given) + ", found a journal without any");
    }
  }
}
