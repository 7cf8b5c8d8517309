package dmrec.journal.file;

import dmrec.journal.SyncPolicy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Brings a journal to the disk, and makes room in its file ahead, on a thread of its own: whoever
 * records never waits for a disk, unless each event is to be synced.
 *
 * <p>A file is synced by fdatasync, which on Linux writes what msync(MS_SYNC) writes (that call is
 * one for a range of the file) and what plain writes added too. A file that was made or removed is
 * followed by a sync of the folder.
 */
public final class Syncer implements AutoCloseable {
  private final Path folder;
  private final SyncPolicy policy;
  private final Queue<CycleWriter> finished = new ArrayDeque<>();
  private final Thread thread;
  private @Nullable CycleWriter current;
  private boolean folderChanged;
  private boolean isRoomWanted;
  private long appended;
  private long synced;
  private long firstUnsyncedNs;
  private boolean syncing;
  private boolean closed;
  private @Nullable IOException failure;

  public Syncer(Path folder, SyncPolicy policy) {
    this.folder = folder;
    this.policy = policy;
    this.thread = new Thread(this::run, "dmrec-sync");
    thread.setDaemon(true);
    if (policy.records() > 1) {
      thread.start();
    }
  }

  /** Another file is written from here on; the one before it is synced once more and closed. */
  public synchronized void begin(CycleWriter next) {
    if (current != null) {
      finished.add(current);
    }
    current = next;
    folderChanged = true;
    notifyAll();
  }

  /** A file was removed. */
  public synchronized void folderChanged() {
    folderChanged = true;
  }

  /** A record was appended. */
  public void appended() throws IOException {
    if (policy.records() == 1) {
      sync();
      return;
    }
    synchronized (this) {
      if (appended++ == synced) {
        firstUnsyncedNs = System.nanoTime();
        notifyAll();
      } else if (appended - synced == policy.records()) {
        notifyAll();
      }
    }
  }

  /** The file at hand should have more room soon. */
  public synchronized void wantRoom() {
    if (!isRoomWanted) {
      isRoomWanted = true;
      notifyAll();
    }
  }

  /** What went wrong when it was tried last: what was written since may not be on the disk. */
  public synchronized @Nullable IOException failure() {
    return failure;
  }

  private void run() {
    try {
      while (awaitDue()) {
        try {
          CycleWriter low = takeRoomWanted();
          if (low != null) {
            low.fillAhead();
          } else {
            sync();
          }
        } catch (IOException e) {
          return; // The writer finds it.
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized boolean awaitDue() throws InterruptedException {
    while (!closed) {
      if (isRoomWanted) {
        return true;
      }
      long unsynced = appended - synced;
      if (unsynced == 0 && !folderChanged && finished.isEmpty()) {
        wait();
        continue;
      }
      long leftNs = unsynced == 0 ? 0 : firstUnsyncedNs + policy.intervalNs() - System.nanoTime();
      if (unsynced >= policy.records() || leftNs <= 0) {
        return true;
      }
      wait(leftNs / 1_000_000, (int) (leftNs % 1_000_000));
    }
    return false;
  }

  private synchronized @Nullable CycleWriter takeRoomWanted() {
    boolean isWanted = isRoomWanted;
    isRoomWanted = false;
    return isWanted ? current : null;
  }

  /** Returns when all that was appended before is on the disk. */
  public void sync() throws IOException {
    CycleWriter file;
    long upTo;
    boolean withFolder;
    CycleWriter[] ended;
    synchronized (this) {
      awaitOther();
      if (failure != null) {
        throw new IOException(failure);
      }
      syncing = true;
      file = current;
      upTo = appended;
      withFolder = folderChanged;
      folderChanged = false;
      ended = finished.toArray(CycleWriter[]::new);
      finished.clear();
    }
    IOException failed = null;
    try {
      for (CycleWriter each : ended) {
        each.force();
        each.close();
      }
      if (file != null) {
        file.force();
      }
      if (withFolder) {
        JournalFolder.sync(folder);
      }
    } catch (IOException e) {
      failed = e;
    }
    synchronized (this) {
      syncing = false;
      failure = failed;
      synced = upTo;
      firstUnsyncedNs = System.nanoTime();
      notifyAll();
    }
    if (failed != null) {
      throw failed;
    }
  }

  private synchronized void awaitOther() {
    boolean interrupted = false;
    while (syncing) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends the thread; what is not synced yet is left to the system. */
  @Override
  public void close() {
    CycleWriter last;
    synchronized (this) {
      closed = true;
      notifyAll();
      awaitOther();
      last = current;
      current = null;
      finished.forEach(CycleWriter::close);
      finished.clear();
    }
    if (last != null) {
      last.close();
    }
  }
}
