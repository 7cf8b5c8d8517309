package dmrec.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dmrec.kernel.UeventSocket.Groups;
import dmrec.kernel.UeventSocket.Received;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Sending uevents in a network namespace of the test's own, and the account of who got them. */
@Timeout(60)
final class UeventSenderTest {
  private static final String DEVPATH = "/devices/virtual/block/dm-flight-recorder-test";
  private static final String HEADER =
      "sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode\n";

  @TempDir private Path folder = Path.of("");

  @Test
  void theKernelRepeatsWhatIsInjectedWithASeqnumOfItsOwn() throws Exception {
    NetNamespace.run(
        () -> {
          try (UeventSocket socket = UeventSocket.open(Groups.KERNEL_AND_UDEV, 1 << 20);
              UeventSender sender = UeventSender.throughKernel()) {
            byte[] sent = UeventInjector.uevent(DEVPATH, "ACTION=change", "N=1");

            assertTrue(send(sender, sent));

            String text = nextOfOurs(socket);
            assertTrue(text.startsWith(text(sent)), text);
            assertTrue(text.substring(sent.length).matches("SEQNUM=\\d+\0"), text);
            assertEquals(1, socket.groups());
            assertEquals(0, socket.senderPort());
          }
          return null;
        });
  }

  @Test
  void udevsListenersGetTheBytesAsTheyAre() throws Exception {
    NetNamespace.run(
        () -> {
          try (UeventSocket socket = UeventSocket.open(Groups.KERNEL_AND_UDEV, 1 << 20);
              UeventSender sender = UeventSender.toUdevListeners()) {
            byte[] sent = UeventInjector.uevent(DEVPATH, "ACTION=change", "SEQNUM=1");

            assertTrue(send(sender, sent));

            assertEquals(text(sent), nextOfOurs(socket));
            assertEquals(2, socket.groups());
          }
          return null;
        });
  }

  @Test
  void whatIsTooLongForTheKernelIsRefusedAndTheNextOneIsNot() throws Exception {
    NetNamespace.run(
        () -> {
          try (UeventSocket socket = UeventSocket.open(Groups.KERNEL, 1 << 20);
              UeventSender sender = UeventSender.throughKernel()) {
            String padding = "X=" + "x".repeat(1990 - DEVPATH.length());

            assertTrue(send(sender, UeventInjector.uevent(DEVPATH, padding)));
            assertFalse(send(sender, UeventInjector.uevent(DEVPATH, padding + "x".repeat(30))));
            assertTrue(send(sender, UeventInjector.uevent(DEVPATH, "N=next")));

            assertTrue(nextOfOurs(socket).contains(padding));
            assertTrue(nextOfOurs(socket).contains("N=next"));
          }
          return null;
        });
  }

  @Test
  void sendingAllocatesNothing() throws Exception {
    NetNamespace.run(
        () -> {
          ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
          try (UeventSocket socket = UeventSocket.open(Groups.KERNEL, 1 << 20);
              UeventListeners listeners = UeventListeners.ofKernel();
              UeventSender sender = UeventSender.throughKernel()) {
            byte[] message = UeventInjector.uevent(DEVPATH, "ACTION=change");
            long before = 0;
            for (int i = 0; i < 25_000; i++) {
              before = i == 20_000 ? threads.getCurrentThreadAllocatedBytes() : before;
              sender.message().put(0, message);
              sender.send(message.length);
              if (i % 32 == 0) {
                listeners.look();
              }
            }
            long bytes = threads.getCurrentThreadAllocatedBytes() - before;
            assertTrue(bytes < 5_000 * 8, bytes + " bytes in 5,000 messages");
            assertTrue(socket.drops() > 0);
          }
          return null;
        });
  }

  @Test
  void tellsHowMuchWaitsForAListenerAndExactlyWhatItLost() throws Exception {
    NetNamespace.runUndisturbed(UeventSenderTest::tellsHowMuchWaits);
  }

  /** False where another uevent came between. */
  private static boolean tellsHowMuchWaits() throws Exception {
    int sent = 50;
    long before = UeventInjector.seqnum();
    try (UeventListeners listeners = UeventListeners.ofKernel();
        UeventListeners ofUdev = UeventListeners.ofUdev();
        UeventSender sender = UeventSender.throughKernel()) {
      UeventListeners.Listener listener;
      try (UeventSocket socket = UeventSocket.open(Groups.KERNEL, 8192)) {
        assertEquals(0, listeners.count());

        for (int i = 0; i < sent; i++) {
          send(sender, UeventInjector.uevent(DEVPATH, "N=" + i));
        }
        listeners.look();
        ofUdev.look();
        long drops = socket.drops();
        long queuedBytes = socket.queuedBytes();
        if (UeventInjector.seqnum() - before != sent) {
          return false;
        }

        assertEquals(1, listeners.count());
        assertEquals(0, ofUdev.count());
        listener = listeners.all().get(0);
        assertEquals(drops, listener.lost());
        assertEquals(queuedBytes, listener.queuedBytes());
        assertTrue(listener.lost() > 30 && listener.queuedBytes() > 0, listener::toString);
        SocketOwners.Owner owner = SocketOwners.of(listener.inode());
        assertEquals(ProcessHandle.current().pid(), owner == null ? 0 : owner.pid());
      }

      listeners.look();
      if (UeventInjector.seqnum() - before != sent) {
        return false;
      }

      assertEquals(0, listeners.count());
      assertEquals(0, listeners.queuedBytes(0));
      assertEquals(listener.lost(), listeners.all().get(0).lost());
      return true;
    }
  }

