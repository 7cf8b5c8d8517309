package dmrec.replay;

import dmrec.event.EventRecord;
import dmrec.journal.EventQuery;
import dmrec.topology.Topology;
import java.util.function.Predicate;

/** Which events of a recording are fed. */
public interface EventChoice {
  /** All of them. */
  EventChoice ALL = before -> record -> true;

  /**
   * A predicate that is asked about each event in order.
   *
   * @param before the stack before the first of them, which the predicate may change
   */
  Predicate<EventRecord> from(Topology before);

  /**
   * What has to be asked for to see all that are fed; {@link EventQuery#ALL} where every event has
   * to be seen.
   */
  default EventQuery query() {
    return EventQuery.ALL;
  }
}
