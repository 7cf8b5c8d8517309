package dmrec.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.kernel.Layouts.SockaddrUn;
import dmrec.kernel.Native.Block;
import dmrec.kernel.Native.LibC;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class NotifySocketTest {
  @TempDir private Path folder = Path.of("");

  /** A service manager's end; asks without waiting, since what was sent is there. */
  private static final class Manager implements AutoCloseable {
    private static final int SOCK_DGRAM = 2;

    private final LibC libc = Native.libc();
    private final int fd = libc.socket(1, SOCK_DGRAM | Native.O_NONBLOCK | Native.O_CLOEXEC, 0);
    private final Block message = Block.allocate(4096);

    Manager(String name) throws KernelException {
      byte[] path = name.getBytes(StandardCharsets.UTF_8);
      Block address = Block.allocate(SockaddrUn.SIZE);
      address.bytes().putShort(SockaddrUn.FAMILY, (short) 1).put(SockaddrUn.PATH, path);
      if (name.startsWith("@")) {
        address.bytes().put(SockaddrUn.PATH, (byte) 0);
      }
      int length = SockaddrUn.PATH + path.length + (name.startsWith("@") ? 0 : 1);
      assertEquals(0, libc.bind(fd, address.address(), length), () -> Errno.name(Native.errno()));
    }

    String next() {
      long length = libc.read(fd, message.address(), 4096);
      if (length < 0) {
        return "";
      }
      byte[] text = new byte[(int) length];
      message.bytes().get(0, text);
      return new String(text, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
      Native.close(libc, fd);
    }
  }

  private static String abstractName() {
    return "@dmrec-test-" + ProcessHandle.current().pid() + "-" + System.nanoTime();
  }

  @Test
  void tellsASocketInTheFileSystem() throws Exception {
    String path = folder.resolve("notify").toString();
    try (Manager manager = new Manager(path)) {
      assertTrue(NotifySocket.of(path).send("READY=1\nSTATUS=läuft"));

      assertEquals("READY=1\nSTATUS=läuft", manager.next());
      assertEquals("", manager.next());
    }
  }

  @Test
  void tellsASocketInTheAbstractNamespace() throws Exception {
    String name = abstractName();
    try (Manager manager = new Manager(name)) {
      NotifySocket socket = NotifySocket.of(name);
      assertTrue(socket.send("READY=1"));
      assertTrue(socket.send("WATCHDOG=1"));

      assertEquals("READY=1", manager.next());
      assertEquals("WATCHDOG=1", manager.next());
    }
  }

  @Test
  void findsAManagerThatStartedAnew() throws Exception {
    Path path = folder.resolve("notify");
    NotifySocket socket = NotifySocket.of(path.toString());
    try (Manager first = new Manager(path.toString())) {
      assertTrue(socket.send("READY=1"));
      assertEquals("READY=1", first.next());
    }
    Files.delete(path);
    try (Manager second = new Manager(path.toString())) {
      assertTrue(socket.send("WATCHDOG=1"));
      assertEquals("WATCHDOG=1", second.next());
    }
  }

  @Test
  void waitsForNoBusyManagerButSaysSo() throws Exception {
    String name = abstractName();
    try (Manager manager = new Manager(name)) {
      NotifySocket socket = NotifySocket.of(name);
      int sent = 0;
      while (socket.send("WATCHDOG=" + sent)) {
        sent++;
        assertTrue(sent < 1_000_000, "the queue has no end");
      }

      assertEquals("WATCHDOG=0", manager.next());
      assertTrue(socket.send("READY=1"));
    }
  }

  @Test
  void saysWhereNobodyListens() throws Exception {
    Path path = folder.resolve("notify");
    NotifySocket socket = NotifySocket.of(path.toString());
    KernelException none = assertThrows(KernelException.class, () -> socket.send("READY=1"));
    assertEquals("ENOENT", none.errnoName());
    assertTrue(none.getMessage().contains(path.toString()), none.getMessage());

    new Manager(path.toString()).close();
    KernelException gone = assertThrows(KernelException.class, () -> socket.send("READY=1"));
    assertEquals("ECONNREFUSED", gone.errnoName());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "@", "/", "run/systemd/notify", "vsock:2:1234"})
  void refusesWhatIsNoAddress(String address) {
    KernelException e = assertThrows(KernelException.class, () -> NotifySocket.of(address));
    assertTrue(e.getMessage().contains("expected a path or @NAME"), e.getMessage());
  }

  @Test
  void refusesAnAddressThatDoesNotFit() throws Exception {
    KernelException e =
        assertThrows(KernelException.class, () -> NotifySocket.of("/" + "n".repeat(107)));
    assertTrue(e.getMessage().contains("at most 107 bytes"), e.getMessage());
    NotifySocket.of("/" + "n".repeat(106));
  }
}
