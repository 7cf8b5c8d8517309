package dmrec.console;

import dmrec.event.EventRecord;
import dmrec.journal.Damage;
import java.io.IOException;
import java.time.Clock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Finds events by what a user wrote behind {@code next} and the like. One thread at a time. */
interface EventFinder {
  /**
   * What a search says.
   *
   * @param filter which events; empty for any
   * @param traces also those that are only traces of others, where the filter names none
   * @param clock what time it is for who asks
   */
  record Search(String filter, boolean traces, Clock clock) {}

  /** The first event behind a record that is meant; null for none. */
  @Nullable EventRecord next(long afterSeq, Search search) throws IOException, ConsoleException;

  /** The last event before a record that is meant; null for none. */
  @Nullable EventRecord back(long beforeSeq, Search search) throws IOException, ConsoleException;

  /** What the last {@link #next} or {@link #back} could not read. */
  Damage damage();

  /**
   * Hands over what is meant behind a record, and what is appended meanwhile, until the thread is
   * interrupted.
   */
  void follow(long afterSeq, Search search, Consumer<EventRecord> each)
      throws IOException, ConsoleException, InterruptedException;
}
