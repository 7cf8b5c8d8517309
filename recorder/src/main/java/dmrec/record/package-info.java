/** The loop: observations, decode, diff against the topology, append. */
@NullMarked
package dmrec.record;

import org.jspecify.annotations.NullMarked;
