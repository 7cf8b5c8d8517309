package dmrec.kernel;

import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Runtime;

/**
 * Runs a test on a thread of its own in a network namespace of its own, so that nothing injected
 * reaches the machine's listeners. The kernel's real uevents still arrive there.
 */
public final class NetNamespace {
  /** The calls only tests make. */
  public interface TestLibC {
    int unshare(int flags);

    int connect(int fd, long address, int addressBytes);
  }

  static final TestLibC LIBC = LibraryLoader.create(TestLibC.class).load("c");

  private static final int ATTEMPTS = 5;
  private static final int CLONE_NEWNET = 0x40000000;

  private NetNamespace() {}

  static int errno() {
    return Runtime.getRuntime(LIBC).getLastError();
  }

  /**
   * Runs a test that counts uevents, again where the machine sent some of its own meanwhile; gives
   * up, saying why, where it always does.
   *
   * @param attempt false where it was disturbed
   */
  public static void runUndisturbed(Callable<Boolean> attempt) throws Exception {
    run(
        () -> {
          for (int i = 0; i < ATTEMPTS; i++) {
            if (attempt.call()) {
              return null;
            }
          }
          return abort("the machine itself sent uevents during each of five attempts");
        });
  }

  /** Runs {@code test}; skips it, saying why, where no namespace may be made. */
  public static void run(Callable<Void> test) throws Exception {
    FutureTask<Void> task =
        new FutureTask<>(
            () -> {
              int rc = LIBC.unshare(CLONE_NEWNET);
              assumeTrue(
                  rc == 0, () -> "needs root to make a network namespace: " + Errno.name(errno()));
              return test.call();
            });
    Thread thread = new Thread(task, "network-namespace");
    thread.start();
    try {
      task.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      if (e.getCause() instanceof Exception exception) {
        throw exception;
      }
      throw e;
    }
  }
}
