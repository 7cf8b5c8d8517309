package dmrec.journal.file;

import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Finds out when somebody takes away what a journal is written to: its folder, its files, or the
 * file of its lock. Whoever appends would not notice: a file without a name takes all there is.
 *
 * <p>It asks four times a second, on a thread of its own: a file system that hangs holds up nobody
 * else. Each time it asks for the folder, the lock, and the file that is written; for the others
 * only where a name in the folder changed. It only says that something is wrong. What it is, and
 * what comes of it, is for the writer.
 */
final class FolderGuard implements AutoCloseable {
  private static final long PERIOD_MS = 250;

  /** A clock of files is coarse: two changes of a folder may bear the same time. */
  private static final long COARSE_S = 2;

  private final Path folder;
  private final WriterLock lock;
  private final JournalFiles files;
  private final Runnable alarm;
  private final Thread thread;
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile boolean harmed;
  private FileTime listed = FileTime.fromMillis(0);

  /**
   * A guard that only {@link #check} sets to work.
   *
   * @param lock of the folder
   * @param alarm called when something is wrong, by the guard's thread; returns soon
   */
  FolderGuard(Path folder, WriterLock lock, JournalFiles files, Runnable alarm) {
    this.folder = folder;
    this.lock = lock;
    this.files = files;
    this.alarm = alarm;
    this.thread = new Thread(this::run, "dmrec-guard");
    thread.setDaemon(true);
  }

  /** Lets it work by itself. */
  void start() {
    thread.start();
  }

  private void run() {
    while (rest()) {
      if (!harmed && check()) {
        alarm.run();
      }
    }
  }

  private boolean rest() {
    try {
      return !closed.await(PERIOD_MS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      return false; // Nobody does; it could only mean to end.
    }
  }

  /** Whether something was found wrong since {@link #mended}. */
  boolean isHarmed() {
    return harmed;
  }

  /** Asks now. */
  synchronized boolean check() {
    int version = files.version();
    boolean found = isSomethingWrong();
    // While the writer begins or removes files what should be there is not known for a moment.
    if (found && version == files.version()) {
      harmed = true;
    }
    return harmed;
  }

  /** What was wrong is known, and as far as it can be mended. */
  void mended() {
    harmed = false;
  }

  private boolean isSomethingWrong() {
    if (!lock.isFolderHere() || !lock.isFileHere()) {
      return true;
    }
    Held current = files.current();
    return (current != null && isWrong(current)) || isAnyWrong();
  }

  /** Asks for complete files where a name was added or removed. */
  private boolean isAnyWrong() {
    FileTime changed;
    try {
      changed = Inode.ofFolder(folder).changed();
    } catch (IOException e) {
      return false;
    }
    if (changed.equals(listed)) {
      return false;
    }
    for (Held each : files.closed()) {
      if (isWrong(each)) {
        return true;
      }
    }
    if (changed.toInstant().isBefore(Instant.now().minusSeconds(COARSE_S))) {
      listed = changed;
    }
    return false;
  }

  private static boolean isWrong(Held file) {
    try {
      return !file.isIntact(Inode.ofFile(file.path()));
    } catch (IOException e) {
      return false; // Nobody can say. Whoever writes hears of it.
    }
  }

  /** Ends it, but does not wait for it: it may hang where its file system does. */
  @Override
  public void close() {
    closed.countDown();
  }
}
