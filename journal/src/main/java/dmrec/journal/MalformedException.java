package dmrec.journal;

/** Bytes that are no record of this format; the message says where in them and why. */
final class MalformedException extends Exception {
  private static final long serialVersionUID = 1L;

  MalformedException(String message) {
    super(message);
  }
}
