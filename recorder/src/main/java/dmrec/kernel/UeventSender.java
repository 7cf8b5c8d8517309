package dmrec.kernel;

import dmrec.kernel.Layouts.SockaddrNl;
import dmrec.kernel.Native.Block;
import dmrec.kernel.Native.LibC;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;

/**
 * Sends uevents in the two ways there are: through the kernel, which repeats each as its own and
 * acknowledges it (lib/kobject_uevent.c, uevent_net_rcv_skb), and straight to udev's group, as udev
 * does.
 *
 * <p>Listeners believe the first because it comes from port 0, the second because its sender is
 * root. The kernel looks at no byte of what it repeats, and adds a SEQNUM of its own.
 *
 * <p>One system call a message and one for its acknowledgement; after warm-up, nothing is
 * allocated. Nothing waits: a listener whose queue is full loses the message, see {@link
 * UeventListeners}. Thread contract: one thread at a time. The socket stays in the network
 * namespace of the thread that opened it.
 */
public final class UeventSender implements AutoCloseable {
  /** Room for a message in either way: four times what libudev reads at most. */
  public static final int MESSAGE_BYTES = 32 * 1024;

  private static final int AF_NETLINK = 16;
  private static final int SOCK_DGRAM = 2;
  private static final int NETLINK_KOBJECT_UEVENT = 15;
  private static final int GROUP_UDEV = 2;

  private static final int NLM_F_REQUEST = 0x1;
  private static final int NLM_F_ACK = 0x4;
  private static final int NLMSG_MIN_TYPE = 0x10;
  private static final int NLMSG_ERROR = 2;
  private static final int EMSGSIZE = 90;

  // struct nlmsghdr, and struct nlmsgerr behind it: include/uapi/linux/netlink.h.
  private static final int LENGTH = 0;
  private static final int TYPE = 4;
  private static final int FLAGS = 6;
  private static final int SEQUENCE = 8;
  private static final int HEADER_BYTES = 16;
  private static final int ERROR = 16;
  private static final int ANSWERED_SEQUENCE = 20 + SEQUENCE;
  private static final int LEAST_ACK_BYTES = 36;

  /** An acknowledgement that refuses repeats the message. */
  private static final int ACK_BYTES = MESSAGE_BYTES + 4096;

  private final LibC libc;
  private final boolean throughKernel;
  private final Block block = Block.allocate(HEADER_BYTES + MESSAGE_BYTES);
  private final Block ack = Block.allocate(ACK_BYTES);
  private final ByteBuffer message = block.bytes().slice(HEADER_BYTES, MESSAGE_BYTES);
  private int fd;
  private int sequence;

  private UeventSender(LibC libc, int fd, boolean throughKernel) {
    this.libc = libc;
    this.fd = fd;
    this.throughKernel = throughKernel;
    ByteBuffer b = block.bytes();
    b.putShort(TYPE, (short) NLMSG_MIN_TYPE);
    b.putShort(FLAGS, (short) (NLM_F_REQUEST | NLM_F_ACK));
  }

  /**
   * Opens one that has the kernel repeat each message to its listeners. Each takes a number of the
   * kernel's count of uevents, which all namespaces share.
   */
  public static UeventSender throughKernel() throws KernelException {
    return open(true);
  }

  /** Opens one that sends to those who listen to udev. */
  public static UeventSender toUdevListeners() throws KernelException {
    return open(false);
  }

  private static UeventSender open(boolean throughKernel) throws KernelException {
    LibC libc = Native.libc();
    int fd =
        libc.socket(
            AF_NETLINK, SOCK_DGRAM | Native.O_NONBLOCK | Native.O_CLOEXEC, NETLINK_KOBJECT_UEVENT);
    if (fd < 0) {
      throw new KernelException(
          Native.errno(),
          "Cannot open a socket to send uevents",
          "a netlink socket",
          "A sandbox may forbid it: allow the address family AF_NETLINK.");
    }
    UeventSender sender = new UeventSender(libc, fd, throughKernel);
    try {
      sender.connect();
    } catch (KernelException | RuntimeException | Error e) {
      sender.close();
      throw e;
    }
    return sender;
  }

