package dmrec.cli.host;

import dmrec.event.EventRecord;
import dmrec.journal.EventQuery;
import dmrec.query.filter.Filter;
import dmrec.query.filter.Relations;
import dmrec.query.filter.StackRelations;
import dmrec.replay.EventChoice;
import dmrec.topology.Topology;
import java.util.function.Predicate;

/** The events that match a filter. */
public record FilterChoice(Filter filter) implements EventChoice {
  @Override
  public Predicate<EventRecord> from(Topology before) {
    if (!filter.needsStack()) {
      return record -> filter.matches(record, Relations.NONE);
    }
    StackRelations stack = new StackRelations(before);
    return record -> {
      stack.see(record);
      return filter.matches(record, stack);
    };
  }

  @Override
  public EventQuery query() {
    return filter.needsStack() ? EventQuery.ALL : filter.query();
  }
}
