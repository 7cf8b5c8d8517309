package dmrec.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dmrec.kernel.UeventSocket.Groups;
import dmrec.kernel.UeventSocket.Received;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class UeventSocketTest {
  private static final String DEVPATH = "/devices/virtual/block/dm-flight-recorder-test";
  private static final int ROOMY_BYTES = 16 << 20;
  private static final long WAIT_NS = 5_000_000_000L;

  @Test
  void injectedUeventComesFromTheKernelsPortWithTheSendersPid() throws Exception {
    NetNamespace.run(
        () -> {
          try (UeventSocket socket = UeventSocket.open(Groups.KERNEL, ROOMY_BYTES);
              UeventInjector injector = new UeventInjector()) {
            byte[] sent = UeventInjector.uevent(DEVPATH, "ACTION=change", "DM_ACTION=PATH_FAILED");

            assertEquals(0, injector.inject(sent));

            nextOfOurs(socket);
            String text = text(socket.message());
            assertTrue(text.startsWith(new String(sent, StandardCharsets.ISO_8859_1)), text);
            assertTrue(text.substring(sent.length).matches("SEQNUM=\\d+\0"), text);
            assertEquals(0, socket.senderPort());
            assertEquals(1, socket.groups());
            assertTrue(socket.hasCredentials());
            assertEquals(ProcessHandle.current().pid(), socket.senderPid());
            assertEquals(0, socket.senderUid());
            assertEquals(0, socket.senderGid());
            assertFalse(socket.truncated());
            assertTrue(socket.bufferForced());
            assertEquals(2 * ROOMY_BYTES, socket.receiveBufferBytes());
          }
          return null;
        });
  }

  @Test
  void showsHowMuchWaitsToBeReceived() throws Exception {
    NetNamespace.run(
        () -> {
          try (UeventSocket socket = UeventSocket.open(Groups.KERNEL, ROOMY_BYTES);
              UeventInjector injector = new UeventInjector()) {
            for (int i = 0; i < 10; i++) {
              injector.inject(UeventInjector.uevent(DEVPATH, "ACTION=change"));
            }
            long queued = socket.queuedBytes();
            assertTrue(queued >= 10 * 512, "queued " + queued);

            for (int i = 0; i < 10; i++) {
              nextOfOurs(socket);
            }
            assertTrue(socket.queuedBytes() < queued);
            assertEquals(0, socket.drops());
          }
          return null;
        });
  }

  @Test
  void multicastShowsItsSendersPort() throws Exception {
    NetNamespace.run(
        () -> {
          try (UeventSocket socket = UeventSocket.open(Groups.KERNEL_AND_UDEV, ROOMY_BYTES);
              UeventInjector injector = new UeventInjector()) {
            byte[] sent = UeventInjector.uevent(DEVPATH, "SEQNUM=1");
            for (int group : new int[] {1, 2}) {
              injector.multicast(group, sent);

              nextOfOurs(socket);
              assertEquals(new String(sent, StandardCharsets.ISO_8859_1), text(socket.message()));
              assertNotEquals(0, socket.senderPort());
              assertEquals(group, socket.groups());
              assertEquals(ProcessHandle.current().pid(), socket.senderPid());
            }
          }
          return null;
        });
  }

  @Test
  void kernelGroupAloneHearsNothingFromUdev() throws Exception {
    NetNamespace.run(
        () -> {
          try (UeventSocket socket = UeventSocket.open(Groups.KERNEL, ROOMY_BYTES);
              UeventInjector injector = new UeventInjector()) {
            injector.multicast(1, UeventInjector.uevent(DEVPATH, "N=before"));
            injector.multicast(2, UeventInjector.uevent(DEVPATH, "N=udev"));
            injector.multicast(1, UeventInjector.uevent(DEVPATH, "N=after"));

            nextOfOurs(socket);
            assertTrue(text(socket.message()).contains("N=before"));
            nextOfOurs(socket);
            assertTrue(text(socket.message()).contains("N=after"));
          }
          return null;
        });
  }

  @Test
  void overrunComesBeforeTheOlderMessagesAndDropsAreExact() throws Exception {
    NetNamespace.runUndisturbed(UeventSocketTest::overrunOnce);
  }

  /** False if uevents of the machine came between, so that counts prove nothing. */
  private static boolean overrunOnce() throws IOException {
    int sent = 50;
    try (UeventSocket socket = UeventSocket.open(Groups.KERNEL, 1);
        UeventInjector injector = new UeventInjector()) {
      assertEquals(0, socket.drops());
      long before = UeventInjector.seqnum();
      for (int i = 0; i < sent; i++) {
        injector.inject(UeventInjector.uevent(DEVPATH, "N=" + i));
      }
      if (UeventInjector.seqnum() - before != sent) {
        return false;
      }

      assertSame(Received.OVERRUN, socket.receive());
      assertEquals(0, socket.message().remaining());
      int received = 0;
      while (socket.receive() == Received.MESSAGE) {
        // The oldest survive, in order: the hole lies behind them.
        assertTrue(text(socket.message()).contains("\0N=" + received + "\0"));
        received++;
      }
      assertTrue(received > 0 && received < sent, "received " + received);
      assertEquals(sent - received, socket.drops());

      injector.inject(UeventInjector.uevent(DEVPATH, "N=next"));
      if (UeventInjector.seqnum() - before != sent + 1) {
        return false;
      }
      assertSame(Received.MESSAGE, socket.receive());
      assertTrue(text(socket.message()).contains("\0N=next\0"));
      assertSame(Received.NONE, socket.receive());
      assertEquals(sent - received, socket.drops());
      return true;
    }
  }

  @Test
  void receivingAllocatesNothing() throws Exception {
    NetNamespace.run(
        () -> {
          ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
          long self = Thread.currentThread().getId();
          try (UeventSocket socket = UeventSocket.open(Groups.KERNEL, ROOMY_BYTES);
              UeventInjector injector = new UeventInjector();
              Poller poller = Poller.open(socket.fd())) {
            Clocks clocks = Clocks.open();
            byte[] sent = UeventInjector.uevent(DEVPATH, "DM_ACTION=PATH_FAILED");
            int batch = 1_000;
            int enough = 12_000;
            int inARow = 0;
            long sum = 0;
            // The JVM itself allocates, once, when it links or replaces compiled code: so what has
            // to be free of allocation is a long row of messages, not the first ones.
            for (int b = 0; b < 100 && inARow < enough; b++) {
              for (int i = 0; i < batch; i++) {
                injector.inject(sent);
              }
              long before = threads.getThreadAllocatedBytes(self);
              int received = 0;
              while (poller.await(0) > 0 && poller.readable(socket.fd())) {
                while (socket.receive() == Received.MESSAGE) {
                  received++;
                  sum +=
                      clocks.wallNs()
                          + clocks.monotonicNs()
                          + socket.message().get(0)
                          + socket.senderPort()
                          + socket.senderPid();
                }
              }
              sum += socket.drops();
              long allocatedBytes = threads.getThreadAllocatedBytes(self) - before;
              assertTrue(received >= batch, "received " + received);
              inARow = allocatedBytes == 0 ? inARow + received : 0;
            }
            assertNotEquals(0, sum);
            assertTrue(
                inARow >= enough,
                () -> "never " + enough + " messages in a row without an allocation");
            long before = threads.getThreadAllocatedBytes(self);
            byte[] seen = new byte[1_000];
            assertTrue(
                threads.getThreadAllocatedBytes(self) - before >= seen.length,
                "the measure itself must see an allocation");
          }
          return null;
        });
  }

  @Test
  void nothingQueuedIsNone() throws Exception {
    NetNamespace.run(
        () -> {
          try (UeventSocket socket = UeventSocket.open(Groups.KERNEL, ROOMY_BYTES)) {
            while (socket.receive() == Received.MESSAGE) {
              // The machine's own.
            }
            assertEquals(0, socket.message().remaining());
          }
          return null;
        });
  }

  @Test
  void closedSocketSaysSo() throws Exception {
    UeventSocket socket = UeventSocket.open(Groups.KERNEL, 4096);
    socket.close();
    socket.close();

    assertEquals(-1, socket.fd());
    KernelException e = assertThrows(KernelException.class, socket::receive);
    assertEquals("EBADF", e.errnoName());
  }

  @Test
  void absurdBufferIsRefused() {
    assertThrows(
        IllegalArgumentException.class, () -> UeventSocket.open(Groups.KERNEL, Integer.MAX_VALUE));
    assertThrows(IllegalArgumentException.class, () -> UeventSocket.open(Groups.KERNEL, 0));
  }

  private static void nextOfOurs(UeventSocket socket) throws KernelException {
    try (Poller poller = Poller.open(socket.fd())) {
      do {
        while (socket.receive() == Received.MESSAGE) {
          if (text(socket.message()).startsWith("change@" + DEVPATH)) {
            return;
          }
        }
      } while (poller.await(WAIT_NS) > 0);
    }
    throw new AssertionError("our uevent did not come within 5 s");
  }

  private static String text(ByteBuffer message) {
    return StandardCharsets.ISO_8859_1.decode(message.duplicate()).toString();
  }
}
