package dmrec.foreign;

import java.time.ZoneId;

/**
 * What the user knows that the files do not say.
 *
 * @param bootNs wall clock of the machine's boot; {@link When#UNKNOWN} where not given
 * @param startedNs wall clock of a text's first line; {@link When#UNKNOWN} where not given
 * @param zone of times that name none
 * @param nowNs wall clock now: no line is newer
 * @param version of dmrec
 */
public record ForeignOptions(
    long bootNs, long startedNs, ZoneId zone, long nowNs, String version) {}
