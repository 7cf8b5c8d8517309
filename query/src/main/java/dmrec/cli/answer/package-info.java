/** The commands that answer from a journal. */
@NullMarked
package dmrec.cli.answer;

import org.jspecify.annotations.NullMarked;
