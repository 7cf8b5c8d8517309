package dmrec.pack;

import dmrec.bundle.Manifest;
import java.util.List;

/**
 * What is to be packed.
 *
 * @param firstSeq number of the first event
 * @param lastSeq number of the last event
 * @param device only what has to do with this one; empty for all
 * @param redact whether names are replaced
 * @param words what else is to be replaced
 * @param hostNames whether the machine's name is told; it is replaced in the events nevertheless
 *     where {@code redact} is set
 * @param report whether there is to be a page
 * @param note the reporter's words; empty for none
 * @param version of the dmrec that packs
 * @param here facts of the machine that packs, where that is the one that was recorded
 */
public record PackRequest(
    long firstSeq,
    long lastSeq,
    String device,
    boolean redact,
    List<String> words,
    boolean hostNames,
    boolean report,
    String note,
    String version,
    Manifest.Host here) {
  public PackRequest {
    words = List.copyOf(words);
  }
}
