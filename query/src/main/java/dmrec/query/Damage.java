package dmrec.query;

import dmrec.journal.JournalException;
import java.util.ArrayList;
import java.util.List;

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
}
