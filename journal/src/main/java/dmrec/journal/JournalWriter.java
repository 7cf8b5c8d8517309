package dmrec.journal;

import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.IoErrors;
import dmrec.event.JournalEntry;
import dmrec.journal.file.ChronicleSetup;
import dmrec.journal.file.FolderWatch;
import dmrec.journal.file.Held;
import dmrec.journal.file.Inspection;
import dmrec.journal.file.JournalFolder;
import dmrec.journal.file.JournalTail;
import dmrec.journal.file.Loss;
import dmrec.journal.file.MalformedException;
import dmrec.journal.file.WriterLock;
import dmrec.topology.Topology;
import dmrec.topology.TopologyView;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Appends to a journal, of which it is the only writer.
 *
 * <p>What {@link #append} returned for survives the death of the process; how long it takes until
 * it survives the machine's is the {@link SyncPolicy}'s.
 *
 * <p>Each writer begins a file of its own, and each file begins with the state of the stack. That
 * state is {@link #topology}, the fold of all that was appended; nobody else changes it.
 *
 * <p>The append path allocates nothing but at seals and checkpoints. For any thread, one at a time.
 */
public final class JournalWriter implements AutoCloseable {
  /** How long nothing is tried where there was no room. */
  private static final long RETRY_NS = 100_000_000L;

  /** How often an append begins anew as somebody took the journal away. */
  private static final int TRIES = 3;

  private final Path folder;
  private final JournalOptions options;
  private final LongSupplier nanoClock;
  private final WriterLock lock;
  private final JournalOutput output;
  private @Nullable WriterGuard guard;
  private long retryAtNs;
  private @Nullable JournalFullException full;
  private @Nullable JournalException broken;
  private boolean closed;
  private boolean madeFolder;

  /**
   * A writer that goes on behind {@code tail}.
   *
   * @param found the folder's files
   * @param fileBytes a new file begins before one grows larger
   * @param lock on the folder; closed with the writer
   */
  JournalWriter(
      Path folder,
      List<Path> found,
      JournalTail tail,
      JournalOptions options,
      long fileBytes,
      LongSupplier nanoClock,
      WriterLock lock)
      throws JournalException {
    this.folder = folder;
    this.options = options;
    this.nanoClock = nanoClock;
    this.lock = lock;
    this.output = new JournalOutput(folder, found, tail, options, fileBytes, nanoClock);
  }

  /** As {@link #open(Path, JournalOptions)} with the usual options. */
  public static JournalWriter open(Path folder) throws JournalException {
    return open(folder, JournalOptions.usual());
  }

  /**
   * Opens a journal for writing, and makes the folder where it is missing.
   *
   * @throws JournalException where another writer holds it, there is no room or no permission, it
   *     belongs to another user, the folder holds something else, or the journal is of a newer
   *     format
   */
  public static JournalWriter open(Path folder, JournalOptions options) throws JournalException {
    return open(folder, options, System::nanoTime);
  }

  /**
   * Begins a journal in a folder that is empty or does not exist yet.
   *
   * @param before the stack that the first event finds: a copy of a part of a journal stands alone
   *     by it. Its first event gets the number behind {@link Topology#seq}: 1 behind an empty one
   * @throws JournalException where the folder holds anything, there is no room or no permission
   */
  public static JournalWriter begin(Path folder, JournalOptions options, Topology before)
      throws JournalException {
    JournalFolder.expectEmpty(folder);
    boolean isNew = !Files.exists(folder);
    JournalWriter writer = open(folder, options.inAnyFolder(), System::nanoTime, before);
    writer.madeFolder = isNew;
    return writer;
  }

  static JournalWriter open(Path folder, JournalOptions options, LongSupplier nanoClock)
      throws JournalException {
    return open(folder, options, nanoClock, null);
  }

  private static JournalWriter open(
      Path named, JournalOptions options, LongSupplier nanoClock, @Nullable Topology before)
      throws JournalException {
    ChronicleSetup.quiet();
    Path folder = JournalFolder.prepare(named, options);
    WriterLock lock = WriterLock.take(folder);
    try {
      List<Path> found = JournalFolder.cycles(folder);
      if (before != null && !found.isEmpty()) {
        throw JournalFolder.notEmpty(folder, found.get(0)); // Another one was first.
      }
      JournalTail tail =
          before != null
              ? JournalTail.none(before)
              : found.isEmpty() ? JournalTail.none() : JournalTail.of(found);
      return new JournalWriter(folder, found, tail, options, options.fileBytes(), nanoClock, lock);
    } catch (JournalException e) {
      lock.close();
      throw e;
    } catch (RuntimeException | InternalError e) {
      lock.close();
      throw new JournalException(IoErrors.cannot("open", folder, e), e);
    }
  }

  /** The stack as it is behind the last event. */
  public TopologyView topology() {
    return output.topology();
  }

  /** The journal's own name. */
  UUID journal() {
    return output.out().journal();
  }

  /**
   * Watches over the journal from here on: where somebody removes, moves or cuts its files, its
   * folder or the file of its lock, it goes on in a new file where it belongs, and a gap says
   * exactly how many events are gone.
   *
   * @param alarm called by another thread when something is found; the next {@link #append} or
   *     {@link #tick} mends it
   */
  public void guard(Runnable alarm) {
    guard(alarm, null, 0);
  }

  /**
   * As {@link #guard(Runnable)}.
   *
   * @param salvage gets the files that are missing, to say later what of them is lost
   * @param lostBefore how many events the gaps tell of that are in the journal, but not here
   */
  synchronized void guard(
      Runnable alarm, @Nullable Consumer<Inspection.Missing> salvage, long lostBefore) {
    output.files().follow(lostBefore);
    guard =
        new WriterGuard(
            output,
            new FolderWatch(folder, options, lock, output.files(), journal(), alarm),
            salvage);
  }

  /** How many events were in the journal and are no longer, since somebody took them away. */
  public synchronized long lostEvents() {
    return guard == null ? 0 : guard.lostEvents();
  }

  /** The number of the last record; 0 in an empty journal. */
  public synchronized long lastSeq() {
    return output.lastSeq();
  }

  /** Whether an event of this time begins a file, whatever its size: a day, or a step back. */
  public synchronized boolean beginsFile(long wallNs) {
    return output.beginsFile(wallNs);
  }

  /** How many bytes of a file that began now the state of the stack would take. */
  public synchronized long stateBytes() throws JournalException {
    return output.stateBytes();
  }

  /** What the journal takes on the disk. */
  public synchronized long allocatedBytes() {
    return output.allocatedBytes();
  }

  /**
   * Appends an event and gives it the next number, whatever number it has.
   *
   * @return the number
   * @throws JournalFullException where there is no room, or no place as somebody took the journal
   *     away; nothing is broken, and the same writer goes on when there is
   * @throws JournalException where it cannot be written: too large, or the file system refuses; in
   *     the latter case the writer is of no more use
   */
  public synchronized long append(JournalEntry record) throws JournalException {
    return append(record, false, TRIES);
  }

  /**
   * Appends one of the last events of a recording: some room is kept for these, so that they are
   * written where the file system is full.
   */
  public synchronized long appendLastWords(EventRecord record) throws JournalException {
    return append(record, true, TRIES);
  }

  /** Tells that files of the journal, which are not this writer's, are about to be removed. */
  synchronized void tellRemoval(DmEvent.FilesRemoved event) throws JournalException {
    append(output.own(DeviceRef.NONE, event), true, TRIES);
  }

  private long append(JournalEntry record, boolean lastWords, int tries) throws JournalException {
    checkUsable();
    if (full != null && !lastWords && nanoClock.getAsLong() - retryAtNs < 0) {
      throw full;
    }
    try {
      output.encode(record);
    } catch (MalformedException e) {
      throw new JournalException(
          IoErrors.shown(folder)
              + ": record #"
              + (output.lastSeq() + 1)
              + " ("
              + record.kind().word()
              + ") was not written: "
              + e.getMessage(),
          e);
    }
    long givenBefore = output.givenSeq();
    try {
      if (guard != null) {
        guard.settle(record.wallNs(), record.monoNs());
      }
      output.append(record, lastWords);
      full = null;
    } catch (JournalFullException e) {
      if (output.givenSeq() == givenBefore) {
        full = e;
        retryAtNs = nanoClock.getAsLong() + RETRY_NS;
        throw e;
      }
      // It was appended; what there was no room for behind it comes with the next one.
    } catch (RuntimeException | InternalError | IOException | MalformedException e) {
      if (tries == 0 || !isTakenAway()) {
        throw fail("append record #" + (output.lastSeq() + 1) + " to", e);
      }
      if (output.givenSeq() == givenBefore) {
        return append(record, lastWords, tries - 1);
      }
      // It was appended: it is lost with its file, and counted with it.
    }
    return output.givenSeq();
  }

  /**
   * What is to be done from time to time where nothing is appended: seals, and a look at whether
   * what was written is still there.
   *
   * @param wallNs now
   * @param monoNs now
   * @throws JournalFullException where the journal was taken away and cannot go on yet
   */
  public synchronized void tick(long wallNs, long monoNs) throws JournalException {
    checkUsable();
    try {
      if (guard != null) {
        guard.settle(wallNs, monoNs);
      }
      output.sealWhereDue();
    } catch (JournalFullException e) {
      throw e;
    } catch (RuntimeException | InternalError | IOException e) {
      if (!isTakenAway()) {
        throw fail("seal", e);
      }
    }
  }

  /** As {@link #tick} where it is looked at now. */
  public synchronized void settleNow(long wallNs, long monoNs) throws JournalException {
    if (guard != null) {
      guard.check();
    }
    tick(wallNs, monoNs);
  }

  /** Whether something failed as the journal was taken away. */
  private boolean isTakenAway() {
    return guard != null && broken == null && guard.check();
  }

  /** Lets the next append or tick tell of a loss that another has found. */
  synchronized void owe(Loss loss) {
    if (guard != null) {
      guard.owe(loss);
    }
  }

  /** Lets go of a file that is moved elsewhere; null where it was not known. */
  synchronized @Nullable Held release(Path path) {
    return output.files().release(path);
  }

  /**
   * Waits until everything appended is on the disk.
   *
   * @throws JournalException where it cannot be
   */
  public void sync() throws JournalException {
    synchronized (this) {
      checkUsable();
    }
    try {
      output.out().sync();
    } catch (IOException e) {
      synchronized (this) {
        if (!isTakenAway()) {
          throw fail("sync", e);
        }
      }
    }
  }

  private void checkUsable() throws JournalException {
    if (closed) {
      throw new JournalException(IoErrors.shown(folder) + ": this writer is closed");
    }
    if (broken != null) {
      throw new JournalException(String.valueOf(broken.getMessage()), broken);
    }
    IOException failure = output.out().failure();
    if (failure != null && !isTakenAway()) {
      throw fail("sync", failure);
    }
  }

  private JournalException fail(String what, Throwable cause) {
    JournalException failure =
        cause instanceof JournalException e
            ? e
            : new JournalException(
                IoErrors.cannot(what, folder, cause)
                    + ". Check the file system, then open it again",
                cause);
    broken = failure;
    return failure;
  }

  /** Ends a journal that {@link #begin} began and that is of no use: its files go. */
  public void discard() {
    close();
    JournalFolder.discard(folder, madeFolder);
  }

  /** Seals what is not sealed, brings it to the disk where that is asked for, and ends. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    if (guard != null) {
      guard.close();
    }
    try {
      if (broken == null) {
        output.end();
      } else {
        output.out().abandon();
      }
    } catch (RuntimeException | InternalError | IOException e) {
      broken = fail("close", e);
    } finally {
      closed = true;
      output.out().close();
      lock.close();
    }
  }
}
