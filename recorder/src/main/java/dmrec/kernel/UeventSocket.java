package dmrec.kernel;

import dmrec.kernel.Layouts.Cmsghdr;
import dmrec.kernel.Layouts.Iovec;
import dmrec.kernel.Layouts.Msghdr;
import dmrec.kernel.Layouts.SockaddrNl;
import dmrec.kernel.Layouts.Ucred;
import dmrec.kernel.Native.Block;
import dmrec.kernel.Native.LibC;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;

/**
 * Uevents as the kernel broadcasts them on netlink, one datagram at a time.
 *
 * <p>Why not a library: none offers what a witness needs, which is who sent each message and
 * exactly how many were lost. A message is what it claims to be only if {@link #senderPort()} is 0;
 * one that a process injected through the kernel also has port 0, but carries that process's pid,
 * where the kernel's own carry 0 (lib/kobject_uevent.c, net/netlink/af_netlink.c).
 *
 * <p>Loss: when the queue overflows, the next {@link #receive()} says {@link Received#OVERRUN}
 * once, <em>before</em> the messages that were already queued; the hole lies after those, and
 * nothing new is queued until all of them are taken. {@link #drops()} counts exactly. A gap in the
 * messages' SEQNUM proves nothing: the counter is shared with other network namespaces.
 *
 * <p>The kernel stamps no time on these messages. After warm-up, receiving allocates nothing.
 *
 * <p>Thread contract: one thread receives; {@link #drops} and {@link #queuedBytes} are for any. The
 * socket stays in the network namespace of the thread that opened it.
 */
public final class UeventSocket implements AutoCloseable {
  /** Which multicast groups of NETLINK_KOBJECT_UEVENT to join; neither needs a privilege. */
  public enum Groups {
    /** Group 1: what the kernel sends. */
    KERNEL(1),
    /** Groups 1 and 2; on 2, udev repeats each event with what its rules found. */
    KERNEL_AND_UDEV(3);

    private final int mask;

    Groups(int mask) {
      this.mask = mask;
    }
  }

  /** What {@link #receive()} found. */
  public enum Received {
    /** One datagram; the accessors describe it until the next call. */
    MESSAGE,
    /** Nothing is queued. */
    NONE,
    /** Messages were lost since the queue was last empty; go on receiving until NONE. */
    OVERRUN
  }

  /** Size of {@link #message()}: several times the largest uevent the kernel can make (2 KiB). */
  public static final int MESSAGE_BYTES = 16 * 1024;

  private static final int AF_NETLINK = 16;
  private static final int SOCK_DGRAM = 2;
  private static final int NETLINK_KOBJECT_UEVENT = 15;
  private static final int SOL_SOCKET = 1;
  private static final int SO_RCVBUF = 8;
  private static final int SO_PASSCRED = 16;
  private static final int SO_RCVBUFFORCE = 33;
  private static final int SO_MEMINFO = 55;
  private static final int SCM_CREDENTIALS = 2;
  private static final int MSG_TRUNC = 0x20;
  private static final int MSG_DONTWAIT = 0x40;
  private static final int MEMINFO_QUEUED = 0;
  private static final int MEMINFO_DROPS = 8 * 4;
  private static final int MEMINFO_BYTES = 9 * 4;

  // One block: header, iovec, sender's address, control messages, socket options.
  private static final int HEADER = 0;
  private static final int IOVEC = Layouts.align(HEADER + Msghdr.SIZE, 16);
  private static final int SENDER = IOVEC + Iovec.SIZE;
  private static final int CONTROL = Layouts.align(SENDER + SockaddrNl.SIZE, 16);
  private static final int CONTROL_BYTES = 128;
  private static final int OPTION = CONTROL + CONTROL_BYTES;
  private static final int OPTION_BYTES = 64;
  private static final int OPTION_LENGTH = OPTION + OPTION_BYTES;
  private static final int BLOCK_BYTES = OPTION_LENGTH + 16;

  private final LibC libc;
  private final Block block;
  private final Block message;
  private int fd;
  private boolean bufferForced;
  private int receiveBufferBytes;
  private boolean truncated;
  private int senderPort = -1;
  private int groups;
  private boolean hasCredentials;
  private int senderPid = -1;
  private int senderUid = -1;
  private int senderGid = -1;

  private UeventSocket(LibC libc, int fd) {
    this.libc = libc;
    this.fd = fd;
    this.block = Block.allocate(BLOCK_BYTES);
    this.message = Block.allocate(MESSAGE_BYTES);
    ByteBuffer b = block.bytes();
    b.putLong(HEADER + Msghdr.NAME, block.address() + SENDER);
    b.putLong(HEADER + Msghdr.IOV, block.address() + IOVEC);
    b.putLong(HEADER + Msghdr.IOV_COUNT, 1);
    b.putLong(HEADER + Msghdr.CONTROL, block.address() + CONTROL);
    b.putLong(IOVEC + Iovec.BASE, message.address());
    b.putLong(IOVEC + Iovec.LENGTH, MESSAGE_BYTES);
    message.bytes().limit(0);
  }

