package dmrec.kernel;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Keeps this process's pages in memory once touched.
 *
 * <p>Why: a recorder whose pages were swapped out must read them from the very disks whose failure
 * it is about to record.
 *
 * <p>Thread contract: any thread; the lock is the whole process's.
 */
public final class MemoryLock {
  private static final int MCL_CURRENT = 1;
  private static final int MCL_FUTURE = 2;
  private static final int MCL_ONFAULT = 4;

  private MemoryLock() {}

  /**
   * Locks what is mapped and what will be, each page when first touched (mlockall with MCL_CURRENT,
   * MCL_FUTURE, MCL_ONFAULT; Linux 4.4), so that reserved but unused memory costs nothing.
   *
   * <p>The limit counts mappings at their full size: without CAP_IPC_LOCK, RLIMIT_MEMLOCK has to
   * cover the JVM's reservations and every journal block to come, or later mappings fail.
   *
   * @throws KernelException ENOMEM or EPERM if the limit is too low, EINVAL before Linux 4.4
   */
  public static void lockAll() throws KernelException {
    if (Native.libc().mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) < 0) {
      int errno = Native.errno();
      throw new KernelException(
          errno,
          "Cannot lock memory (mlockall)",
          "CAP_IPC_LOCK or no limit on locked memory",
          "The limit (RLIMIT_MEMLOCK) is "
              + limit()
              + ": run as root, raise it (ulimit -l unlimited, LimitMEMLOCK=infinity in a systemd"
              + " unit), or record without the lock.");
    }
  }

  /** Takes {@link #lockAll} back. */
  public static void unlockAll() throws KernelException {
    if (Native.libc().munlockall() < 0) {
      throw new KernelException(
          Native.errno(), "Cannot unlock memory (munlockall)", "success", "See the kernel log.");
    }
  }

  private static String limit() {
    try {
      for (String line :
          Files.readAllLines(Path.of("/proc/self/limits"), StandardCharsets.ISO_8859_1)) {
        if (line.startsWith("Max locked memory")) {
          String[] words = line.substring("Max locked memory".length()).strip().split(" +", 2);
          return words[0].equals("unlimited") ? words[0] : words[0] + " bytes";
        }
      }
    } catch (IOException e) {
      // Only decorates another error.
    }
    return "unknown";
  }
}
