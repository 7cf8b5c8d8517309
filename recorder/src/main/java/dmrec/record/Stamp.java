package dmrec.record;

/**
 * One moment on both clocks.
 *
 * @param wallNs CLOCK_REALTIME, nanoseconds since 1970
 * @param monoNs CLOCK_MONOTONIC, nanoseconds
 */
public record Stamp(long wallNs, long monoNs) {}
