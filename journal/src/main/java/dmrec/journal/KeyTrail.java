package dmrec.journal;

import dmrec.event.Bytes;
import dmrec.journal.Finding.Kind;
import dmrec.journal.KeysNote.Certificate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Follows the keys that sign a journal's seals: from the key of epoch 0 through the certificates,
 * each of which says where in which journal the next key took over. One thread.
 */
final class KeyTrail {
  /** Bounds what a hostile journal can make of memory: the seals of 4,000 million events. */
  private static final int MOST_SEALS = 4_000_000;

  private final UUID journal;
  private final @Nullable Bytes given;
  private final IntervalJudge.Findings findings;
  private final List<Certificate> certificates = new ArrayList<>();

  /** The first bytes of the value of each seal so far. */
  private final Set<Long> values = new HashSet<>();

  private Bytes root = Chain.ZERO;
  private boolean begun;
  private boolean signed;
  private int epoch;
  private long signedSeq;
  private long signedWallNs;
  private long firstSeq = -1;
  private long wallMaxNs;
  private long unsignedFrom = -1;
  private long unsignedTo;
  private long unsignedWallNs;

  KeyTrail(UUID journal, @Nullable Bytes given, IntervalJudge.Findings findings) {
    this.journal = journal;
    this.given = given;
    this.findings = findings;
  }

  /** The key of epoch 0; zeros where nobody signed. */
  Bytes root() {
    return root;
  }

  int epochs() {
    return certificates.size();
  }

  /** Whether any seal was signed rightly. */
  boolean isSigned() {
    return signedSeq > 0;
  }

  long signedSeq() {
    return signedSeq;
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
    boolean changed = !begun || !key.equals(signed ? root : Chain.ZERO);
    begun = true;
    if (!changed) {
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
      certificates.clear();
      epoch = 0;
    }
    root = key;
    signed = true;
  }

  /** All certificates there are, as each file has them, or with a new one. */
  void certificates(List<Certificate> all, long offset, boolean isFirstFile) {
    for (int i = 0; i < all.size(); i++) {
      Certificate certificate = all.get(i);
      if (i < certificates.size()) {
        if (!certificates.get(i).equals(certificate)) {
          wrong(offset, certificate, "is another than before");
          return;
        }
        continue;
      }
      Bytes by = i == 0 ? root : certificates.get(i - 1).publicKey();
      if (certificate.epoch() != i + 1
          || !Ed25519.verify(by, certificate.signedBytes(), certificate.signature())) {
        wrong(offset, certificate, "is not signed by the key before it");
        return;
      }
      certificates.add(certificate);
      if (certificate.journal().equals(journal)) {
        place(certificate, offset, isFirstFile);
      }
    }
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
  boolean seal(SealNote seal, long offset) {
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
    Bytes key =
        seal.epoch() == 0
            ? root
            : seal.epoch() <= certificates.size()
                ? certificates.get(seal.epoch() - 1).publicKey()
                : null;
    if (key == null) {
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
    if (!Ed25519.verify(key, message, seal.signature())) {
      tell(
          Kind.SIGNATURE_WRONG,
          offset,
          seal.seq(),
          seal.wallNs(),
          "the signature of the seal is wrong");
      return false;
    }
    if (!maySign(seal)) {
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
    signedWallNs = seal.wallNs();
    return true;
  }

  /** Whether its place is within the epoch of the key that signed it. */
  private boolean maySign(SealNote seal) {
    if (seal.epoch() < epoch) {
      return false;
    }
    if (seal.epoch() > 0) {
      Certificate since = certificates.get(seal.epoch() - 1);
      boolean isHere = since.journal().equals(journal);
      if (isHere ? seal.seq() < since.seq() : wallMaxNs < since.sinceNs()) {
        return false;
      }
    }
    if (seal.epoch() < certificates.size()) {
      Certificate until = certificates.get(seal.epoch());
      return !until.journal().equals(journal) || seal.seq() <= until.seq();
    }
    return true;
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
