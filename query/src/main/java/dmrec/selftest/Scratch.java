package dmrec.selftest;

import dmrec.kernel.DirectoryLock;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What a self-test works on: a folder, a file in it, a loop device over that, and mapped devices
 * over this. All have the self-test's prefix, and all are gone behind {@link #close}, from whatever
 * thread that comes: nothing is made after it.
 */
final class Scratch implements AutoCloseable {
  private static final long DISK_BYTES = 64L << 20;
  private static final long SECTOR_BYTES = 512;

  /** Each part of the disk begins at a multiple of this. */
  private static final long ALIGN_SECTORS = 2048;

  private final Programs programs;
  private final Remains remains;
  private final long pid;
  private final Path folder;
  private final ReentrantLock lock = new ReentrantLock();
  private String loop = "";
  private long usedSectors;
  private boolean isOurs;

  /** Says to others that it runs. */
  private @Nullable DirectoryLock running;

  private boolean closed;

  /**
   * @param pid the number in all names
   */
  Scratch(Remains remains, long pid) {
    this.programs = remains.programs();
    this.remains = remains;
    this.pid = pid;
    this.folder = remains.folder(pid);
  }

  /** Makes the folder and the disk. */
  void open() throws IOException, InterruptedException {
    lock.lock();
    try {
      expectOpen();
      if (remains.isAny(pid)) {
        throw new SelfTestException(
            "selftest: expected nothing named "
                + Remains.prefix(pid)
                + ", found some; --clean-up removes what a killed one left in "
                + remains.folder()
                + ", else it runs in another container or is not dmrec's");
      }
      Files.createDirectory(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      isOurs = true;
      running = DirectoryLock.tryLock(folder);
      if (running == null) {
        throw new SelfTestException(
            "selftest: expected to lock "
                + folder
                + ", found that another selftest looks at it; start again");
      }
      Path disk = folder.resolve("disk");
      try (RandomAccessFile file = new RandomAccessFile(disk.toFile(), "rw")) {
        file.setLength(DISK_BYTES);
      }
      loop = run("losetup", List.of("--find", "--show", disk.toString())).orFail().said().strip();
    } catch (NoSuchFileException e) {
      throw new SelfTestException(
          remains.folder() + ": expected a folder, found none; name one with --tmp", e);
    } finally {
      lock.unlock();
    }
  }

  Path folder() {
    return folder;
  }

  /** The full name of a device. */
  String name(String part) {
    return Remains.prefix(pid) + part;
  }

  /** A part of the disk that no other has, as a device and a sector. */
  String part(long sectors) throws SelfTestException {
    long from = usedSectors;
    usedSectors += (sectors + ALIGN_SECTORS - 1) / ALIGN_SECTORS * ALIGN_SECTORS;
    if (usedSectors * SECTOR_BYTES > DISK_BYTES) {
      throw new SelfTestException("selftest: its disk of " + DISK_BYTES + " bytes is too small");
    }
    return loop + " " + from;
  }

  /** Runs a program, unless it is over. */
  Programs.Ran run(String program, List<String> arguments)
      throws IOException, InterruptedException {
    lock.lock();
    try {
      expectOpen();
      return programs.run(program, arguments);
    } finally {
      lock.unlock();
    }
  }

  private void expectOpen() throws SelfTestException {
    if (closed) {
      throw new SelfTestException("selftest: it was ended while it ran");
    }
  }

  long nowNs() {
    return programs.nowNs();
  }

  @Override
  public void close() throws IOException {
    lock.lock();
    try {
      if (isOurs && !closed) {
        remains.remove(pid);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SelfTestException(
          "selftest: interrupted while it cleaned up; 'dmrec selftest --clean-up' goes on", e);
    } finally {
      closed = true;
      if (running != null) {
        running.close();
      }
      lock.unlock();
    }
  }
}
