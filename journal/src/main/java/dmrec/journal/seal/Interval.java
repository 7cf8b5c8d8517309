package dmrec.journal.seal;

import dmrec.event.Bytes;
import dmrec.event.Kind;
import dmrec.event.Sha256;
import dmrec.journal.file.Chain;
import dmrec.journal.file.ControlRecord;
import dmrec.journal.file.DocumentScanner;
import dmrec.journal.file.RecordFields;
import dmrec.journal.file.RecordLayout;
import dmrec.journal.file.SealRecord;
import java.nio.ByteBuffer;
import java.security.DigestException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * The documents found since a value of the chain, in the order in which they stand: what a
 * verification compares with a seal.
 *
 * <p>Unlike {@link Chain} it keeps whole digests, so that the value over any part of them can be
 * tried. One thread.
 */
final class Interval {
  /** More than any policy asks for; what a file without seals would hold is not kept. */
  private static final int MOST = 1 << 20;

  /** Where a seal's signature ends. */
  private static final int BEGINNING_BYTES =
      ControlRecord.HEADER_BYTES + Chain.BYTES + 12 + SealRecord.SIGNATURE_BYTES;

  private static final int MOST_BEGINNINGS = 64;

  private static final int DAMAGED = 1 << 31;
  private static final int IS_EVENT = 1 << 30;
  private static final int IS_CONTROL = 1 << 29;

  private final MessageDigest sha = Sha256.digest();
  private byte[] digests = new byte[64 * Chain.BYTES];
  private long[] offsets = new long[64];
  private long[] seqs = new long[64];
  private long[] walls = new long[64];
  private int[] facts = new int[64];
  private final Map<Integer, Bytes> beginnings = new HashMap<>();
  private int count;
  private int events;
  private boolean overflown;
  private long firstMonoNs;
  private long lastMonoNs;
  private long lastWallNs;

  void clear() {
    count = 0;
    events = 0;
    beginnings.clear();
    overflown = false;
  }

  int count() {
    return count;
  }

  int events() {
    return events;
  }

  /** Whether there were more than are kept. */
  boolean isOverflown() {
    return overflown;
  }

  long spanNs() {
    return events < 2 ? 0 : lastMonoNs - firstMonoNs;
  }

  void add(DocumentScanner walk, DocumentScanner.Found found) {
    if (found == DocumentScanner.Found.EVENT) {
      byte[] bytes = walk.bytes();
      lastMonoNs = RecordFields.monoNs(bytes, walk.at());
      lastWallNs = RecordLayout.longAt(bytes, walk.at() + RecordLayout.WALL_NS);
      firstMonoNs = events == 0 ? lastMonoNs : firstMonoNs;
      events++;
    }
    if (count == MOST) {
      overflown = true;
      return;
    }
    if (count == facts.length) {
      digests = Arrays.copyOf(digests, 2 * digests.length);
      offsets = Arrays.copyOf(offsets, 2 * count);
      seqs = Arrays.copyOf(seqs, 2 * count);
      walls = Arrays.copyOf(walls, 2 * count);
      facts = Arrays.copyOf(facts, 2 * count);
    }
    digest(walk.bytes(), walk.at(), walk.length(), count);
    offsets[count] = walk.offset();
    seqs[count] = 0;
    walls[count] = lastWallNs;
    facts[count] = factsOf(walk, found);
    if (found == DocumentScanner.Found.DAMAGED
        && walk.length() >= BEGINNING_BYTES
        && beginnings.size() < MOST_BEGINNINGS) {
      beginnings.put(count, Bytes.of(ByteBuffer.wrap(walk.bytes(), walk.at(), BEGINNING_BYTES)));
    }
    if (found == DocumentScanner.Found.EVENT) {
      seqs[count] = RecordLayout.longAt(walk.bytes(), walk.at() + RecordLayout.SEQ);
    }
    count++;
  }

  private void digest(byte[] bytes, int at, int length, int index) {
    try {
      sha.update(bytes, at, length);
      sha.digest(digests, index * Chain.BYTES, Chain.BYTES);
    } catch (DigestException e) {
      throw new IllegalStateException(e);
    }
  }

  private static int factsOf(DocumentScanner walk, DocumentScanner.Found found) {
    int first = walk.length() > 0 ? walk.bytes()[walk.at()] & 0xff : 0;
    int facts = found == DocumentScanner.Found.DAMAGED ? DAMAGED | first : first;
    if (RecordLayout.isRecordVersion(first) && walk.length() >= RecordLayout.HEADER_BYTES) {
      int kind = RecordLayout.shortAt(walk.bytes(), walk.at() + RecordLayout.KIND);
      return facts | IS_EVENT | kind << 8;
    }
    return first == 0xd3 || ControlRecord.isFirstByte(first) ? facts | IS_CONTROL : facts;
  }

