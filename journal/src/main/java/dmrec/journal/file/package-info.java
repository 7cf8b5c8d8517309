/** The bytes: cycle files, the documents in them, and the folder they lie in. */
@NullMarked
package dmrec.journal.file;

import org.jspecify.annotations.NullMarked;
