package dmrec.decode;

/** Input that is not what its format says: what was read, where, what was expected and found. */
public final class DecodeException extends Exception {
  private static final long serialVersionUID = 1;

  private final String what;
  private final long offsetBytes;
  private final String expected;
  private final String found;

  DecodeException(String what, long offsetBytes, String expected, String found) {
    super(what + ", byte " + offsetBytes + ": expected " + expected + ", found " + found);
    this.what = what;
    this.offsetBytes = offsetBytes;
    this.expected = expected;
    this.found = found;
  }

  /** The kind of message that was read. */
  public String what() {
    return what;
  }

  /** Where in the message, counted from 0. */
  public long offsetBytes() {
    return offsetBytes;
  }

  public String expected() {
    return expected;
  }

  public String found() {
    return found;
  }
}
