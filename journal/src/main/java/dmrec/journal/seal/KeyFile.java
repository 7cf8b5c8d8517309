package dmrec.journal.seal;

import dmrec.event.IoErrors;
import dmrec.event.Sha256;
import dmrec.journal.JournalException;
import dmrec.journal.file.JournalFolder;
import dmrec.journal.file.OwnFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The file of a key: for its owner alone, written whole or not at all, and for one recorder at a
 * time.
 *
 * <p>A new content is written beside the old one, brought to the disk, and only then given its
 * name; at any moment one of the two has it. The lock is the kernel's and on the file itself, which
 * the next one has before it has the name. It would end with any other channel of this process on
 * the same file, so the file is not opened again while it is held. One thread.
 */
public final class KeyFile implements AutoCloseable {
  private static final int MOST_BYTES = 64 << 20;
  private static final String NEXT = ".next";

  /** What is done when a content takes the place of another, in order. */
  public enum Step {
    BEGUN,
    WRITTEN,
    SYNCED,
    NAMED,
    NAME_SYNCED,
    ERASED
  }

  /** Is told what was done, for tests that end the process there. */
  public static Consumer<Step> steps = step -> {};

  private final Path file;

  /** Null where the file cannot be written to, and so not be locked either. */
  private @Nullable FileLock lock;

  private Object inode;

  /** Of what it held when it was taken or written last. */
  private byte[] digest;

  private int bytes;

  private KeyFile(Path file, @Nullable FileLock lock, Object inode, byte[] content) {
    this.file = file;
    this.lock = lock;
    this.inode = inode;
    this.digest = Sha256.of(content);
    this.bytes = content.length;
  }

  /** Makes the file of a new key. */
  public static void create(Path file, byte[] content) throws IOException {
    try (FileChannel channel = OwnFiles.create(file, OwnFiles.PRIVATE_FILE)) {
      try {
        write(channel, content);
        channel.force(true);
        syncName(file);
      } catch (IOException e) {
        Files.deleteIfExists(file);
        throw e;
      }
    }
  }

