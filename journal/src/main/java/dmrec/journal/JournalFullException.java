package dmrec.journal;

/**
 * There is no room for a record, or no place. Nothing was written and nothing is broken: the same
 * writer goes on when there is.
 */
public final class JournalFullException extends JournalException {
  /** What {@link #why} says where the file system is full. */
  public static final String NO_ROOM = "the journal had no room";

  private static final long serialVersionUID = 1L;

  private final String why;

  public JournalFullException(String message) {
    this(message, NO_ROOM);
  }

  /**
   * A failure for another reason.
   *
   * @param why what a gap says of the events that could not be kept
   */
  public JournalFullException(String message, String why) {
    super(message);
    this.why = why;
  }

  /** What a gap says of it. */
  public String why() {
    return why;
  }
}