  /**
   * Opens a non-blocking socket in the calling thread's network namespace and joins {@code groups}.
   *
   * @param receiveBufferBytes the size to ask for, 1 to 2^30; one uevent takes about 1,280 bytes of
   *     it, and the kernel doubles what is asked for. Without CAP_NET_ADMIN the kernel caps it at
   *     net.core.rmem_max: see {@link #bufferForced()} and {@link #receiveBufferBytes()}.
   */
  public static UeventSocket open(Groups groups, int receiveBufferBytes) throws KernelException {
    if (receiveBufferBytes < 1 || receiveBufferBytes > 1 << 30) {
      throw new IllegalArgumentException(
          "receiveBufferBytes: expected 1 to 2^30, found " + receiveBufferBytes);
    }
    LibC libc = Native.libc();
    int fd =
        libc.socket(
            AF_NETLINK, SOCK_DGRAM | Native.O_NONBLOCK | Native.O_CLOEXEC, NETLINK_KOBJECT_UEVENT);
    if (fd < 0) {
      throw new KernelException(
          Native.errno(),
          "Cannot open the kernel's uevent socket",
          "a netlink socket",
          "A sandbox may forbid it: allow the address family AF_NETLINK.");
    }
    UeventSocket socket = new UeventSocket(libc, fd);
    try {
      socket.setUp(groups, receiveBufferBytes);
    } catch (KernelException | RuntimeException | Error e) {
      socket.close();
      throw e;
    }
    return socket;
  }

  private void setUp(Groups wanted, int wantedBytes) throws KernelException {
    // Before bind: no message may arrive without credentials or into the small buffer.
    if (setOption(SO_PASSCRED, 1) < 0) {
      throw failed("SO_PASSCRED", "each message with its sender's credentials");
    }
    bufferForced = setOption(SO_RCVBUFFORCE, wantedBytes) == 0;
    if (!bufferForced && setOption(SO_RCVBUF, wantedBytes) < 0) {
      throw failed("SO_RCVBUF", "a receive buffer of " + wantedBytes + " bytes");
    }
    if (getOption(SO_RCVBUF, 4) < 0) {
      throw failed("SO_RCVBUF", "the size of the receive buffer");
    }
    receiveBufferBytes = block.bytes().getInt(OPTION);

    ByteBuffer b = block.bytes();
    b.putShort(SENDER + SockaddrNl.FAMILY, (short) AF_NETLINK);
    b.putShort(SENDER + SockaddrNl.PAD, (short) 0);
    b.putInt(SENDER + SockaddrNl.PORT, 0);
    b.putInt(SENDER + SockaddrNl.GROUPS, wanted.mask);
    int rc;
    int errno;
    try {
      rc = libc.bind(fd, block.address() + SENDER, SockaddrNl.SIZE);
      errno = rc < 0 ? Native.errno() : 0;
    } finally {
      Reference.reachabilityFence(this);
    }
    if (rc < 0) {
      throw new KernelException(
          errno,
          "Cannot join uevent groups " + wanted + " (bind)",
          "any user to be allowed",
          "A sandbox or a security module may forbid it: see its log.");
    }
  }

  /** The descriptor, for {@link Poller}; -1 once closed. */
  public int fd() {
    return fd;
  }

  /** Whether the buffer could be made larger than net.core.rmem_max; needs CAP_NET_ADMIN. */
  public boolean bufferForced() {
    return bufferForced;
  }

  /** What the kernel granted, in bytes of its own accounting: twice what was asked, or the cap. */
  public int receiveBufferBytes() {
    return receiveBufferBytes;
  }

  /**
   * Takes the next datagram, without waiting.
   *
   * @throws KernelException on anything but an empty queue or a loss; EBADF once closed
   */
  public Received receive() throws KernelException {
    ByteBuffer b = block.bytes();
    ByteBuffer m = message.bytes();
    long rc;
    int errno;
    try {
      do {
        // The kernel overwrites these with what it used.
        b.putInt(HEADER + Msghdr.NAME_LENGTH, SockaddrNl.SIZE);
        b.putLong(HEADER + Msghdr.CONTROL_LENGTH, CONTROL_BYTES);
        b.putInt(HEADER + Msghdr.FLAGS, 0);
        rc = libc.recvmsg(fd, block.address() + HEADER, MSG_DONTWAIT);
        errno = rc < 0 ? Native.errno() : 0;
      } while (errno == Errno.EINTR);
    } finally {
      Reference.reachabilityFence(this);
    }
    m.clear();
    if (rc < 0) {
      m.limit(0);
      return switch (errno) {
        case Errno.EAGAIN -> Received.NONE;
        case Errno.ENOBUFS -> Received.OVERRUN;
        default ->
            throw new KernelException(
                errno,
                "Cannot receive from the uevent socket (recvmsg)",
                "a message, an empty queue or a loss",
                "Open the socket again and take a new baseline.");
      };
    }
    m.limit((int) Math.min(rc, MESSAGE_BYTES));
    truncated = (b.getInt(HEADER + Msghdr.FLAGS) & MSG_TRUNC) != 0;
    readSender(b);
    readCredentials(b);
    return Received.MESSAGE;
  }

