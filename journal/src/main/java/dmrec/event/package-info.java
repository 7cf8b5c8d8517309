/**
 * What can happen: one record per kind of event, and what every event carries; beside it the few
 * words and sums that all packages share.
 */
@NullMarked
package dmrec.event;

import org.jspecify.annotations.NullMarked;
