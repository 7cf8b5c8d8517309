/** What vouches for the bytes: keys, signatures and their verification. */
@NullMarked
package dmrec.journal.seal;

import org.jspecify.annotations.NullMarked;