  /** Not sendto for each: it has six arguments. */
  private void connect() throws KernelException {
    Block address = Block.allocate(SockaddrNl.SIZE);
    address.bytes().putShort(SockaddrNl.FAMILY, (short) AF_NETLINK);
    address.bytes().putInt(SockaddrNl.GROUPS, throughKernel ? 0 : GROUP_UDEV);
    int rc;
    int errno;
    try {
      rc = libc.connect(fd, address.address(), SockaddrNl.SIZE);
      errno = rc < 0 ? Native.errno() : 0;
    } finally {
      Reference.reachabilityFence(address);
    }
    if (rc < 0) {
      throw refused(errno);
    }
  }

  private KernelException refused(int errno) {
    return new KernelException(
        errno,
        throughKernel
            ? "Cannot inject a uevent through the kernel"
            : "Cannot send to udev's listeners",
        throughKernel
            ? "CAP_SYS_ADMIN over this network namespace"
            : "CAP_NET_ADMIN in this network namespace",
        "Replay in a namespace of its own (--run), or as its root.");
  }

  /** Where the message is put, from 0 on; the same buffer each time. */
  public ByteBuffer message() {
    return message;
  }

  /**
   * Sends the first {@code lengthBytes} of {@link #message()}. Through the kernel it must end with
   * a NUL, as the kernel writes its SEQNUM right behind it.
   *
   * @return false where it is too long: through the kernel some 2,018 bytes are the most, less the
   *     longer its SEQNUM is
   * @throws KernelException where it may not be sent, EPERM
   */
  public boolean send(int lengthBytes) throws KernelException {
    if (lengthBytes < 0 || lengthBytes > MESSAGE_BYTES) {
      throw new IllegalArgumentException(
          "lengthBytes: expected 0 to " + MESSAGE_BYTES + ", found " + lengthBytes);
    }
    int from = throughKernel ? 0 : HEADER_BYTES;
    int size = HEADER_BYTES - from + lengthBytes;
    block.bytes().putInt(LENGTH, size);
    block.bytes().putInt(SEQUENCE, ++sequence);
    long rc;
    int errno;
    try {
      do {
        rc = libc.write(fd, block.address() + from, size);
        errno = rc < 0 ? Native.errno() : 0;
      } while (errno == Errno.EINTR);
    } finally {
      Reference.reachabilityFence(this);
    }
    if (errno == 0 && throughKernel) {
      errno = acknowledged();
    }
    if (errno == 0) {
      return true;
    }
    if (errno == EMSGSIZE || (errno == Errno.EINVAL && throughKernel)) {
      return false;
    }
    throw refused(errno);
  }

  /** The kernel acknowledges before write(2) returns. */
  private int acknowledged() throws KernelException {
    ByteBuffer a = ack.bytes();
    while (true) {
      long rc;
      int errno;
      try {
        rc = libc.read(fd, ack.address(), ACK_BYTES);
        errno = rc < 0 ? Native.errno() : 0;
      } finally {
        Reference.reachabilityFence(this);
      }
      if (errno != 0 && errno != Errno.EINTR) {
        throw new KernelException(
            errno, "Cannot inject a uevent", "an acknowledgement of the kernel", "Begin again.");
      }
      if (rc >= LEAST_ACK_BYTES
          && a.getShort(TYPE) == NLMSG_ERROR
          && a.getInt(ANSWERED_SEQUENCE) == sequence) {
        return -a.getInt(ERROR);
      }
    }
  }

  /** Closes the socket; a second call does nothing. */
  @Override
  public void close() {
    Native.close(libc, fd);
    fd = -1;
  }
}
