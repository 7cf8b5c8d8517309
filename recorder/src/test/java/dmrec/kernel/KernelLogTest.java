package dmrec.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dmrec.kernel.KernelLog.Received;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class KernelLogTest {
  @Test
  void readsTheOldestRecordsOnFromTheStart() throws Exception {
    try (KernelLog log = open(true)) {
      Received first = log.receive();
      assumeTrue(first != Received.NONE, "the kernel log is empty");
      long last = -1;
      for (Received r = first; r != Received.NONE; r = log.receive()) {
        if (r == Received.MESSAGE) {
          String[] prefix = text(log).split(";", 2)[0].split(",", -1);
          long sequence = Long.parseLong(prefix[1]);
          assertTrue(sequence > last, "sequence " + sequence + " after " + last);
          last = sequence;
        }
      }
      assertEquals(0, log.message().remaining());
    }
  }

  @Test
  void readsWhatComesAfterTheOpen() throws Exception {
    try (KernelLog log = open(false);
        Poller poller = Poller.open(log.fd())) {
      String line = "flight recorder test " + System.nanoTime();
      try {
        Files.writeString(Path.of("/dev/kmsg"), line + "\n", StandardOpenOption.WRITE);
      } catch (IOException e) {
        abort("needs root to write to /dev/kmsg: " + e);
      }
      do {
        Received r = log.receive();
        if (r == Received.MESSAGE && text(log).contains(";" + line)) {
          assertTrue(text(log).endsWith("\n"));
          return;
        }
        assertTrue(r != Received.NONE || poller.await(5_000_000_000L) == 1, "the line never came");
      } while (true);
    }
  }

  @Test
  void closedLogSaysSo() throws Exception {
    KernelLog log = open(false);
    assertSame(log.message(), log.message());
    log.close();
    log.close();
    assertEquals("EBADF", assertThrows(KernelException.class, log::receive).errnoName());
  }

  private static KernelLog open(boolean fromStart) {
    try {
      return fromStart ? KernelLog.openFromStart() : KernelLog.open();
    } catch (KernelException e) {
      return abort("needs a readable /dev/kmsg: " + e.getMessage());
    }
  }

  private static String text(KernelLog log) {
    return StandardCharsets.ISO_8859_1.decode(log.message().duplicate()).toString();
  }
}
