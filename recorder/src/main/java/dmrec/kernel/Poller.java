package dmrec.kernel;

import dmrec.kernel.Layouts.Pollfd;
import dmrec.kernel.Layouts.Timespec;
import dmrec.kernel.Native.Block;
import dmrec.kernel.Native.LibC;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;

/**
 * Waits until one of the kernel's sources has something, a time has passed, or someone calls.
 *
 * <p>Why not java.nio's selector: it takes no foreign descriptors; and a thread that waits in
 * native code does not see an interrupt, so an eventfd stands in for it.
 *
 * <p>Thread contract: {@link #await}, {@link #readable} and {@link #woken} belong to one thread;
 * {@link #wake} and {@link #close} may come from any, but close only once no one waits.
 */
public final class Poller implements AutoCloseable {
  private static final int POLLIN = 0x1;
  private static final int POLLERR = 0x8;
  private static final int POLLHUP = 0x10;
  private static final int POLLNVAL = 0x20;
  private static final int CLOCK_MONOTONIC = 1;

  private final LibC libc;
  private final int count;
  private final Block block;
  private final int timespecAt;
  private final int oneAt;
  private final int drainAt;
  private int eventFd;
  private boolean woken;

  private Poller(LibC libc, int eventFd, int[] fds) {
    this.libc = libc;
    this.eventFd = eventFd;
    this.count = fds.length + 1;
    this.timespecAt = Layouts.align(count * Pollfd.SIZE, 16);
    this.oneAt = timespecAt + Timespec.SIZE;
    this.drainAt = oneAt + 8;
    this.block = Block.allocate(drainAt + 8);
    ByteBuffer b = block.bytes();
    watch(0, eventFd);
    for (int i = 0; i < fds.length; i++) {
      watch(i + 1, fds[i]);
    }
    b.putLong(oneAt, 1);
  }

  private void watch(int i, int fd) {
    block.bytes().putInt(i * Pollfd.SIZE + Pollfd.FD, fd);
    block.bytes().putShort(i * Pollfd.SIZE + Pollfd.EVENTS, (short) POLLIN);
  }

  /**
   * Makes a poller.
   *
   * @param fds what to watch, which stays open for as long as this does; a negative one is ignored,
   *     as poll(2) does, and stands for a source that is absent
   */
  public static Poller open(int... fds) throws KernelException {
    LibC libc = Native.libc();
    int eventFd = libc.eventfd(0, Native.O_NONBLOCK | Native.O_CLOEXEC);
    if (eventFd < 0) {
      throw new KernelException(
          Native.errno(),
          "Cannot make an eventfd",
          "a free descriptor",
          "Raise the limit on open files (ulimit -n).");
    }
    return new Poller(libc, eventFd, fds);
  }

  /**
   * Waits. A signal does not end the wait.
   *
   * @param timeoutNs nanoseconds; 0 only looks, negative waits without end
   * @return how many of the watched descriptors are {@link #readable}; 0 after the time has passed
   *     or a mere {@link #wake}
   * @throws KernelException EBADF if a watched descriptor was closed
   */
  public int await(long timeoutNs) throws KernelException {
    ByteBuffer b = block.bytes();
    long endNs = timeoutNs > 0 ? saturatedAdd(monotonicNs(), timeoutNs) : 0;
    long leftNs = timeoutNs;
    woken = false;
    while (true) {
      long timeout = 0;
      if (timeoutNs >= 0) {
        b.putLong(timespecAt + Timespec.SECONDS, leftNs / 1_000_000_000);
        b.putLong(timespecAt + Timespec.NANOSECONDS, leftNs % 1_000_000_000);
        timeout = block.address() + timespecAt;
      }
      int rc;
      int errno;
      try {
        rc = libc.ppoll(block.address(), count, timeout, 0);
        errno = rc < 0 ? Native.errno() : 0;
      } finally {
        Reference.reachabilityFence(this);
      }
      if (rc >= 0) {
        return collect();
      }
      if (errno != Errno.EINTR) {
        forget();
        throw new KernelException(
            errno, "Cannot wait for the kernel (ppoll)", "an event", "Open the sources again.");
      }
      if (timeoutNs > 0) {
        leftNs = Math.max(0, endNs - monotonicNs());
      }
    }
  }

  private int collect() throws KernelException {
    int ready = 0;
    for (int i = 1; i < count; i++) {
      int revents = revents(i);
      if ((revents & POLLNVAL) != 0) {
        int fd = block.bytes().getInt(i * Pollfd.SIZE + Pollfd.FD);
        throw new KernelException(
            Errno.EBADF,
            "Cannot wait for descriptor " + fd,
            "an open descriptor",
            "Close the poller before its sources.");
      }
      if (revents != 0) {
        ready++;
      }
    }
    if (revents(0) != 0) {
      woken = true;
      // Never blocks, and one read takes all wakes so far.
      try {
        libc.read(eventFd, block.address() + drainAt, 8);
      } finally {
        Reference.reachabilityFence(this);
      }
    }
    return ready;
  }

  /** After a failure nothing is readable. */
  private void forget() {
    for (int i = 0; i < count; i++) {
      block.bytes().putShort(i * Pollfd.SIZE + Pollfd.REVENTS, (short) 0);
    }
  }

  private int revents(int i) {
    // An error counts as readable: an overrun socket and a lost log record show as POLLERR.
    return block.bytes().getShort(i * Pollfd.SIZE + Pollfd.REVENTS)
        & (POLLIN | POLLERR | POLLHUP | POLLNVAL);
  }

  /**
   * Whether the last {@link #await} found {@code fd} with something to read or an error to take.
   */
  public boolean readable(int fd) {
    for (int i = 1; i < count; i++) {
      if (fd >= 0 && block.bytes().getInt(i * Pollfd.SIZE + Pollfd.FD) == fd) {
        return revents(i) != 0;
      }
    }
    return false;
  }

  /** Whether {@link #wake} ended the last {@link #await}, or came before it. */
  public boolean woken() {
    return woken;
  }

  /** Ends the current wait, or the next one if none is going on. Does nothing once closed. */
  public synchronized void wake() {
    // Under the lock: a descriptor number that was closed may already mean another file.
    if (eventFd >= 0) {
      try {
        libc.write(eventFd, block.address() + oneAt, 8);
      } finally {
        Reference.reachabilityFence(this);
      }
    }
  }

  private long monotonicNs() {
    try {
      libc.clock_gettime(CLOCK_MONOTONIC, block.address() + timespecAt);
    } finally {
      Reference.reachabilityFence(this);
    }
    ByteBuffer b = block.bytes();
    return b.getLong(timespecAt + Timespec.SECONDS) * 1_000_000_000
        + b.getLong(timespecAt + Timespec.NANOSECONDS);
  }

  private static long saturatedAdd(long a, long b) {
    long sum = a + b;
    return sum < a ? Long.MAX_VALUE : sum;
  }

  /** Closes the eventfd, not the sources; a second call does nothing. */
  @Override
  public synchronized void close() {
    Native.close(libc, eventFd);
    eventFd = -1;
  }
}
