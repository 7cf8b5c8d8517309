package dmrec.kernel;

/**
 * Makes this process the parent of the orphans among its descendants.
 *
 * <p>Why: a process that forks and ends leaves its child to init, and then nothing tells whose
 * child it was. With PR_SET_CHILD_SUBREAPER (Linux 3.4) such a child comes here, where it can be
 * found, ended and buried.
 *
 * <p>Thread contract: any thread; it is the whole process that becomes it, until its end.
 */
public final class Subreaper {
  private static final int PR_SET_CHILD_SUBREAPER = 36;
  private static final int WNOHANG = 1;
  private static final int EINTR = 4;
  private static final int ECHILD = 10;

  private Subreaper() {}

  /**
   * From now on, orphans come here.
   *
   * @throws KernelException where this kernel or a filter of system calls refuses
   */
  public static void become() throws KernelException {
    if (Native.libc().prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0) {
      throw new KernelException(
          Native.errno(),
          "Cannot become the parent of orphans (prctl PR_SET_CHILD_SUBREAPER)",
          "success, as on Linux 3.4 and later",
          "Allow the call, or do without.");
    }
  }

  /**
   * Buries a child that has ended. To be called for adopted children only: the status of one that
   * was started here is for whoever started it.
   *
   * @return whether it is gone: false while it still runs
   */
  public static boolean bury(int pid) throws KernelException {
    if (pid <= 0) {
      throw new IllegalArgumentException("not one process: " + pid);
    }
    while (true) {
      int buried = Native.libc().waitpid(pid, 0, WNOHANG);
      if (buried >= 0) {
        return buried == pid;
      }
      int errno = Native.errno();
      if (errno == ECHILD) {
        return true;
      }
      if (errno != EINTR) {
        throw new KernelException(
            errno, "Cannot bury process " + pid + " (waitpid)", "success", "See waitpid(2).");
      }
    }
  }
}
