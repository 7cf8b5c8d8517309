/** What device-mapper targets say: table and status lines as typed values that print back. */
@NullMarked
package dmrec.target;

import org.jspecify.annotations.NullMarked;
