package dmrec.kernel;

import dmrec.kernel.Layouts.SockaddrUn;
import dmrec.kernel.Native.Block;
import dmrec.kernel.Native.LibC;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A service manager's end of NOTIFY_SOCKET, for tests of what is told. In this package because Java
 * has no Unix datagram sockets of its own.
 */
public final class Manager implements AutoCloseable {
  private static final int AF_UNIX = 1;
  private static final int SOCK_DGRAM = 2;
  private static final int MESSAGE_BYTES = 4096;
  private static final AtomicInteger COUNT = new AtomicInteger();

  private final String address =
      "@dmrec-test-" + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet();
  private final LibC libc;
  private final int fd;
  private final Poller poller;
  private final Block message = Block.allocate(MESSAGE_BYTES);

  public Manager() throws KernelException {
    libc = Native.libc();
    fd = libc.socket(AF_UNIX, SOCK_DGRAM | Native.O_NONBLOCK | Native.O_CLOEXEC, 0);
    byte[] name = address.getBytes(StandardCharsets.UTF_8);
    Block to = Block.allocate(SockaddrUn.SIZE);
    to.bytes().putShort(SockaddrUn.FAMILY, (short) AF_UNIX).put(SockaddrUn.PATH, name);
    to.bytes().put(SockaddrUn.PATH, (byte) 0);
    if (libc.bind(fd, to.address(), SockaddrUn.PATH + name.length) < 0) {
      throw new KernelException(Native.errno(), "bind " + address, "a free name", "");
    }
    poller = Poller.open(fd);
  }

  /** What belongs into NOTIFY_SOCKET. */
  public String address() {
    return address;
  }

  /** The next message; empty where none is there or comes within {@code waitNs}. */
  public String next(long waitNs) throws KernelException {
    poller.await(waitNs);
    long length = libc.read(fd, message.address(), MESSAGE_BYTES);
    if (length < 0) {
      return "";
    }
    byte[] text = new byte[(int) length];
    message.bytes().get(0, text);
    return new String(text, StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    poller.close();
    Native.close(libc, fd);
  }
}
