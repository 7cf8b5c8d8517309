/** Bytes to facts: uevents, replies of the dm control device, kernel log lines. */
@NullMarked
package dmrec.decode;

import org.jspecify.annotations.NullMarked;
