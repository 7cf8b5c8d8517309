package dmrec.handler;

import dmrec.topology.TopologyView;
import java.io.PrintStream;
import java.time.Clock;

/**
 * What a handler is told before the first event.
 *
 * @param topology the stack before the stream begins; a copy, the handler's to keep
 * @param clock shows recorded time, in UTC: that of the event at hand
 * @param journal which journal is replayed
 * @param out where the handler's output goes; {@code System.out} leads there too while it is called
 */
public record ReplayContext(
    TopologyView topology, Clock clock, JournalIdentity journal, PrintStream out) {}
