package dmrec.journal.file;

import dmrec.event.IoErrors;
import java.nio.file.Path;

/**
 * One place of a journal that cannot be read, and what lies around it: whether an answer may be
 * wrong for it follows from the numbers and times between which it lies.
 *
 * @param offset where in its file it begins
 * @param event how many events of its file lie before it
 * @param minSeq the first number that may be lost; {@link #UNKNOWN} for the one behind the file
 *     before
 * @param maxSeq the last number that may be lost; below {@code minSeq} where no event is
 * @param minWallNs wall clock of what lies before it
 * @param maxWallNs wall clock of what lies behind it
 * @param text what is wrong and where, for a person
 */
public record Fault(
    long offset, int event, long minSeq, long maxSeq, long minWallNs, long maxWallNs, String text) {
  /** Where the file does not tell. */
  public static final long UNKNOWN = -1;

  /** Behind the last event of a file. */
  public static final long OPEN = Long.MAX_VALUE;

  /** The same with the event that follows in its file. */
  public Fault until(long seq, long wallNs) {
    return new Fault(offset, event, minSeq, seq - 1, minWallNs, Math.max(minWallNs, wallNs), text);
  }

  /** The same with what the files around it tell. */
  public Fault between(long seqBefore, long wallBeforeNs, long seqBehind, long wallBehindNs) {
    return new Fault(
        offset,
        event,
        minSeq == UNKNOWN ? seqBefore + 1 : minSeq,
        maxSeq == OPEN ? seqBehind - 1 : maxSeq,
        minWallNs == Long.MIN_VALUE ? wallBeforeNs : minWallNs,
        maxWallNs == Long.MAX_VALUE ? wallBehindNs : maxWallNs,
        text);
  }

  /** Whether events between two numbers and two times may be lost here. */
  public boolean concerns(long fromSeq, long toSeq, long fromNs, long toNs) {
    return minSeq <= toSeq
        && Math.max(minSeq, maxSeq) >= fromSeq
        && minWallNs <= toNs
        && maxWallNs >= fromNs;
  }

  /**
   * An event whose checksum is right and whose content is not: it was written so.
   *
   * @param event how many events of its file lie before it
   */
  public static Fault unreadable(
      Path file, long offset, int event, long seq, long wallNs, MalformedException e) {
    return new Fault(
        offset,
        event,
        seq,
        seq,
        wallNs,
        wallNs,
        IoErrors.shown(file) + ": record #" + seq + " cannot be understood: " + e.getMessage());
  }

  /** Between the last event of a file and the first of the next one. */
  public static Fault join(String file, long before, long found) {
    return new Fault(
        0,
        0,
        Math.min(before + 1, found),
        Math.max(before, found - 1),
        Long.MIN_VALUE,
        Long.MAX_VALUE,
        numbers(file + ": ", before, found));
  }

  /** What is said where numbers do not follow each other. */
  static String numbers(String where, long before, long found) {
    long expected = before + 1;
    return where
        + "expected record #"
        + expected
        + " behind #"
        + before
        + ", found #"
        + found
        + (found < expected
            ? ": the numbers go back"
            : ": " + (found - expected) + (found - expected == 1 ? " record is" : " records are"))
        + (found < expected ? "" : " missing")
        + ". Reading can go on with #"
        + found;
  }
}
