/**
 * The only native code: uevent netlink, the dm control device, kmsg, clocks, memory lock, the
 * service manager's socket, kernel probes.
 */
@NullMarked
package dmrec.kernel;

import org.jspecify.annotations.NullMarked;
