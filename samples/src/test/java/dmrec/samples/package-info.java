/** The kernel lab's tests: what dmrec recorded of a real kernel, held against what was done. */
@NullMarked
package dmrec.samples;

import org.jspecify.annotations.NullMarked;
