/**
 * The {@code .dmrec} file: a part of a journal that can be attached to a bug report.
 *
 * <p>A plain zip. Whoever reads one expects the worst of it.
 */
@NullMarked
package dmrec.bundle;

import org.jspecify.annotations.NullMarked;
