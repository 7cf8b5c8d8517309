/** A journal as one page that a browser shows: no network, no server, nothing to install. */
@NullMarked
package dmrec.report;

import org.jspecify.annotations.NullMarked;
