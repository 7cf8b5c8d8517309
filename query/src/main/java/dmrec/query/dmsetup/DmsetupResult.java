package dmrec.query.dmsetup;

import dmrec.event.Bytes;

/**
 * What dmsetup would have done.
 *
 * @param out its standard output
 * @param err its standard error, as kernel text
 * @param status its exit status
 */
public record DmsetupResult(Bytes out, String err, int status) {}
