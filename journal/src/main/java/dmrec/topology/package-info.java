/** What is: the stack of devices, as the fold of the events so far. */
@NullMarked
package dmrec.topology;

import org.jspecify.annotations.NullMarked;
