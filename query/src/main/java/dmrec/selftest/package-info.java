/**
 * Causes changes on devices of its own and holds what a recorder told of them against what was
 * done: {@code dmrec selftest}.
 */
@NullMarked
package dmrec.selftest;

import org.jspecify.annotations.NullMarked;
