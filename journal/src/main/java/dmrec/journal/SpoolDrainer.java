package dmrec.journal;

import dmrec.event.DmEvent;
import dmrec.journal.file.Content;
import dmrec.journal.file.DiskReserve;
import dmrec.journal.file.FileCopy;
import dmrec.journal.file.Held;
import dmrec.journal.file.Inspection;
import dmrec.journal.file.JournalFiles;
import dmrec.journal.file.JournalFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Moves what a writer leaves in a spool into the journal, on a thread of its own. That thread alone
 * touches the journal: where its file system is full, fails or hangs, nobody else waits.
 */
final class SpoolDrainer implements Retention.Owner {
  /** How far a reader of the journal is behind the recorder. */
  private static final long CADENCE_NS = 40_000_000L;

  private static final long RETRY_NS = 1_000_000_000L;

  private final Path spool;
  private final Path journal;
  private final JournalOptions options;
  private final MovedFiles moved;
  private final JournalFiles files;
  private final Retention retention;
  private final SpoolStall stall;
  private DiskReserve reserve;

  /** What is not written to any more from the beginning: files up to that name. */
  private final String leftovers;

  private final JournalWriter writer;
  private final Thread thread;
  private @Nullable FileCopy current;

  /** Whether the current copy is one of the journal's files. */
  private boolean begun;

  private boolean folderChanged;
  private long unsyncedSinceNs;
  private boolean ending;
  private boolean givenUp;
  private volatile long journalBytes;
  private volatile Runnable alarm = () -> {};

  /**
   * @param moved the journal's files, but for one that is copied in part
   * @param leftovers name of the last file that another writer left in the spool; or empty
   */
  SpoolDrainer(
      Path spool,
      Path journal,
      JournalOptions options,
      DiskReserve reserve,
      MovedFiles moved,
      String leftovers,
      JournalWriter writer) {
    this.spool = spool;
    this.journal = journal;
    this.options = options;
    this.reserve = reserve;
    this.moved = moved;
    this.files = moved.files();
    this.retention = new Retention(options.retention(), files, options.notices(), this);
    this.stall = new SpoolStall(spool, journal, options);
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
      stall.begin();
      boolean known = moved.isHarmed();
      try {
        move(ended);
        stall.ended();
        if (ended) {
          return;
        }
      } catch (IOException | RuntimeException | InternalError e) {
        if (known || !moved.check()) {
          stalls(e);
          waitNs = RETRY_NS;
        }
      }
      if (!rest(waitNs)) {
        close();
        return;
      }
    }
  }

  /** Says so once where the journal's file system hangs; from another thread, from time to time. */
  void watch() {
    stall.watch();
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
    stall.failed(e);
  }

  /** Moves what there is; where the writer has ended, all of it. */
  private void move(boolean ended) throws IOException {
    if (moved.isHarmed()) {
      mend(ended);
    }
    List<Path> spooled = spooled();
    FileCopy open = current;
    if (open != null && !spooled.contains(open.from())) {
      return; // Somebody took it out of the spool; the writer says so soon.
    }
    for (int i = 0; i < spooled.size(); i++) {
      Path from = spooled.get(i);
      FileCopy copy = current;
      if (copy == null) {
        copy = new FileCopy(from, journal, reserve);
        current = copy;
        begun = false;
      }
      // A file gets its name when nothing is added to the one before it any more.
      boolean complete =
          ended || i + 1 < spooled.size() || JournalFolder.nameOf(from).compareTo(leftovers) <= 0;
      copy(copy);
      syncIfDue(copy);
      if (complete && !moved.check()) {
        finish(copy);
      }
      if (moved.isHarmed()) {
        return;
      }
      retention.removeForSize(openBytes(), writer.lastSeq());
    }
    journalBytes = files.closedBytes() + openBytes();
  }

  private long openBytes() {
    FileCopy copy = current;
    return copy == null ? 0 : copy.bytes();
  }

  /** What there is to move, oldest first. */
  private List<Path> spooled() throws IOException {
    for (Inspection.Missing each = moved.orphan(); each != null; each = moved.orphan()) {
      forsake(each);
    }
    moved.tell(isEnding() ? null : writer);
    if (!Files.isDirectory(spool)) {
      return List.of(); // The writer makes it anew.
    }
    return JournalFolder.cycles(spool).stream().filter(moved::isWanted).toList();
  }

  /** Moves what can still be had of a file that somebody took out of the spool. */
  private void forsake(Inspection.Missing file) throws IOException {
    FileCopy copy = current;
    Content content = null;
    if (copy != null && copy.from().equals(file.was().path())) {
      if (begun) {
        copy.advance();
        copy.leave();
        syncFolder();
        content = Content.whole(copy.path());
        files.complete(Held.of(copy.path(), content));
      }
      copy.close();
      current = null;
    }
    moved.forsake(file, content);
    writer.release(file.was().path());
    file.was().delete();
    alarm.run();
  }

  /** Goes on in the right place where somebody changed the journal. */
  private void mend(boolean ended) throws IOException {
    FileCopy copy = current;
    Path open = copy == null || !begun ? null : copy.path();
    boolean again = moved.examine(open);
    if (again) {
      files.again();
    }
    if (copy != null && (again || open == null)) {
      copy.close();
      current = null;
    }
    moved.hold();
    reserve = DiskReserve.in(journal, options.reserveBytes());
    moved.tell(ended ? null : writer);
    alarm.run();
  }

  /** Called when the writer has something to tell; by this thread. */
  void alarm(Runnable other) {
    alarm = other;
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
          moved.begin(copy);
          begun = true;
          folderChanged = true;
          retention.removeOld(System.currentTimeMillis() * 1_000_000L);
        }
        files.grown(copy.bytes());
        return;
      } catch (IOException e) {
        if (!isFull(e) || !retention.removeForRoom(writer.lastSeq())) {
          throw e;
        }
      }
    }
  }

  private static boolean isFull(IOException e) {
    return e instanceof JournalFullException || DiskReserve.isFull(e);
  }

  /** Nothing is lost behind this: only then the spool lets go of the file. */
  private void finish(FileCopy copy) throws IOException {
    copy.finish();
    syncFolder();
    Held file = writer.release(copy.from());
    files.complete(
        file == null
            ? Held.of(copy.path(), Content.whole(copy.path()))
            : file.copiedTo(copy.path()));
    Files.deleteIfExists(copy.from());
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

  /** The event that tells of it goes into the spool first. */
  @Override
  public boolean tell(DmEvent.FilesRemoved event) throws IOException {
    if (isEnding()) {
      return false;
    }
    try {
      writer.tellRemoval(event);
      return true;
    } catch (JournalFullException e) {
      return false;
    }
  }

  @Override
  public void removed() {
    folderChanged = true;
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
