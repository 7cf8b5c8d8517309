package dmrec.handler;

/** A handler failed in a way that its message tells in full; no stack trace would say more. */
public final class HandlerException extends Exception {
  private static final long serialVersionUID = 1;

  public HandlerException(String message) {
    super(message);
  }

  public HandlerException(String message, Throwable cause) {
    super(message, cause);
  }
}
