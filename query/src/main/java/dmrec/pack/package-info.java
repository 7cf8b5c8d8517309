/** Takes a part of a journal for a bug report: chooses it, redacts it, and writes the bundle. */
@NullMarked
package dmrec.pack;

import org.jspecify.annotations.NullMarked;
