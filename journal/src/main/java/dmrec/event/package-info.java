/** What can happen: one record per kind of event, and what every event carries. */
@NullMarked
package dmrec.event;

import org.jspecify.annotations.NullMarked;
