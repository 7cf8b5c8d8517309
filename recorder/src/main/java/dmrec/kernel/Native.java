package dmrec.kernel;

import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import jnr.ffi.LibraryLoader;
import jnr.ffi.LibraryOption;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import jnr.ffi.annotations.IgnoreError;
import jnr.ffi.annotations.Variadic;

/**
 * The one door to the C library.
 *
 * <p>Memory is passed as addresses in a {@code long}: nothing is wrapped, copied or boxed, so that
 * a call allocates nothing. Whoever passes an address keeps the {@link Block} behind it reachable.
 *
 * <p>The library is loaded by the first call of {@link #libc()}, which takes a quarter of a second;
 * loading this class does nothing.
 */
final class Native {
  /**
   * Public because the generated implementation lives in another class loader.
   *
   * <p>No call may have six arguments: jnr-ffi garbles the sixth on x86_64 (jnr-ffi issue 181).
   */
  public interface LibC {
    @Variadic(fixedCount = 2)
    int open(String path, int flags, int mode);

    int close(int fd);

    long read(int fd, long buffer, long lengthBytes);

    long write(int fd, long buffer, long lengthBytes);

    long lseek(int fd, long offset, int whence);

    int flock(int fd, int operation);

    int socket(int domain, int type, int protocol);

    int bind(int fd, long address, int lengthBytes);

    int connect(int fd, long address, int lengthBytes);

    int setsockopt(int fd, int level, int option, long value, int lengthBytes);

    int getsockopt(int fd, int level, int option, long value, long lengthBytes);

    long recvmsg(int fd, long header, int flags);

    @Variadic(fixedCount = 2)
    int ioctl(int fd, long request, long argument);

    int ppoll(long fds, long count, long timeout, long signalMask);

    int eventfd(int initial, int flags);

    int epoll_create1(int flags);

    int epoll_ctl(int epollFd, int operation, int fd, long event);

    int mkdir(String path, int mode);

    int rmdir(String path);

    @IgnoreError
    int clock_gettime(int clock, long timespec);

    @IgnoreError
    int adjtimex(long timex);

    int mlockall(int flags);

    int munlockall();

    int mlock(long address, long lengthBytes);

    int madvise(long address, long lengthBytes, int advice);

    @Variadic(fixedCount = 1)
    int prctl(int option, long two, long three, long four, long five);

    int waitpid(int pid, long status, int options);

    long calloc(long count, long lengthBytes);

    @IgnoreError
    void free(long address);
  }

  /** Direct memory with its address, native byte order, zeroed. */
  record Block(ByteBuffer bytes, long address) {
    static Block allocate(int sizeBytes) {
      ByteBuffer bytes =
          ByteBuffer.allocateDirect(sizeBytes).order(java.nio.ByteOrder.nativeOrder());
      return new Block(bytes, Pointer.wrap(Loaded.RUNTIME, bytes).address());
    }
  }

  static final int O_RDONLY = 0;
  static final int O_WRONLY = 1;
  static final int O_RDWR = 2;
  static final int O_TRUNC = 0x200;
  static final int O_APPEND = 0x400;
  static final int O_NONBLOCK = 0x800;
  static final int O_CLOEXEC = 0x80000;

  /** Where the numbers of this package hold: both have the generic ABI. */
  private static final Set<String> MACHINES = Set.of("amd64", "x86_64", "aarch64");

  private Native() {}

  /** Loads the C library. */
  private static final class Loaded {
    static final LibC LIBC =
        LibraryLoader.loadLibrary(LibC.class, Map.of(LibraryOption.LoadNow, Boolean.TRUE), "c");
    static final Runtime RUNTIME = Runtime.getRuntime(LIBC);

    static {
      Layouts.check();
    }
  }

  static LibC libc() throws KernelException {
    String system = System.getProperty("os.name", "");
    String machine = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
    if (!system.equals("Linux") || !MACHINES.contains(machine)) {
      throw new KernelException(
          "Cannot talk to this kernel",
          "Linux on x86_64 or aarch64",
          system + " on " + machine,
          "Record on such a machine; a journal can be read anywhere.",
          new UnsupportedOperationException(machine));
    }
    try {
      return Loaded.LIBC;
    } catch (LinkageError e) {
      throw new KernelException(
          "Cannot load the C library",
          "a folder for temporary files that allows programs",
          String.valueOf(e.getCause() == null ? e.getMessage() : e.getCause().getMessage()),
          "If "
              + System.getProperty("java.io.tmpdir")
              + " is mounted noexec, pass another with"
              + " -Djava.io.tmpdir=FOLDER.",
          e);
    }
  }

  /** Of the calling thread's last failed call; sticky, so only to be asked after a failure. */
  static int errno() {
    return Loaded.RUNTIME.getLastError();
  }

  /** Lets a kernel made for a test fail as the real one does. */
  static void setErrno(int errno) {
    Loaded.RUNTIME.setLastError(errno);
  }

  /** The descriptor is gone whatever close(2) returns, so there is nothing to report. */
  static void close(LibC libc, int fd) {
    if (fd >= 0) {
      libc.close(fd);
    }
  }
}
