package dmrec.journal;

import dmrec.event.Kind;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What a journal holds, in numbers.
 *
 * @param path its folder
 * @param formatVersion the version of the format of its newest file; 0 where nothing tells
 * @param extent from where to where it goes
 * @param events how many sound events it holds
 * @param kinds how many of which kind
 * @param allocatedBytes what it takes on the disk: the files up to their last document, in pages
 * @param apparentBytes the sum of the lengths of its files, which are sparse
 * @param files its cycle files, oldest first
 * @param sync when its last writer brings what it writes to the disk: what a power failure can take
 * @param seals how it is sealed, as {@link Journal#verify} proves it
 * @param isIntact whether a verification without a key finds nothing wrong
 * @param damage what cannot be read of it
 */
public record JournalInfo(
    Path path,
    int formatVersion,
    Journal.Extent extent,
    long events,
    Map<Kind, Long> kinds,
    long allocatedBytes,
    long apparentBytes,
    List<Path> files,
    SyncPolicy sync,
    Seals seals,
    boolean isIntact,
    Damage damage) {
  /**
   * How a journal is sealed.
   *
   * @param publicKey the key of epoch 0 that signs; empty where nobody does
   * @param policy how often it is to be sealed, as its newest file says
   * @param sealedSeq number of the last event before the last good seal; 0 where there is none
   * @param sealedWallNs wall clock of that
   * @param keyEpoch which of the keys signs; 0 where nobody does
   * @param keyDueNs wall clock of when the next one is due; 0 where nothing tells
   */
  public record Seals(
      String publicKey,
      SealPolicy policy,
      long sealedSeq,
      long sealedWallNs,
      int keyEpoch,
      long keyDueNs) {
    /** Whether a key signs whose time was over: it could not be changed. */
    public boolean isKeyOverdue() {
      return keyDueNs != 0 && sealedWallNs >= keyDueNs;
    }
  }
}
