package dmrec.replay;

/** Memory that is given back when a handler has taken all else, so that this can be told. */
final class Reserve {
  private static final int BYTES = 4 << 20;
  private static final byte[] NONE = {};

  private byte[] held = new byte[BYTES];

  /** Gives it back, the first time. */
  void release() {
    if (held.length > 0) {
      held = NONE;
    }
  }
}
