package dmrec.journal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Locks a folder itself, which no Java does.
 *
 * <p>Why: a lock on a file ends to exclude anybody when the file's name is removed. A folder's lock
 * goes where the folder goes. This is public for whoever has native code, which a journal has not:
 * the recorder provides it as a service ({@link java.util.ServiceLoader}). Without one the file's
 * lock has to do.
 */
public interface FolderLock {
  /**
   * Locks a folder until the result is closed or the process ends.
   *
   * @return null where it is locked already, by this process or another
   * @throws IOException where folders cannot be locked here
   */
  @Nullable Closeable tryLock(Path folder) throws IOException;
}
