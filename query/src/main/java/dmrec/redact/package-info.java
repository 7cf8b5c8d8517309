/** A recording without its owner's names: stable tokens for them, and the map back. */
@NullMarked
package dmrec.redact;

import org.jspecify.annotations.NullMarked;
