package dmrec.cli.host;

import org.jspecify.annotations.Nullable;

/**
 * Ends a command with one line for the user: what, where, what was expected and found, what to do.
 */
public final class Failure extends RuntimeException {
  private final int exitCode;

  private Failure(int exitCode, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.exitCode = exitCode;
  }

  /** Something failed or is damaged: exit code 1. */
  public static Failure of(String message) {
    return new Failure(1, message, null);
  }

  /** Something failed because of {@code cause}: exit code 1. */
  public static Failure of(String message, Throwable cause) {
    return new Failure(1, message, cause);
  }

  /** The command was used wrongly: exit code 2. */
  public static Failure usage(String message) {
    return new Failure(2, message, null);
  }

  /** 1 where something failed, 2 where it was asked for wrongly. */
  public int exitCode() {
    return exitCode;
  }
}
