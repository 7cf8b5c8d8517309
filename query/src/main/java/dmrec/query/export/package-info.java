/** Events as tables for other tools: the one place that knows a library of such files. */
@NullMarked
package dmrec.query.export;

import org.jspecify.annotations.NullMarked;
