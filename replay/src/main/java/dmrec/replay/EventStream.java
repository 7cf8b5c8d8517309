package dmrec.replay;

import dmrec.event.EventRecord;
import dmrec.journal.JournalException;
import org.jspecify.annotations.Nullable;

/** Recorded events, oldest first. One thread at a time. */
public interface EventStream extends AutoCloseable {
  /**
   * The next event; null behind the last.
   *
   * @throws JournalException where it is damaged; the next call goes on behind it
   */
  @Nullable EventRecord next() throws JournalException;

  /** Whether the event returned last is to be fed, and not only followed. */
  default boolean isFed() {
    return true;
  }

  @Override
  void close();
}
