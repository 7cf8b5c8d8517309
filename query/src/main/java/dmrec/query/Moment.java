package dmrec.query;

import dmrec.event.EventRecord;

/** A place in a journal: a time, or the number of a record. */
public sealed interface Moment {

  /** A wall clock time, in nanoseconds since 1970. */
  record AtTime(long wallNs) implements Moment {}

  /** The record of that number. */
  record AtSeq(long seq) implements Moment {}

  /** Whether {@code record} is later than this moment. */
  default boolean isBefore(EventRecord record) {
    return this instanceof AtTime time
        ? record.wallNs() > time.wallNs()
        : record.seq() > ((AtSeq) this).seq();
  }

  /** Whether {@code record} is earlier than this moment. */
  default boolean isAfter(EventRecord record) {
    return this instanceof AtTime time
        ? record.wallNs() < time.wallNs()
        : record.seq() < ((AtSeq) this).seq();
  }
}
