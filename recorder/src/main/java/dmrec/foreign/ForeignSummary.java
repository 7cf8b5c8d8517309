package dmrec.foreign;

import dmrec.event.Kind;
import java.util.Map;

/**
 * What an import made.
 *
 * @param byKind the events written
 * @param recordings how many boots they are of
 * @param firstNs wall clock of the first; {@link When#UNKNOWN} where there is none
 * @param lastNs wall clock of the last
 * @param passed lines and packets that concern no mapped device
 * @param copies uevents that were there before
 * @param damaged lines and packets that could not be used
 */
public record ForeignSummary(
    Map<Kind, Long> byKind,
    long recordings,
    long firstNs,
    long lastNs,
    long passed,
    long copies,
    long damaged) {

  public long events() {
    return byKind.values().stream().mapToLong(Long::longValue).sum();
  }
}
