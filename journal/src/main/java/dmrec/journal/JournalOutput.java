package dmrec.journal;

import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.event.JournalEntry;
import dmrec.journal.file.CycleWriter;
import dmrec.journal.file.DefinedNames;
import dmrec.journal.file.JournalFiles;
import dmrec.journal.file.JournalTail;
import dmrec.journal.file.MalformedException;
import dmrec.journal.file.RecordEncoder;
import dmrec.topology.Topology;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Numbers events, writes them one file behind the other, and folds them.
 *
 * <p>Design note: a record is encoded into a buffer of its own first and then copied into the
 * queue's mapped page in one go, so that a process that is killed leaves a whole record or none,
 * and a record that cannot be encoded leaves the journal as it was.
 *
 * <p>The append path allocates nothing but at seals and checkpoints. One thread at a time.
 */
final class JournalOutput implements Retention.Owner {
  private static final long DAY_NS = 86_400_000_000_000L;

  /** Within a file no event is older than another before it by more than this. */
  private static final long STEP_BACK_NS = 1_000_000L;

  private final long fileBytes;
  private final JournalFiles files;
  private final Retention retention;
  private final SealedOutput out;
  private final FileStart start;
  private final Topology topology;
  private final RecordEncoder encoder = new RecordEncoder();

  /** For events of the writer's own. */
  private final RecordEncoder words = new RecordEncoder();

  /** Events of the writer's own for which there was no room. */
  private final Deque<DmEvent> owed = new ArrayDeque<>();

  /** What is lost at the end that was found, until it is told; null for nothing. */
  private DmEvent.@Nullable Gap lostAtEnd;

  /** Whether somebody took the journal away, where a failure may come from that. */
  private BooleanSupplier takenAway = () -> false;

  private long fileRecords;
  private long fileDay;
  private long fileWallMaxNs;
  private long encodedSeq;
  private long givenSeq;
  private long lastSeq;
  private long wallMaxNs;
  private long lastWallNs;
  private long lastMonoNs;

  /**
   * An output that goes on behind {@code tail}.
   *
   * @param found the folder's files
   * @param fileBytes a new file begins before one grows larger
   */
  JournalOutput(
      Path folder,
      List<Path> found,
      JournalTail tail,
      JournalOptions options,
      long fileBytes,
      LongSupplier nanoClock)
      throws JournalException {
    this.fileBytes = fileBytes;
    CycleWriter.clear(folder.resolve(CycleWriter.STAGING));
    this.files = JournalFiles.of(found, tail.number());
    this.retention = new Retention(options.retention(), files, options.notices(), this);
    this.topology = tail.topology();
    this.lastSeq = tail.lastSeq();
    this.wallMaxNs = tail.wallMaxNs();
    this.lastWallNs = tail.wallMaxNs();
    this.lostAtEnd = tail.lost();
    this.start = new FileStart(folder, options, topology, tail.minute());
    // Last: it holds the key, which only close() gives back.
    this.out = new SealedOutput(folder, tail, options, nanoClock);
  }

  /** Lets a failure that comes from what others do to the journal end nothing. */
  void guardedBy(BooleanSupplier isTakenAway) {
    takenAway = isTakenAway;
  }

  SealedOutput out() {
    return out;
  }

  FileStart start() {
    return start;
  }

  JournalFiles files() {
    return files;
  }

  Topology topology() {
    return topology;
  }

  long lastSeq() {
    return lastSeq;
  }

  /** The number of the last event that was not the writer's own; 0 before the first. */
  long givenSeq() {
    return givenSeq;
  }

  /** What the journal takes on the disk. */
  long allocatedBytes() {
    return files.closedBytes() + openBytes();
  }

  private long openBytes() {
    CycleWriter file = out.file();
    return file == null ? 0 : file.allocatedBytes();
  }

  // Events.

  /**
   * Makes an event ready for {@link #append}, with the next number.
   *
   * @throws MalformedException where it is too large; nothing is changed
   */
  void encode(JournalEntry record) throws MalformedException {
    encodedSeq = lastSeq + 1;
    encoder.encode(record, encodedSeq);
  }

  /** Appends the event that was made ready. */
  void append(JournalEntry record, boolean lastWords) throws IOException, MalformedException {
    if (out.isSealDue()) {
      seal();
    }
    CycleWriter to = out.file();
    if (to != null) {
      start.checkpointWhereDue(to, out, lastSeq, lastWallNs);
    }
    to = fileFor(record, lastWords);
    if (lastSeq + 1 != encodedSeq) {
      // What was lost, or making room, was an event of its own.
      encode(record);
    }
    out.define(to, record.device(), lastSeq, lastWallNs);
    out.add(to, encoder.bytes(), encoder.length());
    topology.apply(record, encodedSeq);
    givenSeq = encodedSeq;
    added(record, to);
    if (out.isSealFull()) {
      seal();
    }
    out.appended();
    payOwed();
    retention.removeForSize(openBytes(), lastSeq);
  }

  private void added(JournalEntry record, CycleWriter to) {
    lastSeq++;
    fileRecords++;
    lastWallNs = record.wallNs();
    lastMonoNs = record.monoNs();
    fileWallMaxNs = Math.max(fileWallMaxNs, lastWallNs);
    wallMaxNs = Math.max(wallMaxNs, lastWallNs);
    files.appended(record, to.allocatedBytes());
  }

  /** Appends an event of the writer's own, with the room that is kept for such. */
  private void appendOwn(DmEvent event) throws IOException {
    EventRecord record = add(DeviceRef.NONE, event);
    topology.apply(record);
    out.appended();
  }

