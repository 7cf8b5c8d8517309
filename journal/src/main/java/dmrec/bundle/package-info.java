/**
 * What comes from strangers: the {@code .dmrec} file, a plain zip of a part of a journal that can
 * be attached to a bug report, and events as lines. Whoever reads them expects the worst.
 */
@NullMarked
package dmrec.bundle;

import org.jspecify.annotations.NullMarked;
