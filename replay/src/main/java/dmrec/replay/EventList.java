package dmrec.replay;

import dmrec.event.EventRecord;
import dmrec.handler.JournalIdentity;
import dmrec.topology.Topology;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A recording that is held in memory. */
public final class EventList implements Recording {
  private final JournalIdentity identity;
  private final Topology before;
  private final List<EventRecord> records;

  /**
   * Events as a recording.
   *
   * @param before the stack before the first of them
   */
  public EventList(JournalIdentity identity, Topology before, List<EventRecord> records) {
    this.identity = identity;
    this.before = before.copy();
    this.records = List.copyOf(records);
  }

  @Override
  public JournalIdentity identity() {
    return identity;
  }

  @Override
  public Topology topology() {
    return before.copy();
  }

  @Override
  public EventStream open(boolean whole) {
    Iterator<EventRecord> each = records.iterator();
    return new EventStream() {
      @Override
      public @Nullable EventRecord next() {
        return each.hasNext() ? each.next() : null;
      }

      @Override
      public void close() {}
    };
  }
}
