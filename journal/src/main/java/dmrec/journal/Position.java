package dmrec.journal;

/** A place in a journal. */
public sealed interface Position {
  /** Behind the last event that there is. */
  Position END = new End();

  /**
   * Behind all events before the first that is later, in the order recorded.
   *
   * @param wallNs wall clock, nanoseconds since 1970
   */
  record AtTime(long wallNs) implements Position {}

  /** Behind the event of that number, or the last one before it. */
  record AtSeq(long seq) implements Position {}

  /** Behind the last event. */
  record End() implements Position {}

  /** Whether a position lies before the event of a number and a wall clock. */
  static boolean isBefore(Position position, long seq, long wallNs) {
    return position instanceof AtTime time
        ? wallNs > time.wallNs()
        : position instanceof AtSeq number && seq > number.seq();
  }

  static Position atTime(long wallNs) {
    return new AtTime(wallNs);
  }

  static Position atSeq(long seq) {
    return new AtSeq(seq);
  }
}
