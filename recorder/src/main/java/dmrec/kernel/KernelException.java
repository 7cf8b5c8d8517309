package dmrec.kernel;

import java.io.IOException;

/**
 * The kernel said no.
 *
 * <p>The message says what was asked, of which file or call, what was expected, what was found, and
 * what to do; a program asks {@link #errno()}.
 */
public final class KernelException extends IOException {
  private static final long serialVersionUID = 1;

  private final int errno;

  /**
   * @param what the attempt with its file or call: "Cannot open /dev/kmsg"
   * @param expected what should have been there, without a leading "expected"
   * @param toDo a sentence
   */
  KernelException(int errno, String what, String expected, String toDo) {
    super(what + ": expected " + expected + ", found " + found(errno) + ". " + toDo);
    this.errno = errno;
  }

  /** For what no error number tells. */
  KernelException(String what, String expected, String found, String toDo, Throwable cause) {
    super(what + ": expected " + expected + ", found " + found + ". " + toDo, cause);
    this.errno = 0;
  }

  /** For bytes of the kernel's that are not what they should be. */
  KernelException(String what, String expected, String found, String toDo) {
    super(what + ": expected " + expected + ", found " + found + ". " + toDo);
    this.errno = 0;
  }

  static String found(int errno) {
    String words = Errno.words(errno);
    return words.isEmpty() ? Errno.name(errno) : Errno.name(errno) + " (" + words + ")";
  }

  /** Never null, unlike other exceptions'. */
  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }

  /** The error number as in errno(3); 0 where the refusal had none. */
  public int errno() {
    return errno;
  }

  /** As in errno(3), {@code "EACCES"}; {@code "errno 133"} for a number without a name here. */
  public String errnoName() {
    return Errno.name(errno);
  }
}
