package dmrec.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MemoryLockTest {
  @TempDir Path folder = Path.of("");

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

  @Test
  void faultsInWhatIsPrivateAndLeavesTheRestToItsFirstTouch() throws Exception {
    int bytes = 4 << 20;
    Path before = Files.write(folder.resolve("private-before"), new byte[bytes]);
    Path shared = Files.write(folder.resolve("shared-before"), new byte[bytes]);
    Path after = Files.write(folder.resolve("private-after"), new byte[bytes]);
    MappedByteBuffer one = map(before, FileChannel.MapMode.PRIVATE);
    MappedByteBuffer two = map(shared, FileChannel.MapMode.READ_ONLY);
    try {
      MemoryLock.lockAll();
      MemoryLock.faultIn();
    } catch (KernelException e) {
      abort("needs CAP_IPC_LOCK: " + e.getMessage());
    }
    try {
      MappedByteBuffer three = map(after, FileChannel.MapMode.PRIVATE);

      assertEquals(bytes >> 10, residentKib(before));
      assertEquals(0, residentKib(shared));
      assertEquals(0, residentKib(after));
      three.put(0, (byte) 1);
      assertTrue(residentKib(after) > 0);
      // They were mapped until here.
      assertEquals(1, one.get(0) + two.get(0) + three.get(0));
    } finally {
      MemoryLock.unlockAll();
    }
  }

  private static MappedByteBuffer map(Path file, FileChannel.MapMode mode) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      return channel.map(mode, 0, channel.size());
    }
  }

  private static long residentKib(Path file) throws IOException {
    List<String> lines = Files.readAllLines(Path.of("/proc/self/smaps"));
    int at = 0;
    while (!lines.get(at).endsWith(" " + file)) {
      at++;
    }
    while (!lines.get(at).startsWith("Rss:")) {
      at++;
    }
    return Long.parseLong(lines.get(at).replaceAll("\\D", ""));
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
