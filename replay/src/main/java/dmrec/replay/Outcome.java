package dmrec.replay;

import dmrec.handler.ReplaySummary;
import org.jspecify.annotations.Nullable;

/**
 * How a replay ended.
 *
 * @param summary what the handler is told too
 * @param stopReason why it ended before the stream did; null where it did not
 * @param nextSeq the number to go on from, where it was stopped
 * @param damaged how many places of the journal could not be read
 * @param hangs whether the handler still has not returned
 */
public record Outcome(
    ReplaySummary summary,
    @Nullable String stopReason,
    long nextSeq,
    long damaged,
    boolean hangs) {}
