package dmrec.journal;

import java.nio.file.Path;
import java.util.List;

/**
 * What a verification came to.
 *
 * @param path the journal's folder
 * @param files how many files were read
 * @param events how many sound events
 * @param firstSeq number of the first sound event; 0 where there is none
 * @param lastSeq number of the last sound event; 0 where there is none
 * @param lastWallNs wall clock of that
 * @param bytes how much was read
 * @param sealed the last good seal
 * @param publicKey the key of epoch 0 that signed; empty where nobody did
 * @param keyGiven whether the caller named that key, so that it need not be believed
 * @param epochs the epoch of the last key: how many have begun since that of the first
 * @param keyDueNs wall clock of when that epoch is over; 0 where nothing tells
 * @param findings what was found, those that are fine included
 * @param moreFindings how many more there are than are kept
 * @param notProved what all of this does not prove, for a person
 */
public record Verification(
    Path path,
    int files,
    long events,
    long firstSeq,
    long lastSeq,
    long lastWallNs,
    long bytes,
    Finding.Seal sealed,
    String publicKey,
    boolean keyGiven,
    int epochs,
    long keyDueNs,
    List<Finding> findings,
    long moreFindings,
    List<String> notProved) {

  /** Is told how far a verification is. */
  public interface Progress {
    Progress NONE = (done, total) -> {};

    void at(long doneBytes, long totalBytes);
  }

  /** Whether nothing is wrong. */
  public boolean isIntact() {
    return moreFindings == 0 && findings.stream().allMatch(Finding::isFine);
  }
}
