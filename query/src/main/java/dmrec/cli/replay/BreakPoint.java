package dmrec.cli.replay;

import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.journal.JournalException;
import dmrec.journal.JournalIndex;
import dmrec.journal.Sought;
import dmrec.query.filter.Filter;
import dmrec.query.filter.Relations;
import dmrec.query.filter.StackRelations;
import dmrec.topology.Topology;
import org.jspecify.annotations.Nullable;

/**
 * A filter that is asked about some events of a journal, oldest first. What stands on what it
 * follows by itself through those between.
 */
final class BreakPoint {
  private final Filter filter;
  private final JournalIndex index;
  private @Nullable StackRelations stack;
  private JournalIndex.@Nullable Search structure;
  private @Nullable EventRecord ahead;

  BreakPoint(Filter filter, JournalIndex index) {
    this.filter = filter;
    this.index = index;
  }

  boolean matches(EventRecord record) throws JournalException {
    return filter.matches(record, filter.needsStack() ? stackAt(record) : Relations.NONE);
  }

  private Relations stackAt(EventRecord record) throws JournalException {
    StackRelations known = stack;
    JournalIndex.Search search = structure;
    if (known == null || search == null) {
      Topology before = record.seq() == 1 ? null : index.stackAt(record.seq() - 1);
      known = new StackRelations(before == null ? new Topology() : before);
      search = index.search(new Structural(record.seq()));
      stack = known;
      structure = search;
      ahead = search.next();
    }
    while (ahead != null && ahead.seq() <= record.seq()) {
      known.see(ahead);
      ahead = search.next();
    }
    return known;
  }

  private record Structural(long minSeq) implements Sought {
    @Override
    public boolean mayBe(Kind kind) {
      return StackRelations.structuralKinds().contains(kind);
    }
  }
}
