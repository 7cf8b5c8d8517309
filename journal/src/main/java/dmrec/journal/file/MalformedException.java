package dmrec.journal.file;

/** Bytes that are no record of this format; the message says where in them and why. */
public final class MalformedException extends Exception {
  private static final long serialVersionUID = 1L;

  public MalformedException(String message) {
    super(message);
  }
}
