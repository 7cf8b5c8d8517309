package dmrec.query.filter;

/**
 * Bounds of numbers and times, both ends in them. Where a first is above its last, nothing is
 * within.
 */
record Span(long minSeq, long maxSeq, long minWallNs, long maxWallNs) {
  static final Span ALL = new Span(Long.MIN_VALUE, Long.MAX_VALUE, Long.MIN_VALUE, Long.MAX_VALUE);
  static final Span NONE = new Span(Long.MAX_VALUE, Long.MIN_VALUE, Long.MAX_VALUE, Long.MIN_VALUE);

  static Span seqs(long min, long max) {
    return of(min, max, Long.MIN_VALUE, Long.MAX_VALUE);
  }

  static Span times(long min, long max) {
    return of(Long.MIN_VALUE, Long.MAX_VALUE, min, max);
  }

  private static Span of(long minSeq, long maxSeq, long minWallNs, long maxWallNs) {
    return minSeq > maxSeq || minWallNs > maxWallNs
        ? NONE
        : new Span(minSeq, maxSeq, minWallNs, maxWallNs);
  }

  Span and(Span other) {
    return of(
        Math.max(minSeq, other.minSeq),
        Math.min(maxSeq, other.maxSeq),
        Math.max(minWallNs, other.minWallNs),
        Math.min(maxWallNs, other.maxWallNs));
  }

  /** The smallest that holds both. */
  Span or(Span other) {
    return new Span(
        Math.min(minSeq, other.minSeq),
        Math.max(maxSeq, other.maxSeq),
        Math.min(minWallNs, other.minWallNs),
        Math.max(maxWallNs, other.maxWallNs));
  }
}
