package dmrec.record;

import dmrec.event.JournalEntry;
import dmrec.journal.JournalWriter;
import dmrec.topology.TopologyView;
import java.io.IOException;

/** Where events go: the journal, in the recorder. */
public interface EventSink {
  /**
   * Keeps {@code entry}, lets it change the stack, and gives it its number, which is returned. One
   * that is no record is valid during the call.
   */
  long append(JournalEntry entry) throws IOException;

  /**
   * The stack as all events so far say it is. It is only read, and asked for anew behind each
   * event: another object may have it then.
   */
  TopologyView topology();

  /** A journal that has room for everything; where it has none, appending fails. */
  static EventSink of(JournalWriter writer) {
    return new EventSink() {
      @Override
      public long append(JournalEntry entry) throws IOException {
        return writer.append(entry);
      }

      @Override
      public TopologyView topology() {
        return writer.topology();
      }
    };
  }
}
