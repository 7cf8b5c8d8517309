/** The dmrec program, its console, and the commands that care for journals. */
@NullMarked
package dmrec.cli;

import org.jspecify.annotations.NullMarked;
