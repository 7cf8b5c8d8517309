/** The commands that write a journal: of the kernel's events, and of evidence from elsewhere. */
@NullMarked
package dmrec.cli.record;

import org.jspecify.annotations.NullMarked;