  private void readSender(ByteBuffer b) {
    boolean named =
        b.getInt(HEADER + Msghdr.NAME_LENGTH) >= SockaddrNl.SIZE
            && b.getShort(SENDER + SockaddrNl.FAMILY) == AF_NETLINK;
    // Without an address, never take it for the kernel's: port 0 is trusted.
    senderPort = named ? b.getInt(SENDER + SockaddrNl.PORT) : -1;
    groups = named ? b.getInt(SENDER + SockaddrNl.GROUPS) : 0;
  }

  private void readCredentials(ByteBuffer b) {
    hasCredentials = false;
    senderPid = -1;
    senderUid = -1;
    senderGid = -1;
    long filled = Math.min(b.getLong(HEADER + Msghdr.CONTROL_LENGTH), CONTROL_BYTES);
    int at = 0;
    while (at + Cmsghdr.SIZE <= filled) {
      int c = CONTROL + at;
      long length = b.getLong(c + Cmsghdr.LENGTH);
      if (length < Cmsghdr.SIZE || length > filled - at) {
        return;
      }
      if (b.getInt(c + Cmsghdr.LEVEL) == SOL_SOCKET
          && b.getInt(c + Cmsghdr.TYPE) == SCM_CREDENTIALS
          && length >= Cmsghdr.SIZE + Ucred.SIZE) {
        hasCredentials = true;
        senderPid = b.getInt(c + Cmsghdr.SIZE + Ucred.PID);
        senderUid = b.getInt(c + Cmsghdr.SIZE + Ucred.UID);
        senderGid = b.getInt(c + Cmsghdr.SIZE + Ucred.GID);
        return;
      }
      at += Layouts.align((int) length, 8);
    }
  }

  /**
   * The datagram: position 0, limit its length. The same buffer each time, overwritten by the next
   * {@link #receive()}; empty when that found no message.
   */
  public ByteBuffer message() {
    return message.bytes();
  }

  /** Whether the datagram was longer than {@link #MESSAGE_BYTES} and lost its end. */
  public boolean truncated() {
    return truncated;
  }

  /**
   * The netlink port of the sender: 0 for the kernel, else a user's socket, to be read as unsigned;
   * -1 (which no socket has) if the kernel named no sender.
   */
  public int senderPort() {
    return senderPort;
  }

  /** The groups it was sent to, as a mask: 1 the kernel's, 2 udev's, 0 when sent to this socket. */
  public int groups() {
    return groups;
  }

  /** Whether the kernel vouched for the three below; else each is -1. */
  public boolean hasCredentials() {
    return hasCredentials;
  }

  /** Process of the sender, in this process's pid namespace; 0 for the kernel. */
  public int senderPid() {
    return senderPid;
  }

  /** User of the sender, to be read as unsigned. */
  public int senderUid() {
    return senderUid;
  }

  /** Group of the sender, to be read as unsigned. */
  public int senderGid() {
    return senderGid;
  }

  /**
   * How many messages this socket lost since it was opened, exactly: 0 to 2^32-1, then from 0
   * again.
   *
   * <p>SK_MEMINFO_DROPS of SO_MEMINFO (Linux 4.12), the Drops column of /proc/net/netlink.
   */
  public long drops() throws KernelException {
    return meminfo(MEMINFO_DROPS);
  }

  /** How much of {@link #receiveBufferBytes()} is taken by messages that wait to be received. */
  public long queuedBytes() throws KernelException {
    return meminfo(MEMINFO_QUEUED);
  }

  private synchronized long meminfo(int word) throws KernelException {
    if (getOption(SO_MEMINFO, OPTION_BYTES) < 0) {
      throw failed("SO_MEMINFO", "the counts of lost and queued messages");
    }
    int length = block.bytes().getInt(OPTION_LENGTH);
    if (length < MEMINFO_BYTES) {
      throw new KernelException(
          Errno.EINVAL,
          "Cannot count lost uevents (SO_MEMINFO gave " + length + " bytes)",
          MEMINFO_BYTES + " bytes",
          "Use Linux 4.12 or newer.");
    }
    return Integer.toUnsignedLong(block.bytes().getInt(OPTION + word));
  }

  private int setOption(int option, int value) {
    block.bytes().putInt(OPTION, value);
    try {
      return libc.setsockopt(fd, SOL_SOCKET, option, block.address() + OPTION, 4);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  private int getOption(int option, int lengthBytes) {
    block.bytes().putInt(OPTION_LENGTH, lengthBytes);
    try {
      return libc.getsockopt(
          fd, SOL_SOCKET, option, block.address() + OPTION, block.address() + OPTION_LENGTH);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  private static KernelException failed(String option, String expected) {
    return new KernelException(
        Native.errno(),
        "Cannot use " + option + " on the uevent socket",
        expected,
        "Use Linux 4.12 or newer, and a socket that is open.");
  }

  /** Closes the socket; a second call does nothing. */
  @Override
  public void close() {
    Native.close(libc, fd);
    fd = -1;
  }
}
