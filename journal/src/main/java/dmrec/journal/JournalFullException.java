package dmrec.journal;

/**
 * There is no room for a record. Nothing was written and nothing is broken: the same writer goes on
 * when there is space again.
 */
public final class JournalFullException extends JournalException {
  private static final long serialVersionUID = 1L;

  JournalFullException(String message) {
    super(message);
  }
}
