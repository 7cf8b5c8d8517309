package dmrec.journal;

import java.util.Locale;

/**
 * One thing that a verification found.
 *
 * @param kind what it is
 * @param file the name of the file it is in; empty where it is about no single one
 * @param offset where in the file the document begins, its frame included; -1 where it is about no
 *     single document
 * @param firstSeq number of the first event concerned; 0 where none is
 * @param lastSeq number of the last event concerned; 0 where none is
 * @param wallNs wall clock of the event, or of the last sound one before it; 0 where unknown
 * @param before the last good seal before it
 * @param after the first good seal behind it
 * @param text what is wrong, for a person
 */
public record Finding(
    Kind kind,
    String file,
    long offset,
    long firstSeq,
    long lastSeq,
    long wallNs,
    Seal before,
    Seal after,
    String text) {

  /** A seal that was found good: the number and the wall clock of the event before it. */
  public record Seal(long seq, long wallNs) {
    /** There is none. */
    public static final Seal NONE = new Seal(0, 0);
  }

  /** What can be found. */
  public enum Kind {
    /** Nothing is wrong: the last events wait for their seal. */
    UNFINISHED_TAIL(true),
    /** Nothing is wrong: a recorder was killed, and what it had not sealed was sealed later. */
    SEALED_LATER(true),
    /** Nothing is wrong: the journal says itself that it removed its oldest files. */
    REMOVED_BY_RETENTION(true),
    /** The checksum of a document is wrong: it was damaged. */
    DAMAGED,
    /** A document is another than the sealed one, with a right checksum: it was changed. */
    CHANGED,
    MISSING,
    ADDED,
    DUPLICATED,
    /** Documents stand in another order than the sealed one. */
    MOVED,
    /** The length before a document is wrong, or a part of the queue's own. */
    FRAME_DAMAGED,
    PADDING_CHANGED,
    /** More was written than can be read. */
    CUT_OFF,
    SEAL_ABSENT,
    /** A seal's value is not that of what it seals. */
    SEAL_WRONG,
    FILE_MISSING,
    FILE_OF_ANOTHER_JOURNAL,
    /** A file does not join the one before it. */
    FILE_REPLACED,
    FILE_ORDER,
    FILE_DUPLICATED,
    FILE_UNREADABLE,
    SIGNATURE_WRONG,
    SIGNATURE_ABSENT,
    KEY_WRONG,
    KEY_CHANGED,
    CERTIFICATE_WRONG,
    /** A key signs that did not follow from the ones before it. */
    CERTIFICATE_ABSENT,
    /** What an erased key had signed was sealed anew. */
    SEALED_ANEW;

    private final boolean fine;

    Kind() {
      this(false);
    }

    Kind(boolean fine) {
      this.fine = fine;
    }

    /** Whether nothing is wrong. */
    public boolean isFine() {
      return fine;
    }

    /** The name in JSON and on screen. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public boolean isFine() {
    return kind.isFine();
  }
}
