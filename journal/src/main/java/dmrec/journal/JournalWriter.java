package dmrec.journal;

import dmrec.event.Bytes;
import dmrec.event.Certainty;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.Source;
import dmrec.topology.Topology;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Appends to a journal, of which it is the only writer.
 *
 * <p>Design note: a record is encoded into a buffer of its own first and then copied into the
 * queue's mapped page in one go, so that a process that is killed leaves a whole record or none,
 * and a record that cannot be encoded leaves the journal as it was. What {@link #append} returned
 * for survives the death of the process; how long it takes until it survives the machine's is the
 * {@link SyncPolicy}'s.
 *
 * <p>Each writer begins a file of its own, and each file begins with the state of the stack. That
 * state is {@link #topology}: whoever appends an event applies it there too, as only he knows
 * whether he has another use for it.
 *
 * <p>The append path allocates nothing but at seals. For any thread, one at a time.
 */
public final class JournalWriter implements AutoCloseable {
  private static final long DAY_NS = 86_400_000_000_000L;
  private static final long MINUTE_NS = 60_000_000_000L;

  /** Within a file no event is older than another before it by more than this. */
  static final long STEP_BACK_NS = 1_000_000L;

  /** What the journal can grow by between two looks at how large it is. */
  private static final long SLACK_BYTES = 2L << 20;

  /** How long nothing is tried where there was no room. */
  private static final long RETRY_NS = 100_000_000L;

  private final Path folder;
  private final JournalOptions options;
  private final long fileBytes;
  private final LongSupplier nanoClock;
  private final WriterLock lock;
  private final Room room;
  private final JournalFiles files;
  private final Sealer sealer;
  private final Syncer syncer;
  private final Topology topology;
  private final CheckpointPace pace;
  private @Nullable Topology checkpointed;
  private final RecordEncoder encoder = new RecordEncoder();
  private final Deque<DmEvent> owed = new ArrayDeque<>();
  private @Nullable CycleWriter file;
  private long fileRecords;
  private long fileDay;
  private long fileWallMaxNs;
  private long minute;
  private long lastSeq;

  /** The number of the last record that the caller appended. */
  private long toldSeq;

  private long wallMaxNs;
  private long lastWallNs;
  private long lastMonoNs;
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
    this.fileBytes = fileBytes;
    this.nanoClock = nanoClock;
    this.lock = lock;
    this.room = Room.in(folder, options.reserveBytes());
    CycleWriter.clear(folder.resolve(CycleWriter.STAGING));
    SigningKey key = options.key();
    if (tail.isSigned() && key == null && !options.mayEndSigning()) {
      throw new JournalException(
          Reasons.shown(folder)
              + ": expected the key that signed this journal so far, found none. Give it (--key),"
              + " or go on without signatures (--unsigned), which verify will tell of");
    }
    this.files = JournalFiles.of(found, tail.number());
    this.sealer = new Sealer(tail.journal(), new Chain(tail.link()), options.seals(), key);
    this.topology = tail.topology();
    this.pace = new CheckpointPace(options.checkpointBytes());
    this.minute = tail.minute();
    this.lastSeq = tail.lastSeq();
    this.wallMaxNs = tail.wallMaxNs();
    this.lastWallNs = tail.wallMaxNs();
    if (!room.allows(CycleWriter.LEAST_BYTES)) {
      // Whoever begins to record on a full disk should hear of it at once.
      throw room.full();
    }
    this.syncer = new Syncer(folder, options.sync());
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
    JournalWriter writer = open(folder, options, System::nanoTime, before);
    writer.madeFolder = isNew;
    return writer;
  }

  static JournalWriter open(Path folder, JournalOptions options, LongSupplier nanoClock)
      throws JournalException {
    return open(folder, options, nanoClock, null);
  }

  private static JournalWriter open(
      Path folder, JournalOptions options, LongSupplier nanoClock, @Nullable Topology before)
      throws JournalException {
    ChronicleSetup.quiet();
    JournalFolder.prepare(folder);
    WriterLock lock = WriterLock.take(folder);
    try {
      List<Path> found = JournalFolder.cycles(folder);
      if (before != null && !found.isEmpty()) {
        throw JournalFolder.notEmpty(folder, found.get(0)); // Another one was first.
      }
      JournalTail tail =
          before != null
              ? JournalTail.none(before)
              : found.isEmpty() ? JournalTail.none() : JournalTail.of(folder, found);
      return new JournalWriter(folder, found, tail, options, options.fileBytes(), nanoClock, lock);
    } catch (JournalException e) {
      lock.close();
      throw e;
    } catch (RuntimeException | InternalError e) {
      lock.close();
      throw new JournalException(Reasons.cannot("open", folder, e), e);
    }
  }

  /** The stack as it is behind the last event; whoever appends events applies them to it. */
  public Topology topology() {
    return topology;
  }

  /**
   * Lets files begin with another state than {@link #topology}, as what the journal's records add
   * up to is another one while events are not kept; null for the same again.
   */
  public synchronized void checkpoint(@Nullable Topology state) {
    checkpointed = state;
  }

  /** The number of the last record; 0 in an empty journal. */
  public synchronized long lastSeq() {
    return lastSeq;
  }

  /** What the journal takes on the disk. */
  public synchronized long allocatedBytes() {
    return files.closedBytes() + (file == null ? 0 : file.allocatedBytes());
  }

  /**
   * Appends an event and gives it the next number, whatever number it has.
   *
   * @return the number
   * @throws JournalFullException where there is no room; nothing is broken, and the same writer
   *     goes on when there is
   * @throws JournalException where it cannot be written: too large, or the file system refuses; in
   *     the latter case the writer is of no more use
   */
  public synchronized long append(EventRecord record) throws JournalException {
    return append(record, false);
  }

  /**
   * Appends one of the last events of a recording: some room is kept for these, so that they are
   * written where the file system is full.
   */
  public synchronized long appendLastWords(EventRecord record) throws JournalException {
    return append(record, true);
  }

  private long append(EventRecord record, boolean lastWords) throws JournalException {
    checkUsable();
    if (full != null && !lastWords && nanoClock.getAsLong() - retryAtNs < 0) {
      throw full;
    }
    long seq = lastSeq + 1;
    try {
      encoder.encode(record, seq);
    } catch (MalformedException e) {
      throw new JournalException(
          Reasons.shown(folder)
              + ": record #"
              + seq
              + " ("
              + record.kind().word()
              + ") was not written: "
              + e.getMessage(),
          e);
    }
    try {
      if (sealer.isOverdue(nanoClock.getAsLong())) {
        seal();
      }
      checkpointWhereDue();
      CycleWriter to = fileFor(record, lastWords);
      if (lastSeq + 1 != seq) {
        // Making room was an event of its own.
        seq = lastSeq + 1;
        encoder.encode(record, seq);
      }
      to.append(encoder.bytes(), encoder.length());
      sealer.add(encoder.bytes(), encoder.length(), nanoClock.getAsLong());
      appended(record, seq);
      toldSeq = seq;
      if (sealer.isFull()) {
        seal();
      }
      syncer.appended();
      while (!owed.isEmpty()) {
        tell(to, owed.peek());
        owed.remove();
      }
      if (outgrows()) {
        removeFor("--max-size is reached");
      }
    } catch (JournalFullException e) {
      full = e;
      retryAtNs = nanoClock.getAsLong() + RETRY_NS;
      throw e;
    } catch (RuntimeException | InternalError | IOException | MalformedException e) {
      throw fail("append record #" + seq + " to", e);
    }
    return seq;
  }

  private void appended(EventRecord record, long seq) {
    lastSeq = seq;
    fileRecords++;
    lastWallNs = record.wallNs();
    lastMonoNs = record.monoNs();
    fileWallMaxNs = Math.max(fileWallMaxNs, lastWallNs);
    wallMaxNs = Math.max(wallMaxNs, lastWallNs);
    full = null;
  }

  /** What is to be done from time to time where nothing is appended: seals, retention. */
  public synchronized void tick() throws JournalException {
    checkUsable();
    try {
      if (sealer.isOverdue(nanoClock.getAsLong())) {
        seal();
        syncer.appended();
      }
    } catch (RuntimeException | InternalError | IOException e) {
      throw fail("seal", e);
    }
  }

  // Files.

  /** The file that the encoded record goes to, with room for it. */
  private CycleWriter fileFor(EventRecord record, boolean lastWords) throws IOException {
    CycleWriter to = file;
    if (to == null || isOver(to, record)) {
      to = begin(record.wallNs(), to != null && lastWords);
    }
    while (!to.reserve(encoder.length(), lastWords)) {
      if (!removeFor("the file system is full")) {
        throw room.full();
      }
    }
    return to;
  }

  private boolean isOver(CycleWriter to, EventRecord record) {
    return fileRecords > 0
        && (Math.floorDiv(record.wallNs(), DAY_NS) > fileDay
            || record.wallNs() < fileWallMaxNs - STEP_BACK_NS
            || to.endBytes() + encoder.length() > fileBytes);
  }

  /** Begins a file, and ends the one before it; or goes on with that where it has to do. */
  private CycleWriter begin(long wallNs, boolean mayGoOn) throws IOException {
    CycleWriter before = file;
    CycleWriter next = null;
    Chain chain;
    try {
      next = create(Math.max(minute + 1, Math.floorDiv(wallNs, MINUTE_NS)));
      seal();
      chain = new Chain(sealer.link());
      writeBeginning(next, chain);
    } catch (JournalFullException e) {
      if (next != null) {
        next.abandon();
      }
      if (before != null && mayGoOn) {
        return before;
      }
      throw e;
    }
    if (before != null) {
      before.finish();
      files.closed(before.allocatedBytes());
    }
    syncer.begin(next);
    sealer.goOnWith(chain, nanoClock.getAsLong());
    file = next;
    fileRecords = 0;
    fileDay = Math.floorDiv(wallNs, DAY_NS);
    fileWallMaxNs = wallNs;
    minute = CycleWriter.minuteOf(next.path());
    files.begin(next.path());
    removeOld(wallNs);
    return next;
  }

  private CycleWriter create(long nextMinute) throws IOException {
    while (true) {
      try {
        return CycleWriter.create(folder, Math.max(0, nextMinute), room);
      } catch (JournalFullException e) {
        if (!removeFor("the file system is full")) {
          throw e;
        }
      }
    }
  }

  /** The header, the keys, the state of the stack; then the file can be seen. */
  private void writeBeginning(CycleWriter next, Chain chain) throws IOException {
    FileHeader header =
        new FileHeader(
            RecordLayout.FORMAT_VERSION,
            FileHeader.thisWriter(),
            sealer.journal(),
            files.number() + 1,
            lastSeq + 1,
            wallMaxNs,
            sealer.link(),
            options.seals(),
            options.sync(),
            sealer.publicKey());
    put(next, chain, header.encode());
    byte[] keys = sealer.keys(lastSeq, lastWallNs);
    if (keys != null) {
      put(next, chain, keys);
    }
    long from = next.endBytes();
    for (byte[] part : encoded(checkpointed == null ? topology : checkpointed)) {
      put(next, chain, part);
    }
    pace.written(next.endBytes(), next.endBytes() - from);
    next.publish();
  }

  private List<byte[]> encoded(Topology state) throws JournalException {
    try {
      return CheckpointNote.encode(state, lastSeq, lastWallNs);
    } catch (MalformedException e) {
      throw new JournalException(Reasons.cannot("write a checkpoint to", folder, e), e);
    }
  }

  /** Where {@link #topology} is not what the records add up to, none is written. */
  private void checkpointWhereDue() throws IOException {
    CycleWriter to = file;
    if (to == null
        || !pace.isDue(to.endBytes())
        || checkpointed != null
        || topology.seq() != toldSeq
        || toldSeq != lastSeq) {
      return;
    }
    long from = to.endBytes();
    for (byte[] part : encoded(topology)) {
      if (!to.reserve(part.length, false)) {
        break; // A reader takes the one before, and the record to come tells of the full disk.
      }
      to.append(part, part.length);
      sealer.add(part, part.length, nanoClock.getAsLong());
    }
    pace.written(to.endBytes(), to.endBytes() - from);
  }

  private void put(CycleWriter to, Chain chain, byte[] note) throws JournalException {
    if (!to.reserve(note.length, false)) {
      throw room.full();
    }
    to.append(note, note.length);
    chain.add(note, 0, note.length);
  }

  // Seals.

  private void seal() throws IOException {
    CycleWriter to = file;
    if (to == null || !sealer.hasUnsealed()) {
      return;
    }
    byte[] seal = sealer.seal(lastSeq, lastWallNs);
    if (to.reserve(seal.length, true)) {
      to.append(seal, seal.length);
      sealer.sealed(seal);
    }
    evolveKey(to);
  }

  /** A new key signs from here on, where it is time; the old one says so and is erased. */
  private void evolveKey(CycleWriter to) throws IOException {
    if (!sealer.isKeyDue(lastWallNs)) {
      return;
    }
    // The old key vouches for what lies before, so that has to be on the disk first.
    syncer.sync();
    byte[] keys = sealer.evolve(lastSeq, lastWallNs);
    if (to.reserve(keys.length, true)) {
      to.append(keys, keys.length);
      sealer.add(keys, keys.length, nanoClock.getAsLong());
    }
  }

  // Retention.

  private boolean outgrows() {
    long max = options.retention().maxBytes();
    return max > 0
        && file != null
        && files.closedBytes() + file.allocatedBytes() + SLACK_BYTES > max;
  }

  private void removeOld(long nowNs) throws IOException {
    long keepNs = options.retention().keepNs();
    if (keepNs > 0) {
      JournalFiles.Removal removal = files.olderThan(nowNs - keepNs);
      if (removal != null) {
        remove(removal, "--keep has passed");
      }
    }
  }

  /** Removes the oldest files until the journal fits again; false where it may remove none. */
  private boolean removeFor(String reason) throws IOException {
    if (options.retention().maxBytes() == 0) {
      return false;
    }
    JournalFiles.Removal removal = files.oldest(lastSeq);
    if (removal == null) {
      return false;
    }
    remove(removal, reason);
    return true;
  }

  /** First the event, then the deed: a file that is missing was removed by somebody else. */
  private void remove(JournalFiles.Removal removal, String reason) throws IOException {
    DmEvent removed = removal.event(reason);
    String notice = removal.notice(reason);
    if (file == null) {
      // There is no room even for a file to say it in; it is said as soon as there is.
      owed.add(removed);
    } else {
      tell(file, removed);
    }
    files.remove(removal);
    syncer.folderChanged();
    options.notices().accept(notice);
  }

  /** Appends an event of the journal's own, with the room that is kept for such. */
  private void tell(CycleWriter to, DmEvent event) throws IOException {
    EventRecord record = own(event);
    RecordEncoder words = new RecordEncoder();
    try {
      words.encode(record, record.seq());
    } catch (MalformedException e) {
      throw new IOException(e);
    }
    if (!to.reserve(words.length(), true)) {
      throw room.full();
    }
    to.append(words.bytes(), words.length());
    sealer.add(words.bytes(), words.length(), nanoClock.getAsLong());
    appended(record, record.seq());
    syncer.appended();
  }

  /** An event of the writer's own, at the time of the last one. */
  private EventRecord own(DmEvent event) {
    return new EventRecord(
        lastSeq + 1,
        lastWallNs,
        lastMonoNs,
        0,
        0,
        Source.RECORDER,
        Certainty.REPORTED,
        0,
        null,
        DeviceRef.NONE,
        event,
        Bytes.NONE,
        Bytes.NONE);
  }

  /** Tells that files of the journal, which are not this writer's, are about to be removed. */
  synchronized void tellRemoval(DmEvent.FilesRemoved event) throws JournalException {
    append(own(event), true);
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
      syncer.sync();
    } catch (IOException e) {
      synchronized (this) {
        throw fail("sync", e);
      }
    }
  }

  private void checkUsable() throws JournalException {
    if (closed) {
      throw new JournalException(Reasons.shown(folder) + ": this writer is closed");
    }
    if (broken != null) {
      throw new JournalException(String.valueOf(broken.getMessage()), broken);
    }
    IOException failure = syncer.failure();
    if (failure != null) {
      throw fail("sync", failure);
    }
  }

  private JournalException fail(String what, Throwable cause) {
    JournalException failure =
        cause instanceof JournalException e
            ? e
            : new JournalException(
                Reasons.cannot(what, folder, cause) + ". Check the file system, then open it again",
                cause);
    broken = failure;
    return failure;
  }

  /** Ends a journal that {@link #begin} began and that is of no use: its files go. */
  public void discard() {
    close();
    try {
      for (Path each : JournalFolder.cycles(folder)) {
        Files.delete(each);
      }
      Files.deleteIfExists(folder.resolve(WriterLock.FILE));
      if (madeFolder) {
        Files.deleteIfExists(folder);
      }
    } catch (IOException e) {
      return; // Whatever made it of no use is told.
    }
  }

  /** Seals what is not sealed, brings it to the disk where that is asked for, and ends. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    CycleWriter last = file;
    try {
      if (broken == null && last != null) {
        seal();
        last.finish();
        if (options.sync().records() > 0) {
          syncer.sync();
        }
      } else if (last != null) {
        last.abandon();
      }
    } catch (RuntimeException | InternalError | IOException e) {
      broken = fail("close", e);
    } finally {
      closed = true;
      syncer.close();
      lock.close();
    }
  }
}
