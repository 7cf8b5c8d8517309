package dmrec.kernel;

import dmrec.kernel.Layouts.SockaddrUn;
import dmrec.kernel.Native.Block;
import dmrec.kernel.Native.LibC;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Where the service manager listens, as sd_notify(3) says: a Unix datagram socket that it names in
 * NOTIFY_SOCKET.
 *
 * <p>Why not java.nio: its Unix sockets are streams. Each message takes a socket of its own, as
 * libsystemd does it, so that a manager that started anew is found again. Nothing waits: a manager
 * that is busy must not hold up a recording.
 *
 * <p>After warm-up, sending a constant allocates little. Thread contract: one thread at a time.
 */
public final class NotifySocket {
  private static final int AF_UNIX = 1;
  private static final int SOCK_DGRAM = 2;
  private static final int MESSAGE_BYTES = 2048;

  private final LibC libc;
  private final String shown;
  private final Block address = Block.allocate(SockaddrUn.SIZE);
  private final int addressBytes;
  private final Block message = Block.allocate(MESSAGE_BYTES);

  private NotifySocket(LibC libc, String shown, byte[] path) {
    this.libc = libc;
    this.shown = shown;
    ByteBuffer a = address.bytes();
    a.putShort(SockaddrUn.FAMILY, (short) AF_UNIX);
    a.put(SockaddrUn.PATH, path);
    boolean isAbstract = path[0] == '@';
    if (isAbstract) {
      a.put(SockaddrUn.PATH, (byte) 0);
    }
    // A path ends with its NUL; an abstract name is as long as the address says.
    this.addressBytes = SockaddrUn.PATH + path.length + (isAbstract ? 0 : 1);
  }

  /**
   * Makes one; nothing is sent yet.
   *
   * @param address a path, or a name in the abstract namespace behind an {@code @}
   * @throws KernelException where it is neither
   */
  public static NotifySocket of(String address) throws KernelException {
    byte[] path = address.getBytes(StandardCharsets.UTF_8);
    int most = SockaddrUn.SIZE - SockaddrUn.PATH - 1;
    boolean named = address.startsWith("/") || address.startsWith("@");
    if (!named || path.length < 2 || path.length > most) {
      throw new KernelException(
          Errno.EINVAL,
          "Cannot tell the service manager at " + address,
          "a path or @NAME of at most " + most + " bytes in NOTIFY_SOCKET",
          "It is set by the service manager; recording does not need it.");
    }
    return new NotifySocket(Native.libc(), address, path);
  }

  /**
   * Sends assignments, one a line, as {@code READY=1}.
   *
   * @return false where the manager's queue is full: to be tried again later
   * @throws KernelException where nobody listens or it may not be told
   */
  public boolean send(String assignments) throws KernelException {
    byte[] text = assignments.getBytes(StandardCharsets.UTF_8);
    int length = Math.min(text.length, MESSAGE_BYTES);
    message.bytes().put(0, text, 0, length);
    int fd = libc.socket(AF_UNIX, SOCK_DGRAM | Native.O_NONBLOCK | Native.O_CLOEXEC, 0);
    long rc = fd;
    int errno = fd < 0 ? Native.errno() : 0;
    try {
      if (fd >= 0) {
        rc = libc.connect(fd, address.address(), addressBytes);
        rc = rc < 0 ? rc : libc.write(fd, message.address(), length);
        errno = rc < 0 ? Native.errno() : 0;
      }
    } finally {
      Native.close(libc, fd);
      Reference.reachabilityFence(this);
    }
    if (rc >= 0) {
      return true;
    }
    if (errno == Errno.EAGAIN || errno == Errno.EINTR) {
      return false;
    }
    throw new KernelException(
        errno,
        "Cannot tell the service manager at " + shown,
        "its socket",
        "The recording goes on; a service of Type=notify may be taken for dead and restarted.");
  }
}
