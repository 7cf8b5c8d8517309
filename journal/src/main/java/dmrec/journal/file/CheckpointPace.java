package dmrec.journal.file;

/**
 * Says when the state of the stack is due within a file: often enough that a fold from the one
 * before any event is short, and seldom enough that all of them take a small part of the file,
 * however large the stack is. One thread.
 */
public final class CheckpointPace {
  /** A checkpoint takes at most one byte of this many. */
  private static final int SHARE = 16;

  private final long bytes;
  private long dueAt;

  /** {@code bytes} of events lie between two where the stack is small. */
  public CheckpointPace(long bytes) {
    this.bytes = bytes;
  }

  public boolean isDue(long endBytes) {
    return endBytes >= dueAt;
  }

  /** One ends at {@code endBytes} of its file and takes {@code lengthBytes}. */
  public void written(long endBytes, long lengthBytes) {
    dueAt = endBytes + Math.max(bytes, lengthBytes * SHARE);
  }
}
