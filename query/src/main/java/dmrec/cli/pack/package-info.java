/** The {@code pack} command. */
@NullMarked
package dmrec.cli.pack;

import org.jspecify.annotations.NullMarked;
