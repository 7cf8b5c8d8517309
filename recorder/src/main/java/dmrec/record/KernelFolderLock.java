package dmrec.record;

import dmrec.journal.FolderLock;
import dmrec.kernel.DirectoryLock;
import dmrec.kernel.KernelException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The kernel's lock of a directory, as the journal's writer asks for it. */
public final class KernelFolderLock implements FolderLock {
  /** For {@link java.util.ServiceLoader}. */
  public KernelFolderLock() {}

  @Override
  public @Nullable Closeable tryLock(Path folder) throws IOException {
    try {
      DirectoryLock lock = DirectoryLock.tryLock(folder);
      return lock == null ? null : lock::close;
    } catch (KernelException e) {
      throw new IOException(e.getMessage(), e);
    }
  }
}
