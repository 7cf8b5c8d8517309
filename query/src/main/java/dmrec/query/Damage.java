package dmrec.query;

import dmrec.event.EventRecord;
import dmrec.journal.JournalException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What could not be read of a journal while the rest was. Not thread-safe. */
public final class Damage {
  private static final int KEPT = 100;

  private final List<String> messages = new ArrayList<>();
  private String last = "";
  private long count;

  /**
   * Takes one failure.
   *
   * @throws JournalException where reading does not get past it
   */
  public void add(JournalException failure) throws JournalException {
    String message = String.valueOf(failure.getMessage());
    if (count > 0 && message.equals(last)) {
      throw failure;
    }
    last = message;
    count++;
    if (messages.size() < KEPT) {
      messages.add(message);
    }
  }

  /** How many places could not be read. */
  public long count() {
    return count;
  }

  /** What is wrong with the first of them, for a person. */
  public List<String> messages() {
    return List.copyOf(messages);
  }

  /** Where records come from. */
  @FunctionalInterface
  public interface Records {
    /** As {@link dmrec.journal.JournalReader#next}. */
    @Nullable EventRecord next() throws JournalException;
  }

  /** The next record that is sound, or null at the end; takes what is damaged before it. */
  public @Nullable EventRecord next(Records from) throws JournalException {
    while (true) {
      try {
        return from.next();
      } catch (JournalException e) {
        add(e);
      }
    }
  }
}
