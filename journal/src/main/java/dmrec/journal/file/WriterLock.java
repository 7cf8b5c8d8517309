package dmrec.journal.file;

import dmrec.event.IoErrors;
import dmrec.journal.FolderLock;
import dmrec.journal.JournalException;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Holds a journal for one writer.
 *
 * <p>Three locks, as each has a hole. The first is this process's own list of folders: a lock of a
 * file is the whole process's, and ends when the process closes the file anywhere. The second is on
 * the folder itself, where there is native code for it: it holds while somebody removes {@value
 * #FILE}. The third is on that file, which also names the holder, for every host.
 *
 * <p>All end with the process, however that ends. One thread at a time.
 */
public final class WriterLock implements AutoCloseable {
  public static final String FILE = "writer.lock";

  /** The folders that this process holds. */
  private static final Set<Object> HELD = ConcurrentHashMap.newKeySet();

  private static final List<FolderLock> KINDS =
      ServiceLoader.load(FolderLock.class, FolderLock.class.getClassLoader()).stream()
          .map(ServiceLoader.Provider::get)
          .toList();

  private final Path folder;
  private volatile Object folderKey;
  private volatile Object fileKey;
  private @Nullable Closeable folderLock;
  private FileChannel channel;

  private WriterLock(
      Path folder, Object folderKey, @Nullable Closeable folderLock, FileChannel channel)
      throws IOException {
    this.folder = folder;
    this.folderKey = folderKey;
    this.folderLock = folderLock;
    this.channel = channel;
    this.fileKey = Inode.ofFile(folder.resolve(FILE)).key();
  }

  /**
   * Locks a folder.
   *
   * @throws JournalException where another writer holds it, or it cannot be locked
   */
  public static WriterLock take(Path folder) throws JournalException {
    Object key = null;
    Closeable folderLock = null;
    try {
      key = Inode.ofFolder(folder).key();
      if (!HELD.add(key)) {
        key = null;
        throw refused(folder, me());
      }
      folderLock = lockFolder(folder);
      return new WriterLock(folder, key, folderLock, lockFile(folder));
    } catch (IOException e) {
      closeQuietly(folderLock);
      if (key != null) {
        HELD.remove(key);
      }
      throw e instanceof JournalException told
          ? told
          : new JournalException(IoErrors.cannot("lock", folder.resolve(FILE), e), e);
    }
  }

  /** Null where folders cannot be locked. */
  private static @Nullable Closeable lockFolder(Path folder) throws JournalException {
    for (FolderLock kind : KINDS) {
      try {
        Closeable lock = kind.tryLock(folder);
        if (lock == null) {
          throw refused(folder, LockHolder.of(folder));
        }
        return lock;
      } catch (JournalException e) {
        throw e;
      } catch (IOException e) {
        // Some file systems cannot. The file is locked on all of them.
      }
    }
    return null;
  }

  private static FileChannel lockFile(Path folder) throws IOException {
    FileChannel channel = open(folder.resolve(FILE));
    try {
      if (OwnFiles.tryLock(channel) == null) {
        throw refused(folder, LockHolder.of(folder));
      }
      channel.truncate(0);
      channel.write(ByteBuffer.wrap((me() + "\n").getBytes(StandardCharsets.UTF_8)), 0);
      return channel;
    } catch (IOException e) {
      closeQuietly(channel);
      throw e;
    }
  }

  private static FileChannel open(Path path) throws IOException {
    while (true) {
      try {
        return OwnFiles.create(path, OwnFiles.FILE);
      } catch (FileAlreadyExistsException e) {
        try {
          // It is about to be emptied.
          OwnFiles.expectOwn(path);
          return OwnFiles.open(path);
        } catch (NoSuchFileException gone) {
          // Removed in between: made anew.
        }
      }
    }
  }

  private static JournalException refused(Path folder, String holder) {
    return new JournalException(
        IoErrors.shown(folder)
            + ": another writer holds this journal: "
            + holder
            + ". Stop that one first, or record into another folder");
  }

  private static String me() {
    return "pid " + ProcessHandle.current().pid() + " on " + host();
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "this host";
    }
  }

  // What others do to it.

  /** Whether the folder's path leads to the folder that is locked; from any thread. */
  boolean isFolderHere() {
    try {
      return Inode.ofFolder(folder).isSame(folderKey);
    } catch (IOException e) {
      return true; // Nobody can say. Whoever writes hears of it.
    }
  }

  /** Whether {@value #FILE} is the file that is locked; from any thread. */
  boolean isFileHere() {
    try {
      return Inode.ofFile(folder.resolve(FILE)).isSame(fileKey);
    } catch (IOException e) {
      return true;
    }
  }

  /** Where the folder that is locked is now; null for nowhere. */
  @Nullable Path whereabouts() {
    Path now = Inode.whereabouts(folderKey);
    if (now != null) {
      return now;
    }
    Path file = Inode.whereabouts(fileKey);
    return file == null ? null : file.getParent();
  }

  /**
   * Locks the file anew, which was removed or replaced.
   *
   * @throws JournalException where another writer holds the new one, or it cannot be made
   */
  void renew() throws JournalException {
    try {
      FileChannel before = channel;
      channel = lockFile(folder);
      fileKey = Inode.ofFile(folder.resolve(FILE)).key();
      closeQuietly(before);
    } catch (JournalException e) {
      throw e;
    } catch (IOException e) {
      throw new JournalException(IoErrors.cannot("lock", folder.resolve(FILE), e), e);
    }
  }

  /** Lets go of the folder, and holds from here on what another lock does. */
  void become(WriterLock other) {
    close();
    folderKey = other.folderKey;
    fileKey = other.fileKey;
    folderLock = other.folderLock;
    channel = other.channel;
  }

  private static void closeQuietly(@Nullable Closeable open) {
    try {
      if (open != null) {
        open.close();
      }
    } catch (IOException e) {
      return; // The first failure is the one to tell.
    }
  }

  @Override
  public void close() {
    closeQuietly(channel);
    closeQuietly(folderLock);
    HELD.remove(folderKey);
  }
}
