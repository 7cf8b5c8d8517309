/**
 * What every command stands on: the machine it runs on, and the options, times and files that
 * commands share.
 */
@NullMarked
package dmrec.cli.host;

import org.jspecify.annotations.NullMarked;
