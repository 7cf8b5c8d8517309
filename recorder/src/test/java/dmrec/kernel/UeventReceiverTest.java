package dmrec.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dmrec.kernel.UeventSocket.Groups;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class UeventReceiverTest {
  private static final String DEVPATH = "/devices/virtual/block/dm-flight-recorder-test";
  private static final int ROOMY_BYTES = 32 << 20;

  /** Of some hundred messages. */
  private static final int SMALL_BYTES = 64 << 10;

  private static final int RING_BYTES = UeventReceiver.LEAST_RING_BYTES;

  /** More than the smallest ring holds. */
  private static final int MANY = 4000;

  /** What was read, in order: the number in each message, or below 0 how many are missing. */
  private static final class Read implements UeventReceiver.Handler {
    private final List<Long> numbers = new ArrayList<>();
    private long lastMonoNs;

    @Override
    public void uevent(long wallNs, long monoNs, int groups, int pid, int uid, ByteBuffer message) {
      assertTrue(monoNs >= lastMonoNs && wallNs > 0);
      lastMonoNs = monoNs;
      assertEquals(1, groups);
      assertEquals(ProcessHandle.current().pid(), pid);
      assertEquals(0, uid);
      String text = StandardCharsets.ISO_8859_1.decode(message).toString();
      int at = text.indexOf("\0NR=") + 4;
      numbers.add(Long.parseLong(text, at, text.indexOf(0, at), 10));
    }

    @Override
    public void lost(
        long wallNs, long monoNs, long sinceWallNs, long sinceMonoNs, long count, boolean isCut) {
      assertTrue(count > 0 && !isCut && monoNs >= sinceMonoNs && wallNs >= sinceWallNs);
      numbers.add(-count);
    }

    void all(UeventReceiver receiver) throws IOException {
      while (!receiver.isDrained()) {
        receiver.read(this, 100);
      }
    }

    long lost() {
      return -numbers.stream().filter(n -> n < 0).mapToLong(n -> n).sum();
    }

    long messages() {
      return numbers.stream().filter(n -> n >= 0).count();
    }
  }

  private static boolean isOurs(UeventSocket socket) {
    return StandardCharsets.ISO_8859_1
        .decode(socket.message().duplicate())
        .toString()
        .contains(DEVPATH);
  }

  private static UeventReceiver start(int bufferBytes) throws KernelException {
    return UeventReceiver.start(
        UeventSocket.open(Groups.KERNEL, bufferBytes), UeventReceiverTest::isOurs, RING_BYTES);
  }

  private static void send(UeventInjector injector, int from, int to) throws KernelException {
    for (int i = from; i < to; i++) {
      injector.inject(UeventInjector.uevent(DEVPATH, "ACTION=change", "NR=" + i));
    }
  }

  private static List<Long> numbers(int from, int to) {
    List<Long> numbers = new ArrayList<>();
    for (long i = from; i < to; i++) {
      numbers.add(i);
    }
    return numbers;
  }

  @Test
  void whatWasSentHasBeenReadOnceItIsDrained() throws Exception {
    NetNamespace.run(
        () -> {
          try (UeventReceiver receiver = start(ROOMY_BYTES);
              UeventInjector injector = new UeventInjector()) {
            for (int round = 0; round < 2000; round++) {
              Read read = new Read();
              send(injector, round, round + 1 + round % 3);
              read.all(receiver);
              assertEquals(numbers(round, round + 1 + round % 3), read.numbers);
            }
          }
          return null;
        });
  }

  @Test
  void aFullRingLeavesTheRestInTheSocket() throws Exception {
    NetNamespace.run(
        () -> {
          try (UeventReceiver receiver = start(ROOMY_BYTES);
              UeventInjector injector = new UeventInjector()) {
            Read read = new Read();
            send(injector, 0, MANY);
            while (receiver.highestRingBytes() < RING_BYTES || receiver.highestQueuedBytes() == 0) {
              Thread.onSpinWait(); // The receiving thread is still at it.
            }
            assertTrue(receiver.ringBytes() > RING_BYTES / 2);
            assertFalse(receiver.isDrained());
            read.all(receiver);
            assertEquals(numbers(0, MANY), read.numbers);
            assertEquals(0, receiver.ringBytes());
          }
          return null;
        });
  }

  /** Ring and socket overrun again and again while nobody reads. */
  @Test
  void whatNeitherHoldsIsCountedInItsPlace() throws Exception {
    NetNamespace.runUndisturbed(UeventReceiverTest::overruns);
  }

  private static boolean overruns() throws IOException {
    long before = UeventInjector.seqnum();
    try (UeventReceiver receiver = start(SMALL_BYTES);
        UeventInjector injector = new UeventInjector()) {
      int next = 0;
      for (int round = 0; round < 5; round++) {
        Read read = new Read();
        send(injector, next, next + MANY);
        read.all(receiver);
        send(injector, next + MANY, next + MANY + 1);
        read.all(receiver);
        if (UeventInjector.seqnum() - before != (round + 1L) * (MANY + 1)) {
          return false;
        }
        assertTrue(read.lost() > 0);
        assertInPlace(read.numbers, next, next + MANY + 1);
        next += MANY + 1;
      }
      return true;
    }
  }

  /** Those who read and those who send are at it at once, and the buffer holds some three. */
  @Test
  void allIsCountedHoweverSmallTheBuffer() throws Exception {
    NetNamespace.runUndisturbed(
        () -> {
          long before = UeventInjector.seqnum();
          try (UeventReceiver receiver = start(1);
              UeventInjector injector = new UeventInjector()) {
            Read read = new Read();
            send(injector, 0, MANY);
            read.all(receiver);
            if (UeventInjector.seqnum() - before != MANY) {
              return false;
            }
            assertTrue(read.lost() > 0);
            assertEquals(MANY, read.messages() + read.lost());
            return true;
          }
        });
  }

  /** Each loss stands where its messages would. */
  private static void assertInPlace(List<Long> numbers, long from, long to) {
    long next = from;
    for (long number : numbers) {
      assertTrue(number < 0 || number == next, numbers + ": " + next);
      next = number < 0 ? next - number : number + 1;
    }
    assertEquals(to, next);
  }

  @Test
  void theNextMessageWakesWhoSleeps() throws Exception {
    NetNamespace.run(
        () -> {
          try (UeventReceiver receiver = start(ROOMY_BYTES);
              UeventInjector injector = new UeventInjector();
              Poller poller = Poller.open()) {
            receiver.wakeBy(poller::wake);
            Read read = new Read();
            for (int round = 0; round < 500; round++) {
              send(injector, round, round + 1);
              if (receiver.sleeps()) {
                poller.await(-1);
                assertTrue(poller.woken());
              }
              receiver.wakesUp();
              read.all(receiver);
              poller.await(0);
            }
            assertEquals(numbers(0, 500), read.numbers);
          }
          return null;
        });
  }

  @Test
  void receivingAllocatesNothing() throws Exception {
    NetNamespace.run(
        () -> {
          ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
          try (UeventReceiver receiver =
                  UeventReceiver.start(
                      UeventSocket.open(Groups.KERNEL, ROOMY_BYTES), socket -> true, RING_BYTES);
              UeventInjector injector = new UeventInjector()) {
            long id = receivingThread(threads);
            long least = Long.MAX_VALUE;
            for (int round = 0; round < 40; round++) {
              long before = threads.getThreadAllocatedBytes(id);
              send(injector, 0, 500);
              new Read().all(receiver);
              least = Math.min(least, threads.getThreadAllocatedBytes(id) - before);
            }
            assertEquals(0, least);
          }
          return null;
        });
  }

  private static long receivingThread(ThreadMXBean threads) {
    return Arrays.stream(threads.getAllThreadIds())
        .filter(id -> threads.getThreadInfo(id).getThreadName().equals("dmrec-receive"))
        .max()
        .orElseThrow();
  }

  @Test
  void whatWasReceivedIsReadBeforeAFailureIsTold() throws Exception {
    NetNamespace.run(
        () -> {
          UeventSocket socket = UeventSocket.open(Groups.KERNEL, ROOMY_BYTES);
          try (UeventReceiver receiver =
                  UeventReceiver.start(socket, UeventReceiverTest::isOurs, RING_BYTES);
              UeventInjector injector = new UeventInjector()) {
            send(injector, 0, 10);
            while (!(socket.queuedBytes() == 0 && receiver.ringBytes() > 0)) {
              Thread.onSpinWait();
            }
            socket.close();
            Read read = new Read();
            KernelException failure = null;
            while (failure == null) {
              try {
                receiver.read(read, 3);
              } catch (KernelException e) {
                failure = e;
              }
            }
            assertEquals("EBADF", failure.errnoName());
            assertEquals(numbers(0, 10), read.numbers);
          }
          return null;
        });
  }

  @Test
  void nothingIsReadOfOneThatIsClosed() throws Exception {
    UeventReceiver receiver = start(ROOMY_BYTES);
    receiver.close();
    receiver.close();

    assertThrows(IllegalStateException.class, () -> receiver.read(new Read(), 1));
    assertEquals(0, receiver.ringBytes());
  }
}
