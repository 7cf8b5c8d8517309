package dmrec.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Moves what a writer leaves in a spool into the journal, on a thread of its own. That thread alone
 * touches the journal: where its file system is full, fails or hangs, nobody else waits.
 */
final class Mover {
  /** How far a reader of the journal is behind the recorder. */
  private static final long CADENCE_NS = 40_000_000L;

  private static final long RETRY_NS = 1_000_000_000L;

  /** A disk may take this long without being broken. */
  private static final long HANG_NS = 5_000_000_000L;

  private static final long SLACK_BYTES = 2L << 20;

  private final Path spool;
  private final Path journal;
  private final JournalOptions options;
  private final Room room;
  private final JournalFiles files;

  /** What is not written to any more from the beginning: files up to that name. */
  private final String leftovers;

  private final JournalWriter writer;
  private final Thread thread;
  private @Nullable FileCopy current;

  /** Whether the current copy is one of the journal's files. */
  private boolean begun;

  private boolean folderChanged;
  private long unsyncedSinceNs;
  private long stalledSinceNs;
  private long busySinceNs;
  private boolean stalled;
  private boolean ending;
  private boolean givenUp;
  private volatile long journalBytes;

  /**
   * @param files the journal's, but for one that is copied in part
   * @param leftovers name of the last file that another writer left in the spool; or empty
   */
  Mover(
      Path spool,
      Path journal,
      JournalOptions options,
      Room room,
      JournalFiles files,
      String leftovers,
      JournalWriter writer) {
    this.spool = spool;
    this.journal = journal;
    this.options = options;
    this.room = room;
    this.files = files;
    this.leftovers = leftovers;
    this.writer = writer;
    this.thread = new Thread(this::run, "dmrec-spool");
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    while (true) {
      boolean ended = isEnding();
      long waitNs = CADENCE_NS;
      isBusy(true);
      try {
        move(ended);
        isBusy(false);
        goesOn();
        if (ended) {
          return;
        }
      } catch (IOException | RuntimeException | InternalError e) {
        stalls(e);
        waitNs = RETRY_NS;
      }
      if (!rest(waitNs)) {
        close();
        return;
      }
    }
  }

  private synchronized void isBusy(boolean now) {
    busySinceNs = now ? System.nanoTime() : 0;
  }

  /** Says so once where the journal's file system hangs; from another thread, from time to time. */
  void watch() {
    synchronized (this) {
      if (stalled || busySinceNs == 0 || System.nanoTime() - busySinceNs < HANG_NS) {
        return;
      }
      stalled = true;
      stalledSinceNs = busySinceNs;
    }
    options
        .notices()
        .accept(
            Reasons.shown(journal)
                + ": its file system has taken nothing for "
                + HANG_NS / 1_000_000_000L
                + " s. Until it does the spool "
                + Reasons.shown(spool)
                + " keeps what is recorded");
  }

  private synchronized boolean isEnding() {
    return ending;
  }

  /** False where it is time to give up. */
  private synchronized boolean rest(long ns) {
    long untilNs = System.nanoTime() + ns;
    boolean before = ending;
    try {
      for (long leftNs = ns;
          leftNs > 0 && !givenUp && ending == before;
          leftNs = untilNs - System.nanoTime()) {
        wait(leftNs / 1_000_000 + 1);
      }
    } catch (InterruptedException e) {
      return false; // Nobody does; it could only mean to end.
    }
    return !givenUp;
  }

  private void stalls(Throwable e) {
    FileCopy copy = current;
    if (copy != null) {
      // A file system that comes back may be another one: the file is opened anew.
      copy.release();
    }
    if (!setStalled(true)) {
      String what =
          e instanceof JournalException
              ? String.valueOf(e.getMessage())
              : Reasons.cannot("write", journal, e);
      options
          .notices()
          .accept(
              what
                  + ". It is tried again each second; until then the spool "
                  + Reasons.shown(spool)
                  + " keeps what is recorded");
    }
  }

  private synchronized long stalledSinceNs() {
    return stalledSinceNs;
  }

  /** What it was before. */
  private synchronized boolean setStalled(boolean now) {
    boolean before = stalled;
    stalled = now;
    busySinceNs = 0;
    if (now && !before) {
      stalledSinceNs = System.nanoTime();
    }
    return before;
  }

  private void goesOn() {
    long sinceNs = stalledSinceNs();
    if (setStalled(false)) {
      options
          .notices()
          .accept(
              Reasons.shown(journal)
                  + ": can be written again after "
                  + (System.nanoTime() - sinceNs) / 1_000_000_000L
                  + " s; the spool has moved into it");
    }
  }

