/** The commands of the dmrec program. */
@NullMarked
package dmrec.cli;

import org.jspecify.annotations.NullMarked;
