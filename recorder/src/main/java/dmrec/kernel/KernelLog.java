package dmrec.kernel;

import dmrec.kernel.Native.Block;
import dmrec.kernel.Native.LibC;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;

/**
 * The kernel log, one record at a time, from /dev/kmsg.
 *
 * <p>Why it is read: for some device-mapper faults (a snapshot's reason, verity, integrity) the log
 * line is all the kernel says. A record is {@code level,sequence,microseconds,flags;text} and
 * continuation lines of {@code KEY=value}; the sequence has no holes, so that a loss is exactly
 * countable, and the time is the kernel's own, monotonic (Documentation/ABI/testing/dev-kmsg).
 *
 * <p>Reading takes nothing from other readers. After warm-up, receiving allocates nothing.
 *
 * <p>Thread contract: one thread at a time.
 */
public final class KernelLog implements AutoCloseable {
  /** What {@link #receive()} found. */
  public enum Received {
    /** One record, in {@link #message()}. */
    MESSAGE,
    /** Nothing new. */
    NONE,
    /** Records were overwritten before they were read; the next one is the oldest still there. */
    LOST
  }

  private static final String PATH = "/dev/kmsg";

  /** Twice the kernel's largest record of any version (CONSOLE_EXT_LOG_MAX, 8 KiB). */
  private static final int MESSAGE_BYTES = 16 * 1024;

  private static final int SEEK_SET = 0;
  private static final int SEEK_END = 2;

  private final LibC libc;
  private final Block message;
  private int fd;

  private KernelLog(LibC libc, int fd) {
    this.libc = libc;
    this.fd = fd;
    this.message = Block.allocate(MESSAGE_BYTES);
    message.bytes().limit(0);
  }

  /**
   * Opens the log behind its last record: only what comes from now on is read.
   *
   * @throws KernelException EPERM where kernel.dmesg_restrict asks for CAP_SYSLOG, ENOENT in a
   *     container without the device
   */
  public static KernelLog open() throws KernelException {
    return open(SEEK_END);
  }

  /**
   * Opens the log before its oldest record still kept.
   *
   * @throws KernelException as {@link #open()}
   */
  public static KernelLog openFromStart() throws KernelException {
    return open(SEEK_SET);
  }

  private static KernelLog open(int whence) throws KernelException {
    LibC libc = Native.libc();
    int fd = libc.open(PATH, Native.O_RDONLY | Native.O_NONBLOCK | Native.O_CLOEXEC, 0);
    if (fd < 0) {
      throw new KernelException(
          Native.errno(),
          "Cannot open " + PATH,
          "a kernel log that may be read",
          "Run as root or with CAP_SYSLOG (see kernel.dmesg_restrict); in a container, pass the"
              + " device in. Recording works without it.");
    }
    if (libc.lseek(fd, 0, whence) < 0) {
      int errno = Native.errno();
      Native.close(libc, fd);
      throw new KernelException(
          errno, "Cannot seek in " + PATH, "the kernel log", "Check that it is the real device.");
    }
    return new KernelLog(libc, fd);
  }

  /** The descriptor, for {@link Poller}; -1 once closed. */
  public int fd() {
    return fd;
  }

  /**
   * Reads the next record, without waiting.
   *
   * @throws KernelException on anything but an empty log or a loss; EBADF once closed
   */
  public Received receive() throws KernelException {
    ByteBuffer m = message.bytes();
    long rc;
    int errno;
    try {
      do {
        rc = libc.read(fd, message.address(), MESSAGE_BYTES);
        errno = rc < 0 ? Native.errno() : 0;
      } while (errno == Errno.EINTR);
    } finally {
      Reference.reachabilityFence(this);
    }
    m.clear();
    m.limit((int) Math.max(0, Math.min(rc, MESSAGE_BYTES)));
    if (rc > 0) {
      return Received.MESSAGE;
    }
    if (rc == 0) {
      return Received.NONE;
    }
    return switch (errno) {
      case Errno.EAGAIN -> Received.NONE;
      case Errno.EPIPE -> Received.LOST;
      default ->
          throw new KernelException(
              errno, "Cannot read " + PATH, "a record, none, or a loss", "Open the log again.");
    };
  }

  /**
   * The record: position 0, limit its length. The same buffer each time, overwritten by the next
   * {@link #receive()}; empty when that found none.
   */
  public ByteBuffer message() {
    return message.bytes();
  }

  /** Closes the log; a second call does nothing. */
  @Override
  public void close() {
    Native.close(libc, fd);
    fd = -1;
  }
}