  /** Moves what there is; where the writer has ended, all of it. */
  private void move(boolean ended) throws IOException {
    List<Path> spooled = JournalFolder.cycles(spool);
    for (int i = 0; i < spooled.size(); i++) {
      Path from = spooled.get(i);
      FileCopy copy = current;
      if (copy == null) {
        copy = new FileCopy(from, journal, room);
        current = copy;
        begun = false;
      }
      // A file gets its name when nothing is added to the one before it any more.
      boolean complete =
          ended || i + 1 < spooled.size() || JournalFolder.nameOf(from).compareTo(leftovers) <= 0;
      copy(copy);
      syncIfDue(copy);
      if (complete) {
        finish(copy);
      }
      if (outgrows()) {
        removeOldest("--max-size is reached");
      }
    }
    FileCopy copy = current;
    journalBytes = files.closedBytes() + (copy == null ? 0 : copy.bytes());
  }

  /** What the journal takes on the disk; from any thread. */
  long journalBytes() {
    return journalBytes;
  }

  private void copy(FileCopy copy) throws IOException {
    while (true) {
      try {
        copy.advance();
        if (!begun) {
          files.begin(copy.path());
          begun = true;
          folderChanged = true;
          removeOld();
        }
        return;
      } catch (IOException e) {
        if (!isFull(e) || !removeOldest("the file system is full")) {
          throw e;
        }
      }
    }
  }

  private static boolean isFull(IOException e) {
    return e instanceof JournalFullException || Room.isFull(e);
  }

  /** Nothing is lost behind this: only then the spool lets go of the file. */
  private void finish(FileCopy copy) throws IOException {
    copy.finish();
    syncFolder();
    Files.deleteIfExists(copy.from());
    files.closed(copy.bytes());
    copy.close();
    current = null;
  }

  private void syncIfDue(FileCopy copy) throws IOException {
    SyncPolicy policy = options.sync();
    if (policy.records() == 0 || copy.unsynced() == 0) {
      return;
    }
    long now = System.nanoTime();
    if (unsyncedSinceNs == 0) {
      unsyncedSinceNs = now;
    }
    if (copy.unsynced() >= policy.records() || now - unsyncedSinceNs >= policy.intervalNs()) {
      copy.sync();
      syncFolder();
      unsyncedSinceNs = 0;
    }
  }

  private void syncFolder() throws IOException {
    if (folderChanged) {
      JournalFolder.sync(journal);
      folderChanged = false;
    }
  }

  // Retention.

  private boolean outgrows() {
    long max = options.retention().maxBytes();
    FileCopy copy = current;
    long open = copy == null ? 0 : copy.bytes();
    return max > 0 && files.closedBytes() + open + SLACK_BYTES > max;
  }

  private void removeOld() throws IOException {
    long keepNs = options.retention().keepNs();
    if (keepNs > 0) {
      remove(
          files.olderThan(System.currentTimeMillis() * 1_000_000L - keepNs), "--keep has passed");
    }
  }

  private boolean removeOldest(String reason) throws IOException {
    return options.retention().maxBytes() > 0 && remove(files.oldest(writer.lastSeq()), reason);
  }

  /** The event that tells of it goes into the spool first; false where it cannot. */
  private boolean remove(JournalFiles.@Nullable Removal removal, String reason) throws IOException {
    if (removal == null || isEnding()) {
      return false;
    }
    try {
      writer.tellRemoval(removal.event(reason));
    } catch (JournalFullException e) {
      return false;
    }
    String notice = removal.notice(reason);
    files.remove(removal);
    folderChanged = true;
    options.notices().accept(notice);
    return true;
  }

  // The end.

  /**
   * Moves the rest of what the writer, which is closed, has left.
   *
   * @return false where that was not done in time; the journal may still be in use then
   */
  boolean end(long withinNs) {
    synchronized (this) {
      ending = true;
      notifyAll();
    }
    boolean ended = join(withinNs);
    if (!ended) {
      synchronized (this) {
        givenUp = true;
        notifyAll();
      }
      // One that only waited ends soon, on a busy machine too; one that hangs does not.
      join(2 * RETRY_NS);
    }
    return ended;
  }

  boolean isAlive() {
    return thread.isAlive();
  }

  private boolean join(long withinNs) {
    try {
      thread.join(withinNs / 1_000_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return !thread.isAlive();
  }

  private void close() {
    FileCopy copy = current;
    if (copy != null) {
      copy.close();
    }
  }
}
