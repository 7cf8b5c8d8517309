package dmrec.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class PollerTest {
  @Test
  void wakeFromAnotherThreadEndsAnEndlessWait() throws Exception {
    try (Poller poller = Poller.open()) {
      CountDownLatch about = new CountDownLatch(1);
      Thread waker =
          new Thread(
              () -> {
                try {
                  about.await();
                  // Usually inside the wait by then; the outcome is the same if not.
                  Thread.sleep(50);
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
                poller.wake();
              });
      waker.start();
      about.countDown();

      assertEquals(0, poller.await(-1));

      assertTrue(poller.woken());
      waker.join();
    }
  }

  @Test
  void wakesBeforeTheWaitEndItOnceTogether() throws Exception {
    try (Poller poller = Poller.open()) {
      poller.wake();
      poller.wake();

      assertEquals(0, poller.await(-1));
      assertTrue(poller.woken());
      assertEquals(0, poller.await(0));
      assertFalse(poller.woken());
    }
  }

  @Test
  void timeRunsOut() throws Exception {
    try (Poller poller = Poller.open(-1)) {
      Clocks clocks = Clocks.open();
      long startNs = clocks.monotonicNs();

      assertEquals(0, poller.await(20_000_000));

      long tookNs = clocks.monotonicNs() - startNs;
      assertTrue(tookNs >= 20_000_000, "waited " + tookNs + " ns");
      assertFalse(poller.woken());
      assertFalse(poller.readable(-1));
    }
  }

  @Test
  void longestTimeDoesNotOverflow() throws Exception {
    try (Poller poller = Poller.open()) {
      poller.wake();
      assertEquals(0, poller.await(Long.MAX_VALUE));
      assertTrue(poller.woken());
    }
  }

  @Test
  void closedSourceIsAnErrorAndNotSilence() throws Exception {
    UeventSocket socket = UeventSocket.open(UeventSocket.Groups.KERNEL, 4096);
    try (Poller poller = Poller.open(socket.fd())) {
      socket.close();
      KernelException e = assertThrows(KernelException.class, () -> poller.await(0));
      assertEquals("EBADF", e.errnoName());
    }
  }

  @Test
  void wakeAfterCloseDoesNothing() throws Exception {
    Poller poller = Poller.open();
    poller.close();
    poller.close();
    poller.wake();
  }
}
