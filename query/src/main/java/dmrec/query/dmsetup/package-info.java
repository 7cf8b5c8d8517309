/** What dmsetup would have printed of a past stack, to the byte. */
@NullMarked
package dmrec.query.dmsetup;

import org.jspecify.annotations.NullMarked;
