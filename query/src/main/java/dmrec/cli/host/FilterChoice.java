package dmrec.cli.host;

import dmrec.event.DeviceRef;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.journal.Sought;
import dmrec.query.filter.Filter;
import dmrec.query.filter.Narrowing;
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
  public Sought sought() {
    return filter.needsStack() ? Sought.ALL : new Narrowed(filter.narrowing());
  }

  private record Narrowed(Narrowing narrowing) implements Sought {
    @Override
    public long minSeq() {
      return Math.max(0, narrowing.minSeq());
    }

    @Override
    public long maxSeq() {
      return narrowing.maxSeq();
    }

    @Override
    public long minWallNs() {
      return narrowing.minWallNs();
    }

    @Override
    public long maxWallNs() {
      return narrowing.maxWallNs();
    }

    @Override
    public boolean mayBe(Kind kind) {
      return narrowing.mayBe(kind);
    }

    @Override
    public boolean mayBe(DeviceRef device) {
      return narrowing.mayBe(device);
    }
  }
}
