package dmrec.handler;

/**
 * How a replay went.
 *
 * @param events how many events were fed, those that failed included
 * @param failures how many of them failed
 * @param firstSeq number of the first; 0 where there was none
 * @param lastSeq number of the last; 0 where there was none
 * @param recordedNs recorded time from the first to the last, in nanoseconds
 * @param tookNs how long the replay took, in nanoseconds
 */
public record ReplaySummary(
    long events, long failures, long firstSeq, long lastSeq, long recordedNs, long tookNs) {}