  /**
   * Adds an event of the writer's own to the file at hand, without folding or syncing it.
   *
   * @throws JournalFullException where there is no room
   */
  EventRecord add(DeviceRef device, DmEvent event) throws IOException {
    CycleWriter to = out.file();
    if (to == null) {
      throw start.full();
    }
    if (out.isSealFull()) {
      seal();
    }
    EventRecord record = own(device, event);
    try {
      words.encode(record, record.seq());
    } catch (MalformedException e) {
      throw new IOException(e);
    }
    if (!to.reserve(DefinedNames.MOST_BYTES + words.length(), true)) {
      throw start.full();
    }
    out.define(to, device, lastSeq, lastWallNs);
    out.add(to, words.bytes(), words.length());
    added(record, to);
    return record;
  }

  /** An event of the writer's own, at the time of the last one. */
  EventRecord own(DeviceRef device, DmEvent event) {
    return EventRecord.of(event).seq(lastSeq + 1).at(lastWallNs, lastMonoNs).device(device).build();
  }

  private void payOwed() throws IOException {
    for (DmEvent next = owed.poll(); next != null; next = owed.poll()) {
      try {
        appendOwn(next);
      } catch (IOException e) {
        owed.addFirst(next);
        throw e;
      }
    }
  }

  // Seals.

  /** Seals where it is time, with nothing appended. */
  void sealWhereDue() throws IOException {
    if (out.isSealDue() || out.isKeyRetryDue()) {
      seal();
      out.appended();
    }
  }

  /** Seals what is not sealed, and ends. */
  void end() throws IOException {
    seal();
    out.finish();
  }

  private void seal() throws IOException {
    DmEvent told = out.seal(lastSeq, lastWallNs);
    if (told != null) {
      owed.add(told);
      try {
        payOwed();
      } catch (JournalFullException e) {
        return; // It is told as soon as there is room.
      }
    }
  }

  // Files.

  /** The file that the encoded record goes to, with room for it. */
  private CycleWriter fileFor(JournalEntry record, boolean lastWords) throws IOException {
    CycleWriter to = out.file();
    if (to == null || isOver(to, record)) {
      to = begin(record.wallNs(), record.monoNs(), to != null && lastWords);
    }
    while (!to.reserve(DefinedNames.MOST_BYTES + encoder.length(), lastWords)) {
      if (!retention.removeForRoom(lastSeq)) {
        throw start.full();
      }
    }
    return to;
  }

  private boolean isOver(CycleWriter to, JournalEntry record) {
    return fileRecords > 0
        && (isOver(record.wallNs()) || to.endBytes() + encoder.length() > fileBytes);
  }

  private boolean isOver(long wallNs) {
    return Math.floorDiv(wallNs, DAY_NS) > fileDay || wallNs < fileWallMaxNs - STEP_BACK_NS;
  }

  /** Whether an event of this time begins a file, whatever its size. */
  boolean beginsFile(long wallNs) {
    return fileRecords == 0 || isOver(wallNs);
  }

  /** How many bytes of a file that began now the state of the stack would take. */
  long stateBytes() throws JournalException {
    return start.stateBytes(lastSeq, lastWallNs);
  }

  /** Goes on in another file, at this time or that of the last event, whichever is later. */
  CycleWriter beginBehind(long wallNs, long monoNs) throws IOException {
    lastWallNs = Math.max(lastWallNs, wallNs);
    lastMonoNs = Math.max(lastMonoNs, monoNs);
    return begin(lastWallNs, lastMonoNs, false);
  }

  /** Begins a file, and ends the one before it; or goes on with that where it has to do. */
  private CycleWriter begin(long wallNs, long monoNs, boolean mayGoOn) throws IOException {
    CycleWriter before = out.file();
    CycleWriter next = null;
    FileStart.Begun begun;
    try {
      next = create(wallNs);
      seal();
      begun = start.begin(next, out.sealer(), files, lastSeq, lastWallNs, wallMaxNs);
    } catch (IOException | RuntimeException | InternalError e) {
      if (next != null) {
        next.forsake();
      }
      if (e instanceof JournalFullException && before != null && mayGoOn) {
        return before;
      }
      throw e;
    }
    files.begin(next.path(), begun.header(), next.allocatedBytes());
    if (before != null) {
      finish(before);
    }
    out.goOn(next, begun.chain());
    fileRecords = 0;
    fileDay = Math.floorDiv(wallNs, DAY_NS);
    fileWallMaxNs = wallNs;
    tellLostAtEnd(wallNs, monoNs);
    retention.removeOld(wallNs);
    return next;
  }

  private CycleWriter create(long wallNs) throws IOException {
    while (true) {
      try {
        return start.create(wallNs);
      } catch (JournalFullException e) {
        if (!retention.removeForRoom(lastSeq)) {
          throw e;
        }
      }
    }
  }

  private void finish(CycleWriter before) throws JournalException {
    try {
      before.finish();
      files.closed(before.allocatedBytes());
    } catch (JournalException e) {
      if (!takenAway.getAsBoolean()) {
        throw e;
      }
    }
  }

  /** What the journal's end has lost is said before anything else. */
  private void tellLostAtEnd(long wallNs, long monoNs) throws IOException {
    DmEvent.Gap gap = lostAtEnd;
    if (gap != null) {
      lastWallNs = wallNs;
      lastMonoNs = monoNs;
      appendOwn(new DmEvent.Gap(gap.lost(), gap.count(), gap.fromNs(), wallNs, gap.reason()));
      lostAtEnd = null;
    }
  }

  // Retention.

  @Override
  public boolean tell(DmEvent.FilesRemoved event) throws IOException {
    if (out.file() == null) {
      // There is no room even for a file to say it in; it is said as soon as there is.
      owed.add(event);
    } else {
      appendOwn(event);
    }
    return true;
  }

  @Override
  public void removed() {
    out.folderChanged();
  }
}