  long offset(int index) {
    return offsets[index];
  }

  /** The number of an event; 0 for other documents. */
  long seq(int index) {
    return seqs[index];
  }

  long wallNs(int index) {
    return walls[index];
  }

  boolean isDamaged(int index) {
    return (facts[index] & DAMAGED) != 0;
  }

  /** Whether it is, or looks like, an event. */
  boolean isEvent(int index) {
    return (facts[index] & IS_EVENT) != 0;
  }

  /** Whether it is, or looks like, a control record or a file's header. */
  boolean isControl(int index) {
    return (facts[index] & IS_CONTROL) != 0;
  }

  boolean isSeal(int index) {
    return (facts[index] & 0xff) == 0xd5;
  }

  /** What a document is, as far as its bytes tell, damaged or not. */
  String what(int index) {
    if (isEvent(index)) {
      Kind kind = Kind.ofCode(facts[index] >> 8 & 0xffff);
      return kind == Kind.UNKNOWN ? "an event" : "an event (" + kind.word() + ")";
    }
    return switch (facts[index] & 0xff) {
      case 0xd3 -> "a file's header";
      case 0xd4 -> "a part of the checkpoint";
      case 0xd5 -> "a seal";
      case 0xd6 -> "the certificates of the keys";
      default -> "a document";
    };
  }

  /** The first bytes of a document's digest, as {@link SealRecord#digest} has them. */
  long shortDigest(int index) {
    return RecordLayout.longAt(digests, index * Chain.BYTES);
  }

  /** The first bytes of the digests of documents, as a seal lists them. */
  Bytes shortDigests(int from, int to) {
    byte[] all = new byte[(to - from) * Chain.SHORT_BYTES];
    for (int i = from; i < to; i++) {
      System.arraycopy(
          digests, i * Chain.BYTES, all, (i - from) * Chain.SHORT_BYTES, Chain.SHORT_BYTES);
    }
    return Bytes.of(all);
  }

  /** The chain's value over documents, behind another value. */
  Bytes value(Bytes last, int from, int to) {
    sha.update(last.buffer());
    sha.update(digests, from * Chain.BYTES, (to - from) * Chain.BYTES);
    return Bytes.of(sha.digest());
  }

  /** The value over all of them but those that are damaged. */
  Bytes valueOfSound(Bytes last) {
    sha.update(last.buffer());
    for (int i = 0; i < count; i++) {
      if (!isDamaged(i)) {
        sha.update(digests, i * Chain.BYTES, Chain.BYTES);
      }
    }
    return Bytes.of(sha.digest());
  }

  /** The value where a document stands before some of them that is not in the file. */
  Bytes value(Bytes last, byte[] document, int from, int to) {
    byte[] digest = sha.digest(document);
    sha.update(last.buffer());
    sha.update(digest);
    sha.update(digests, from * Chain.BYTES, (to - from) * Chain.BYTES);
    return Bytes.of(sha.digest());
  }

  static boolean begins(byte[] document, long shortDigest) {
    return RecordLayout.longAt(Sha256.digest().digest(document), 0) == shortDigest;
  }

  /** The last event before a document, or -1. */
  int eventBefore(int index) {
    for (int i = index - 1; i >= 0; i--) {
      if (seqs[i] > 0) {
        return i;
      }
    }
    return -1;
  }

  /**
   * The seal over the documents before {@code end}, as far as it is not known in another way.
   *
   * @param damagedAt where it stands, damaged; -1 where it is gone
   * @param seqBefore the last number before the documents; -1 where it is not known
   */
  byte[] rebuiltSeal(Bytes value, int end, int damagedAt, long seqBefore, long wallBeforeNs) {
    int event = eventBefore(end);
    Bytes left = damagedAt < 0 ? null : beginnings.get(damagedAt);
    int epoch = 0;
    Bytes signature = Bytes.NONE;
    if (left != null) {
      byte[] bytes = left.toArray();
      int at = ControlRecord.HEADER_BYTES + Chain.BYTES + 4;
      if (RecordLayout.intAt(bytes, at + 4) == SealRecord.SIGNATURE_BYTES) {
        epoch = RecordLayout.intAt(bytes, at);
        signature = Bytes.of(Arrays.copyOfRange(bytes, at + 8, bytes.length));
      }
    }
    return new SealRecord(
            event < 0 ? Math.max(0, seqBefore) : seq(event),
            event < 0 ? wallBeforeNs : wallNs(event),
            value,
            shortDigests(0, end),
            epoch,
            signature)
        .encode();
  }
}
