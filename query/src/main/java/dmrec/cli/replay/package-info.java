/** The {@code replay} command: handlers, programs, real listeners, findings. */
@NullMarked
package dmrec.cli.replay;

import org.jspecify.annotations.NullMarked;
