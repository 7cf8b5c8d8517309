package dmrec.kernel;

import dmrec.kernel.Layouts.SockaddrNl;
import dmrec.kernel.Native.Block;
import dmrec.kernel.Native.LibC;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Sends uevents from user space, in the two ways there are: through the kernel, which repeats them
 * as its own and acknowledges (lib/kobject_uevent.c, uevent_net_rcv_skb), and straight to a group,
 * as udev does.
 */
public final class UeventInjector implements AutoCloseable {
  private static final int NLM_F_REQUEST = 0x1;
  private static final int NLM_F_ACK = 0x4;
  private static final int NLMSG_MIN_TYPE = 0x10;
  private static final int NLMSG_ERROR = 2;
  private static final int HEADER_BYTES = 16;

  private final LibC libc;
  private final int fd;
  private final Block message = Block.allocate(4096);
  private final Block ack = Block.allocate(8192);
  private final Block address = Block.allocate(16);
  private final Poller poller;
  private int sequence;

  public UeventInjector() throws KernelException {
    libc = Native.libc();
    fd = libc.socket(16, 2 | Native.O_NONBLOCK | Native.O_CLOEXEC, 15);
    if (fd < 0) {
      throw new KernelException(Native.errno(), "socket", "one", "");
    }
    poller = Poller.open(fd);
    name(0);
    if (libc.bind(fd, address.address(), SockaddrNl.SIZE) < 0) {
      throw new KernelException(Native.errno(), "bind", "success", "");
    }
  }

  /** The number of the last uevent of the machine, whoever sent it. */
  public static long seqnum() throws IOException {
    return Long.parseLong(Files.readString(Path.of("/sys/kernel/uevent_seqnum")).strip());
  }

  private void name(int groups) {
    ByteBuffer a = address.bytes();
    a.putShort(SockaddrNl.FAMILY, (short) 16);
    a.putInt(SockaddrNl.PORT, 0);
    a.putInt(SockaddrNl.GROUPS, groups);
  }

  /** What a uevent looks like: a header and NUL-terminated keys; the kernel adds SEQNUM. */
  public static byte[] uevent(String devpath, String... keys) {
    StringBuilder text = new StringBuilder("change@" + devpath + '\0');
    for (String key : keys) {
      text.append(key).append('\0');
    }
    return text.toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  /**
   * Through the kernel, as its own.
   *
   * @return 0, or the error number of the acknowledgement
   */
  public int inject(byte[] payload) throws KernelException {
    ByteBuffer m = message.bytes();
    m.clear();
    m.putInt(HEADER_BYTES + payload.length);
    m.putShort((short) NLMSG_MIN_TYPE);
    m.putShort((short) (NLM_F_REQUEST | NLM_F_ACK));
    m.putInt(++sequence);
    m.putInt(0);
    m.put(payload);
    name(0);
    send(HEADER_BYTES + payload.length);
    return acknowledged();
  }

  /** Straight to the listeners of group 1 or 2, as any process with CAP_NET_ADMIN may. */
  public void multicast(int groups, byte[] payload) throws KernelException {
    message.bytes().clear().put(payload);
    name(groups);
    send(payload.length);
  }

  private void send(int lengthBytes) throws KernelException {
    try {
      // Not sendto: jnr-ffi garbles a sixth argument on x86_64.
      if (NetNamespace.LIBC.connect(fd, address.address(), SockaddrNl.SIZE) < 0) {
        throw new KernelException(NetNamespace.errno(), "connect", "success", "");
      }
      long rc = libc.write(fd, message.address(), lengthBytes);
      if (rc != lengthBytes) {
        throw new KernelException(Native.errno(), "write", lengthBytes + " bytes sent", "");
      }
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  private int acknowledged() throws KernelException {
    if (poller.await(Duration.ofSeconds(5).toNanos()) != 1) {
      throw new AssertionError("no acknowledgement within 5 s");
    }
    long rc;
    try {
      rc = libc.read(fd, ack.address(), 8192);
    } finally {
      Reference.reachabilityFence(this);
    }
    // nlmsghdr, then a negative error number, then the header it answers.
    ByteBuffer a = ack.bytes();
    if (rc < 36 || a.getShort(4) != NLMSG_ERROR || a.getInt(28) != sequence) {
      throw new AssertionError("not the acknowledgement of " + sequence + ": " + rc + " bytes");
    }
    return -a.getInt(16);
  }

  @Override
  public void close() {
    poller.close();
    Native.close(libc, fd);
  }
}
