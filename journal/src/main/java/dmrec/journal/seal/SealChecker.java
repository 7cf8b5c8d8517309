package dmrec.journal.seal;

import dmrec.event.Bytes;
import dmrec.journal.Finding.Kind;
import dmrec.journal.file.Chain;
import dmrec.journal.file.SealRecord;

/**
 * Compares the documents found with those that a seal, or the next file's header, vouches for, and
 * says which are wrong.
 *
 * <p>Design note: where the chain's value is right there is nothing to say. Where it is not, the
 * short digests of a seal tell each document's place, see {@link Alignment}. One thread.
 */
final class SealChecker {
  private static final int TRIES = 16;

  private final Interval found;
  private final Discrepancies said;
  private Bytes last = Chain.ZERO;
  private long wallBeforeNs;

  SealChecker(Interval found, Findings findings) {
    this.found = found;
    this.said = new Discrepancies(found, findings);
  }

  /**
   * What lies before the documents.
   *
   * @param value the chain's value
   * @param seq the last number; -1 where it is not known
   */
  void behind(Bytes value, long seq, long wallNs) {
    said.behind(seq);
    last = value;
    wallBeforeNs = wallNs;
  }

  /** How much was said of them. */
  int told() {
    return said.told();
  }

  /** Says what can be said of the documents, which nothing vouches for. */
  void unsealed() {
    said.unsealed(0, found.count(), -1);
  }

  /** Whether the documents are those that a seal vouches for. */
  boolean isSealed(SealRecord seal) {
    said.forget();
    int count = found.count();
    if (found.isOverflown()) {
      said.tell(
          Kind.SEAL_ABSENT,
          0,
          0,
          0,
          "more documents without a seal than any policy allows; they are not judged");
      return false;
    }
    if (found.value(last, 0, count).equals(seal.value())) {
      if (!found.shortDigests(0, count).equals(seal.digests())) {
        said.tell(
            Kind.SEAL_WRONG,
            count,
            seal.seq(),
            seal.seq(),
            "the list of the next seal is not that of the documents that its value vouches for");
      }
      said.numbers(0, count);
      return said.told() == 0;
    }
    new Alignment(found, said, seal).judge(last, wallBeforeNs);
    if (said.told() == 0) {
      said.tell(
          Kind.SEAL_WRONG,
          count,
          seal.seq(),
          seal.seq(),
          "the value of the seal behind #"
              + seal.seq()
              + " is not that of the documents it lists: it, or what lies before them, was"
              + " replaced");
    }
    return false;
  }

  /**
   * Whether the documents are those that the next file's header vouches for.
   *
   * @param nextSeq the first number of the next file
   */
  boolean isLinked(Bytes link, long nextSeq) {
    said.forget();
    int count = found.count();
    if (found.isOverflown()) {
      return isSealed(new SealRecord(nextSeq - 1, 0, link, Bytes.NONE, 0, Bytes.NONE));
    }
    // A file that holds nothing ends where it begins.
    if ((count == 0 ? last : found.value(last, 0, count)).equals(link)) {
      said.numbers(0, count);
      return said.told() == 0;
    }
    if (found.valueOfSound(last).equals(link)) {
      // Whoever began the next file saw the same damage, and vouches for the rest.
      said.unsealed(0, count, nextSeq);
      return false;
    }
    if (isLinkedBySeal(link)) {
      return false;
    }
    said.unsealed(0, count, nextSeq);
    if (said.told() == 0) {
      said.tell(
          Kind.FILE_REPLACED,
          count,
          Math.max(0, said.seqBefore()),
          nextSeq,
          "the next file's header vouches for another end of this file: one of the two was replaced,"
              + " or what lies between the last seal here and #"
              + nextSeq
              + " was changed");
    }
    return false;
  }

  /** A seal that is damaged or gone may be known whole from what it sealed. */
  private boolean isLinkedBySeal(Bytes link) {
    int tries = 0;
    int count = found.count();
    for (int i = 1; i < count && tries < TRIES; i++) {
      if (found.isDamaged(i)) {
        tries++;
        Bytes value = found.value(last, 0, i);
        if (found.value(value, rebuilt(value, i, i), i + 1, count).equals(link)) {
          said.tell(
              Kind.DAMAGED, i, 0, 0, "a seal is damaged; the next file vouches for what it sealed");
          said.numbers(0, count);
          return true;
        }
      }
    }
    Bytes value = found.value(last, 0, count);
    if (found.value(value, rebuilt(value, count, -1), count, count).equals(link)) {
      said.tell(
          Kind.MISSING,
          count,
          0,
          0,
          "the seal at the end is gone; the next file vouches for what it sealed");
      said.numbers(0, count);
      return true;
    }
    return false;
  }

  private byte[] rebuilt(Bytes value, int end, int damagedAt) {
    return found.rebuiltSeal(value, end, damagedAt, said.seqBefore(), wallBeforeNs);
  }

  /** The judged documents' last sound number, or the one before them. */
  long lastSeq() {
    int event = found.eventBefore(found.count());
    return event < 0 ? said.seqBefore() : Math.max(said.seqBefore(), found.seq(event));
  }
}
