package dmrec.replay;

import dmrec.event.EventRecord;
import dmrec.journal.Damage;
import dmrec.journal.JournalException;
import org.jspecify.annotations.Nullable;

/** Recorded events, oldest first. One thread at a time. */
public interface EventStream extends AutoCloseable {
  /**
   * The next event; null behind the last. Damage is passed, and {@link #damage} has it.
   *
   * @throws JournalException where a file cannot be read; the next call goes on behind it
   */
  @Nullable EventRecord next() throws JournalException;

  /** Whether the event returned last is to be fed, and not only followed. */
  default boolean isFed() {
    return true;
  }

  /** What was passed so far that is damaged. It lies before the event returned last. */
  default Damage damage() {
    return Damage.NONE;
  }

  @Override
  void close();
}
