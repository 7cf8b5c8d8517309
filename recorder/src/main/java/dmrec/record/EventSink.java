package dmrec.record;

import dmrec.event.EventRecord;
import java.io.IOException;

/** Where events go: the journal, in the recorder. */
@FunctionalInterface
public interface EventSink {
  /** Keeps {@code record} and gives it its number, which is returned. */
  long append(EventRecord record) throws IOException;
}
