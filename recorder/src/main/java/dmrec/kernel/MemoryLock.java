package dmrec.kernel;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

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
  private static final int EPERM = 1;
  private static final int MADV_DONTNEED = 4;

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
      throw refused(Native.errno());
    }
  }

  private static KernelException refused(int errno) {
    return new KernelException(
        errno,
        "Cannot lock memory (mlockall)",
        "CAP_IPC_LOCK or no limit on locked memory",
        "The limit (RLIMIT_MEMLOCK) is "
            + limit()
            + ": run as root, raise it (ulimit -l unlimited, LimitMEMLOCK=infinity in a systemd"
            + " unit), or record without the lock.");
  }

  /**
   * Brings into memory, and locks, every private mapping that may be accessed: heap, code,
   * libraries, class archive, the stacks of all threads. To be called after {@link #lockAll}, which
   * has taken the limit into account and goes on to hold for what is mapped later: new zeroed
   * pages, locked when touched, which no disk has to bring.
   *
   * <p>Left to their first touch are shared mappings, which are two: the JDK's class library
   * (lib/modules, 130 MB, of which a loaded class needs nothing) and the journal's blocks, whose
   * pages do not exist before they are written. So is what is reserved only (PROT_NONE).
   *
   * <p>Why mapping by mapping and not mlockall(MCL_CURRENT): that would take the class library, and
   * forget that future mappings are to be locked (mm/mlock.c, apply_mlockall_flags).
   *
   * @throws KernelException EPERM where this process may lock no memory at all
   */
  public static void faultIn() throws KernelException {
    for (String mapping : mappings()) {
      // 7f0c8a000000-7f0c8a021000 rw-p 00000000 00:00 0
      int dash = mapping.indexOf('-');
      int blank = mapping.indexOf(' ', dash);
      boolean isPrivate = mapping.startsWith("p", blank + 4);
      boolean isAccessible = !mapping.startsWith("---", blank + 1);
      if (isPrivate && isAccessible) {
        long begin = Long.parseUnsignedLong(mapping, 0, dash, 16);
        long end = Long.parseUnsignedLong(mapping, dash + 1, blank, 16);
        if (Native.libc().mlock(begin, end - begin) < 0 && Native.errno() == EPERM) {
          throw refused(EPERM);
        }
        // Otherwise it is gone by now, or has pages that cannot be had ([vvar], or no memory is
        // free): these stay as lockAll left them.
      }
    }
  }

  private static List<String> mappings() throws KernelException {
    try {
      return Files.readAllLines(Path.of("/proc/self/maps"), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new KernelException(
          "Cannot lock memory (/proc/self/maps)",
          "the list of this process's mappings",
          String.valueOf(e.getMessage()),
          "Mount /proc, or record without the lock.",
          e);
    }
  }

  /**
   * Lets go of the pages of a file that is mapped and shared (madvise with MADV_DONTNEED): what was
   * written to them stays in the system's cache. Pages that are locked stay.
   *
   * @param address of a page
   * @param lengthBytes a multiple of a page's
   */
  public static void release(long address, long lengthBytes) {
    try {
      Native.libc().madvise(address, lengthBytes, MADV_DONTNEED);
    } catch (KernelException e) {
      return; // They stay: it costs memory and nothing else.
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
