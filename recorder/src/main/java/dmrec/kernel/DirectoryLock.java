package dmrec.kernel;

import dmrec.kernel.Native.LibC;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * An exclusive lock on a directory (flock with LOCK_EX).
 *
 * <p>Why not a file in it: a lock on a file excludes nobody any more when the file's name is
 * removed. A directory's lock stays with the directory, under whatever name, until its holder
 * closes it or ends. The process's children do not inherit it (O_CLOEXEC).
 *
 * <p>Thread contract: one thread at a time.
 */
public final class DirectoryLock implements AutoCloseable {
  private static final int LOCK_EX = 2;
  private static final int LOCK_NB = 4;

  private final LibC libc;
  private int fd;

  private DirectoryLock(LibC libc, int fd) {
    this.libc = libc;
    this.fd = fd;
  }

  /**
   * Locks a directory; never waits.
   *
   * @return null where it is locked already, by this process or another
   * @throws KernelException ENOENT or EACCES from open(2); ENOLCK and others where the file system
   *     locks no directories
   */
  public static @Nullable DirectoryLock tryLock(Path directory) throws KernelException {
    LibC libc = Native.libc();
    int fd = libc.open(directory.toString(), Native.O_RDONLY | Native.O_CLOEXEC, 0);
    if (fd < 0) {
      throw failed("Cannot open " + directory + " to lock it", Native.errno());
    }
    int rc;
    int errno;
    do {
      rc = libc.flock(fd, LOCK_EX | LOCK_NB);
      errno = rc < 0 ? Native.errno() : 0;
    } while (errno == Errno.EINTR);
    if (rc == 0) {
      return new DirectoryLock(libc, fd);
    }
    Native.close(libc, fd);
    if (errno == Errno.EAGAIN) {
      return null;
    }
    throw failed("Cannot lock " + directory + " (flock)", errno);
  }

  private static KernelException failed(String what, int errno) {
    return new KernelException(
        errno, what, "a directory on a file system that has locks", "Name a directory on another.");
  }

  /** Ends the lock; a second call does nothing. */
  @Override
  public void close() {
    Native.close(libc, fd);
    fd = -1;
  }
}
