package dmrec.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class MemoryLockTest {
  @Test
  void locksAndUnlocks() throws Exception {
    try {
      MemoryLock.lockAll();
    } catch (KernelException e) {
      assertTrue(e.getMessage().contains("RLIMIT_MEMLOCK"), e.getMessage());
      abort("needs CAP_IPC_LOCK: " + e.getMessage());
    }
    try {
      assertTrue(lockedKib() > 0);
    } finally {
      MemoryLock.unlockAll();
    }
    assertEquals(0, lockedKib());
  }

  private static long lockedKib() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmLck:")) {
        return Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    throw new AssertionError("no VmLck in /proc/self/status");
  }
}
