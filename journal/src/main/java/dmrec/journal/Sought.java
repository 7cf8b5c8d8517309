package dmrec.journal;

import dmrec.event.DeviceRef;
import dmrec.event.Kind;

/**
 * What is looked for in a journal, as far as its index can tell: whatever is meant must be let
 * through, and what is not meant may be.
 */
public interface Sought {
  /** Every event. */
  Sought ALL = new Sought() {};

  /** The lowest number. */
  default long minSeq() {
    return 0;
  }

  /** The highest number. */
  default long maxSeq() {
    return Long.MAX_VALUE;
  }

  /** The earliest wall clock time, in nanoseconds since 1970. */
  default long minWallNs() {
    return Long.MIN_VALUE;
  }

  /** The latest wall clock time. */
  default long maxWallNs() {
    return Long.MAX_VALUE;
  }

  default boolean mayBe(Kind kind) {
    return true;
  }

  /** Whether an event can be meant that is about that device, or about that path of one. */
  default boolean mayBe(DeviceRef device) {
    return true;
  }

  /** Whether an event of that kind can be meant whatever device it is about. */
  default boolean mayBeOfAnyDevice(Kind kind) {
    return false;
  }
}