  /**
   * Reads a key's file.
   *
   * @throws JournalException where it is a link, or others than its owner can read it
   */
  public static byte[] read(Path file) throws IOException {
    expectPrivate(file);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
      return read(channel);
    }
  }

  private static void expectPrivate(Path file) throws IOException {
    if (Files.isSymbolicLink(file)) {
      throw new JournalException(
          IoErrors.shown(file)
              + ": expected a key, found a link to "
              + IoErrors.shown(Files.readSymbolicLink(file))
              + ". A key is replaced by another file of its name: give the name of the file itself");
    }
    Set<PosixFilePermission> open = EnumSet.noneOf(PosixFilePermission.class);
    open.addAll(OwnFiles.attributes(file).permissions());
    open.removeAll(OwnFiles.PRIVATE_FILE);
    if (!open.isEmpty()) {
      throw new JournalException(
          IoErrors.shown(file)
              + ": expected a key that only its owner can read (mode 0600), found mode "
              + OwnFiles.shown(OwnFiles.mode(file))
              + ". Others may have read it: make a new one (dmrec key new)");
    }
  }

  private static byte[] read(FileChannel channel) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(channel.size(), MOST_BYTES));
    int read = 0;
    while (read >= 0 && bytes.hasRemaining()) {
      read = channel.read(bytes, bytes.position());
    }
    return Arrays.copyOf(bytes.array(), bytes.position());
  }

  /**
   * Takes a key's file for this recorder.
   *
   * @param to gets what the file holds
   * @return null where another one holds it
   */
  public static @Nullable KeyFile hold(Path file, Consumer<byte[]> to) throws IOException {
    expectPrivate(file);
    Object me = OwnFiles.me();
    Object owner = Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS);
    if (!me.equals(owner)) {
      throw new JournalException(
          IoErrors.shown(file)
              + ": expected a key of the user who records (uid "
              + me
              + "), found one of uid "
              + owner
              + ". Record as that user, or give another key");
    }
    while (true) {
      Object inode = inodeOf(file);
      FileChannel channel;
      try {
        channel = OwnFiles.open(file);
      } catch (NoSuchFileException e) {
        throw e;
      } catch (IOException e) {
        return held(file, null, inode, read(file), to);
      }
      try {
        FileLock lock = OwnFiles.tryLock(channel);
        if (lock == null) {
          channel.close();
          return null;
        }
        if (inode.equals(inodeOf(file))) {
          return held(file, lock, inode, read(channel), to);
        }
        channel.close(); // Replaced in between.
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
    }
  }

  private static KeyFile held(
      Path file, @Nullable FileLock lock, Object inode, byte[] content, Consumer<byte[]> to) {
    to.accept(content);
    return new KeyFile(file, lock, inode, content);
  }

  private static Object inodeOf(Path file) throws IOException {
    return Files.readAttributes(file, "unix:ino,dev", LinkOption.NOFOLLOW_LINKS);
  }

  /**
   * Finds out whether the content could be replaced, by all that leads up to it.
   *
   * @param content the present one
   * @throws IOException where it could not
   */
  public void probe(byte[] content) throws IOException {
    FileLock written = writeNext(content);
    Files.delete(next());
    channel(written).close();
  }

  /**
   * Whether the file is as this recorder knows it.
   *
   * @return another content than it wrote last; null where it is the same, or where the file is
   *     gone
   */
  public byte @Nullable [] changedContent() throws IOException {
    byte[] now;
    try {
      boolean isHeld = lock != null && inode.equals(inodeOf(file));
      now = lock != null && isHeld ? read(channel(lock)) : read(file);
    } catch (NoSuchFileException e) {
      return null;
    }
    return Arrays.equals(Sha256.of(now), digest) ? null : now;
  }

  /**
   * Puts another content in the place of the old one, which is erased.
   *
   * @throws IOException where the old one is still there
   */
  public void replace(byte[] fresh) throws IOException {
    FileLock written = writeNext(fresh);
    Object writtenInode;
    try {
      writtenInode = inodeOf(next());
      Files.move(next(), file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException | RuntimeException e) {
      channel(written).close();
      Files.deleteIfExists(next());
      throw e;
    }
    steps.accept(Step.NAMED);
    FileLock old = lock;
    final int oldBytes = bytes;
    lock = written;
    inode = writtenInode;
    digest = Sha256.of(fresh);
    bytes = fresh.length;
    try (FileChannel erased = old == null ? null : channel(old)) {
      syncName(file);
      steps.accept(Step.NAME_SYNCED);
      if (erased != null) {
        // Not before: the old content may come back with the old name until then.
        write(erased, new byte[oldBytes]);
        erased.force(true);
      }
    } catch (IOException e) {
      return; // The new one has the name, and the file system is about to tell of more.
    }
    steps.accept(Step.ERASED);
  }

  private Path next() {
    return file.resolveSibling(file.getFileName() + NEXT);
  }

  /** The new content in a file of its own, on the disk and locked. */
  private FileLock writeNext(byte[] fresh) throws IOException {
    FileChannel next;
    try {
      // One that a killed recorder left; where it is a link, the link goes.
      Files.deleteIfExists(next());
      next = OwnFiles.create(next(), OwnFiles.PRIVATE_FILE);
    } catch (FileAlreadyExistsException e) {
      throw new IOException(next() + " was made by somebody else at the same moment", e);
    }
    try {
      steps.accept(Step.BEGUN);
      write(next, fresh);
      steps.accept(Step.WRITTEN);
      next.force(true);
      steps.accept(Step.SYNCED);
      FileLock taken = OwnFiles.tryLock(next);
      if (taken == null) {
        throw new IOException("another process holds " + next());
      }
      return taken;
    } catch (IOException | RuntimeException e) {
      next.close();
      Files.deleteIfExists(next());
      throw e;
    }
  }

  private static void write(FileChannel channel, byte[] content) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(content);
    while (bytes.hasRemaining()) {
      channel.write(bytes, bytes.position());
    }
  }

  private static FileChannel channel(FileLock lock) {
    return (FileChannel) lock.acquiredBy();
  }

  /** Brings the name to the disk. */
  private static void syncName(Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      JournalFolder.sync(folder);
    }
  }

  @Override
  public void close() {
    try {
      if (lock != null) {
        channel(lock).close();
      }
    } catch (IOException e) {
      return; // All that was to be kept was forced.
    }
  }
}
