/** The filter language: which events are meant, and what is to be told of them. */
@NullMarked
package dmrec.query.filter;

import org.jspecify.annotations.NullMarked;
