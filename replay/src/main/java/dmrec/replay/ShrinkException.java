package dmrec.replay;

/** There is nothing that could be shrunk; the message says why, for a person. */
public final class ShrinkException extends Exception {
  private static final long serialVersionUID = 1;

  ShrinkException(String message) {
    super(message);
  }
}
