/** Where events are kept: an append-only journal over Chronicle Queue. */
@NullMarked
package dmrec.journal;

import org.jspecify.annotations.NullMarked;
