package dmrec.replay;

import dmrec.handler.ReplaySummary;
import dmrec.journal.Damage;
import org.jspecify.annotations.Nullable;

/**
 * How a replay ended.
 *
 * @param summary what the handler is told too
 * @param stopReason why it ended before the stream did; null where it did not
 * @param nextSeq the number to go on from, where it was stopped
 * @param damage what could not be read of the journal, a place that was passed again only once
 * @param hangs whether the handler still has not returned
 */
public record Outcome(
    ReplaySummary summary,
    @Nullable String stopReason,
    long nextSeq,
    Damage damage,
    boolean hangs) {}
