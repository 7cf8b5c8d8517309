package dmrec.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryLockTest {
  @TempDir
  @SuppressWarnings("NullAway.Init") // by JUnit
  Path folder;

  @Test
  void isHeldOnceWhateverTheDirectoryIsCalled() throws Exception {
    Path directory = Files.createDirectory(folder.resolve("journal"));
    Path renamed = folder.resolve("renamed");
    try (DirectoryLock lock = DirectoryLock.tryLock(directory)) {
      assertNotNull(lock);
      Files.move(directory, renamed);

      assertNull(DirectoryLock.tryLock(renamed));
      // Listing opens and closes it.
      try (Stream<Path> all = Files.list(renamed)) {
        assertEquals(0, all.count());
      }
      assertNull(DirectoryLock.tryLock(renamed));
    }
    DirectoryLock again = DirectoryLock.tryLock(renamed);
    assertNotNull(again);
    again.close();
    again.close();
  }

  @Test
  void saysWhatItCannotOpen() {
    KernelException e =
        assertThrows(KernelException.class, () -> DirectoryLock.tryLock(folder.resolve("none")));

    assertEquals("ENOENT", e.errnoName());
  }
}
