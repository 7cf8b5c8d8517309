/** The console: a moment in a journal, commands that move it, and commands asked there. */
@NullMarked
package dmrec.console;

import org.jspecify.annotations.NullMarked;
