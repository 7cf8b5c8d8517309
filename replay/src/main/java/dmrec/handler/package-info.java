/** Whoever a recorded stream is fed to: the interface, and the handlers that come with dmrec. */
@NullMarked
package dmrec.handler;

import org.jspecify.annotations.NullMarked;