  @Test
  void countsLossFromTheFirstLookOnAcrossTheEndOf32Bits() throws Exception {
    Path table = table(line(15, "00000001", "1280", "4294967290", "77"));
    try (UeventListeners listeners = UeventListeners.open(table.toString(), 1)) {
      assertEquals(0, listeners.all().get(0).lost());

      Files.writeString(
          table,
          HEADER
              + line(15, "00000001", "0", "4", "77")
              + line(15, "00000003", "2560", "9", "78")
              + line(15, "00000002", "1", "1", "79")
              + line(16, "00000001", "1", "1", "80"));
      listeners.look();

      assertEquals(
          List.of(
              new UeventListeners.Listener(77, 4711, 0, 10, true),
              new UeventListeners.Listener(78, 4711, 2560, 9, true)),
          listeners.all());
    }
  }

  @Test
  void aTableThatIsNoneNamesNobody() throws Exception {
    String[] tables = {
      "",
      HEADER,
      "x".repeat(100_000),
      line(15, "00000001", "1280", "0", "77").replace("1280", "-12"),
      line(15, "zzzzzzzz", "1280", "0", "77"),
      line(15, "00000001", "99999999999999999999999", "0", "77"),
      line(15, "00000001", "1280", "0", ""),
      "15 15 15 15\n".repeat(10_000),
    };
    for (String content : tables) {
      try (UeventListeners listeners = UeventListeners.open(table(content).toString(), 1)) {
        assertEquals(List.of(), listeners.all(), content);
      }
    }
  }

  @Test
  void readsATableOfThousandsOfSockets() throws Exception {
    StringBuilder content = new StringBuilder();
    for (int i = 1; i <= 3_000; i++) {
      content.append(line(i % 3 == 0 ? 15 : 16, "00000001", "0", "0", Integer.toString(i)));
    }
    try (UeventListeners listeners =
        UeventListeners.open(table(content.toString()).toString(), 1)) {
      assertEquals(1_000, listeners.count());
    }
  }

  @Test
  void saysWhichTableCannotBeRead() {
    KernelException e =
        assertThrows(
            KernelException.class, () -> UeventListeners.open(folder.resolve("no") + "", 1));

    assertTrue(e.getMessage().startsWith("Cannot see who listens to uevents"), e.getMessage());
  }

  @Test
  void theMachinesOwnNamespaceIsKnown() throws Exception {
    assertTrue(NetNamespaces.isHosts(proc("user:[4026531837]", "net:[1]", "net:[1]")));
    assertFalse(NetNamespaces.isHosts(proc("user:[4026531837]", "net:[1]", "net:[2]")));
    assertTrue(NetNamespaces.isHosts(proc("user:[4026531837]", "net:[1]", "")));
    assertTrue(NetNamespaces.isHosts(proc("", "", "")));
    assertFalse(NetNamespaces.isHosts(proc("user:[4026532000]", "net:[1]", "net:[1]")));
  }

  private Path proc(String user, String own, String first) throws IOException {
    Path proc = Files.createTempDirectory(folder, "proc");
    Files.createDirectories(proc.resolve("self/ns"));
    Files.createDirectories(proc.resolve("1/ns"));
    link(proc.resolve("self/ns/user"), user);
    link(proc.resolve("self/ns/net"), own);
    link(proc.resolve("1/ns/net"), first);
    return proc;
  }

  private static void link(Path at, String to) throws IOException {
    if (!to.isEmpty()) {
      Files.createSymbolicLink(at, Path.of(to));
    }
  }

  private Path table(String lines) throws IOException {
    return Files.writeString(folder.resolve("netlink"), HEADER + lines);
  }

  private static String line(
      int protocol, String groups, String queued, String drops, String inode) {
    return "00000000739c3128 %-3d %-10d %s %-8s %-8d %-5d %-8d %-8s %s\n"
        .formatted(protocol, 4711, groups, queued, 0, 0, 2, drops, inode);
  }

  private static boolean send(UeventSender sender, byte[] message) throws KernelException {
    sender.message().put(0, message);
    return sender.send(message.length);
  }

  /** The kernel's real uevents come here too. */
  private static String nextOfOurs(UeventSocket socket) throws KernelException {
    while (true) {
      assertEquals(Received.MESSAGE, socket.receive());
      String text = text(socket.message());
      if (text.contains(DEVPATH)) {
        return text;
      }
    }
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static String text(ByteBuffer bytes) {
    return StandardCharsets.ISO_8859_1.decode(bytes.duplicate()).toString();
  }
}
