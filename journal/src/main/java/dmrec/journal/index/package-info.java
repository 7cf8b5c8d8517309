/** Where in the bytes which event is. It can be deleted; the files are the only truth. */
@NullMarked
package dmrec.journal.index;

import org.jspecify.annotations.NullMarked;
