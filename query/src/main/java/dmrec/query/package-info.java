/** Questions and answers about a journal, without a terminal. */
@NullMarked
package dmrec.query;

import org.jspecify.annotations.NullMarked;
