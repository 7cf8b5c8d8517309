package dmrec.record;

import dmrec.event.EventRecord;
import dmrec.event.JournalEntry;
import dmrec.topology.Topology;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A journal in memory: numbers the events, keeps them, and folds them as a journal does. */
public class ListSink implements EventSink {
  /** What was kept, oldest first. */
  public final List<EventRecord> records = new ArrayList<>();

  private final Topology fold = new Topology();

  @Override
  public long append(JournalEntry entry) throws IOException {
    EventRecord kept = entry.asRecord().withSeq(fold.seq() + 1);
    fold.apply(kept);
    records.add(kept);
    return kept.seq();
  }

  @Override
  public Topology topology() {
    return fold;
  }
}
