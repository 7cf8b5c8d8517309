/** Feeds a recorded stream to a handler. */
@NullMarked
package dmrec.replay;

import org.jspecify.annotations.NullMarked;
