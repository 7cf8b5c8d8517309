package dmrec.journal.index;

/** An index pointed at something else, and is gone: whoever asked asks again. */
final class StaleIndexException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  StaleIndexException(String message) {
    super(message);
  }
}
