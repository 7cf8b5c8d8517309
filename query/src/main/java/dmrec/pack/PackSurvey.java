package dmrec.pack;

import dmrec.event.Kind;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * What would be packed.
 *
 * @param events how many events
 * @param firstSeq number of the first one; 0 where there is none
 * @param lastSeq number of the last one
 * @param firstWallNs wall clock of the first one
 * @param lastWallNs wall clock of the last one
 * @param kinds how many of each kind
 * @param devices how many mapped devices it tells of
 * @param jsonBytes what the events take as JSON
 * @param jsonSha256 of these bytes
 */
public record PackSurvey(
    long events,
    long firstSeq,
    long lastSeq,
    long firstWallNs,
    long lastWallNs,
    Map<Kind, Long> kinds,
    int devices,
    long jsonBytes,
    String jsonSha256) {
  public PackSurvey {
    kinds = kinds.isEmpty() ? Map.of() : Collections.unmodifiableMap(new EnumMap<>(kinds));
  }
}
