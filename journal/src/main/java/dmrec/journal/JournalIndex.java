package dmrec.journal;

import dmrec.event.DeviceRef;
import dmrec.event.EventRecord;
import dmrec.topology.Topology;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * Finds events and past states of a journal without reading all of it.
 *
 * <p>Design note: an index per cycle file, made when it is first needed and kept where the file is
 * finished; so what a question costs follows the files it is about, and a journal that is recorded
 * needs only its last file looked at again. Nothing here is trusted: what an index points at is
 * proved by its own checksum and number before it is returned.
 *
 * <p>An index tells of sound files only. Where one is damaged, or numbers do not follow each other,
 * the answer is "from here on, read" ({@link Search#blockedSeq}, null): {@link JournalReader} says
 * what is wrong. For any thread, one question at a time; each {@link Search} is one thread's.
 */
public final class JournalIndex implements AutoCloseable {
  /** Indexes of finished files that stay in memory. */
  private static final int KEPT = 4;

  private final Path folder;
  private final IndexFolder store;
  private final Map<Path, Part> known = new HashMap<>();
  private List<Part> parts = List.of();
  private final LinkedHashMap<Part, FileIndex> loaded = new LinkedHashMap<>(8, 0.75f, true);
  private final RecordDecoder decoder = new RecordDecoder();
  private @Nullable CycleFile open;
  private @Nullable Ahead ahead;

  /** A cycle file; what its beginning says is read when it is asked for. */
  private static final class Part {
    private final Path path;
    private @Nullable FileHeader header;
    private boolean headerRead;
    private long firstWallNs = Long.MIN_VALUE;
    private @Nullable FileIndex growing;

    Part(Path path) {
      this.path = path;
    }

    @Nullable FileHeader header() throws JournalException {
      if (!headerRead) {
        header = CycleScanner.headerOf(path);
        headerRead = header != null;
      }
      return header;
    }

    /** The time of its first event; the earliest there is where it cannot be told. */
    long firstWallNs() throws JournalException {
      if (firstWallNs == Long.MIN_VALUE) {
        try (CycleScanner scanner = new CycleScanner(CycleFile.open(path))) {
          EventRecord first = scanner.next(false);
          firstWallNs = first == null ? Long.MIN_VALUE : first.wallNs();
        } catch (MalformedException e) {
          return Long.MIN_VALUE;
        }
      }
      return firstWallNs;
    }
  }

  private JournalIndex(Path folder, IndexFolder store) {
    this.folder = folder;
    this.store = store;
  }

  /**
   * Opens a journal, which may be written to meanwhile.
   *
   * @param elsewhere a folder for indexes where the journal's is not the user's own; null for none
   * @throws JournalException where it is no journal or cannot be read
   */
  public static JournalIndex open(Path folder, @Nullable Path elsewhere) throws JournalException {
    JournalIndex index = new JournalIndex(folder, IndexFolder.of(folder, elsewhere));
    index.refresh();
    index.store.clean(folder);
    return index;
  }

  public Path folder() {
    return folder;
  }

  /** Sees what was appended and removed since. */
  public synchronized void refresh() throws JournalException {
    List<Part> now = new ArrayList<>();
    for (Path cycle : JournalFolder.cyclesOfJournal(folder)) {
      now.add(known.computeIfAbsent(cycle, Part::new));
    }
    Set<Part> present = new HashSet<>(now);
    known.values().retainAll(present);
    loaded.keySet().retainAll(present);
    Part last = now.isEmpty() ? null : now.get(now.size() - 1);
    for (Part part : now) {
      if (part != last && part.growing != null) {
        // A later file exists: what its writer added at the end is the last of it.
        part.growing.extend(part.path, true);
        loaded.put(part, part.growing);
        part.growing = null;
      }
    }
    if (last != null && last.growing != null) {
      last.growing.extend(last.path, false);
    }
    parts = List.copyOf(now);
  }

  /** The index of a part, made where there is none. */
  private FileIndex indexOf(int number) throws JournalException {
    Part part = parts.get(number);
    if (number == parts.size() - 1) {
      if (part.growing == null) {
        part.growing = new FileIndex();
        part.growing.extend(part.path, false);
      }
      return part.growing;
    }
    FileIndex index = loaded.get(part);
    if (index == null) {
      Ahead begun = ahead;
      ahead = null;
      index = begun != null && begun.part == part ? begun.await() : finished(store, part.path);
      loaded.put(part, index);
      if (loaded.size() > KEPT) {
        loaded.remove(loaded.keySet().iterator().next());
      }
    }
    return index;
  }

  /** The index of a file to which nothing is added any more. */
  private static FileIndex finished(IndexFolder store, Path path) throws JournalException {
    FileIndex kept = store.load(path);
    if (kept != null) {
      return kept;
    }
    FileIndex.Identity identity = IndexFolder.identityOf(path);
    FileIndex index = new FileIndex();
    index.extend(path, true);
    if (index.isWhole()) {
      store.save(path, index, identity);
    }
    return index;
  }

  /** Begins to make the index of a part in another thread: two files are read at a time. */
  private void begin(int number) {
    if (number < parts.size() - 1 && !loaded.containsKey(parts.get(number)) && ahead == null) {
      Part part = parts.get(number);
      ahead = new Ahead(part, store);
    }
  }

  /** An index that is being made. */
  private static final class Ahead {
    private final Part part;
    private final FutureTask<FileIndex> task;

    Ahead(Part part, IndexFolder store) {
      Path path = part.path;
      this.part = part;
      this.task = new FutureTask<>(() -> finished(store, path));
      Thread thread = new Thread(task, "dmrec-index");
      thread.setDaemon(true);
      thread.start();
    }

    FileIndex await() throws JournalException {
      try {
        return task.get();
      } catch (ExecutionException e) {
        throw e.getCause() instanceof JournalException failure
            ? failure
            : new JournalException(Reasons.cannot("index", part.path, e), e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new JournalException(Reasons.shown(part.path) + ": indexing was interrupted", e);
      }
    }
  }

  /** Whether an index tells all of its file, and begins where the files before end. */
  private boolean isSound(int number, FileIndex index) throws JournalException {
    FileHeader header = parts.get(number).header();
    FileHeader next = number + 1 < parts.size() ? parts.get(number + 1).header() : null;
    return header != null
        && index.isWhole()
        && (index.size() == 0 || index.firstSeq() == header.firstSeq())
        && (number + 1 == parts.size()
            || (next != null && next.firstSeq() == header.firstSeq() + index.size()));
  }

  /**
   * The last part whose header says at most {@code key}; 0 where none does; -1 where one is
   * damaged.
   */
  private int partOf(long key, boolean byTime) throws JournalException {
    int low = 0;
    int high = parts.size();
    while (high - low > 1) {
      int middle = (low + high) >>> 1;
      FileHeader header = parts.get(middle).header();
      if (header == null) {
        return -1;
      }
      if ((byTime ? header.wallMaxNs() : header.firstSeq()) <= key) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return parts.isEmpty() ? -1 : low;
  }

  /**
   * Wall clock of the first record, in nanoseconds since 1970; 0 where there is none that is sound.
   */
  public synchronized long firstWallNs() throws JournalException {
    for (Part part : parts) {
      if (part.firstWallNs() != Long.MIN_VALUE) {
        return part.firstWallNs();
      }
    }
    return 0;
  }

  /** The number that the first record has or will have; 0 where that cannot be told. */
  public synchronized long firstSeq() throws JournalException {
    FileHeader header = parts.isEmpty() ? null : parts.get(0).header();
    return header == null ? 0 : header.firstSeq();
  }

  /**
   * The number of the last record that is sound; 0 where there is none. It may be that of a record
   * before, where only a {@link JournalReader} can tell.
   */
  public synchronized long lastSeq() throws JournalException {
    FileIndex index = lastWithEvents();
    return index == null ? 0 : index.firstSeq() + index.size() - 1;
  }

  /** Wall clock of that record, in nanoseconds since 1970; 0 where there is none. */
  public synchronized long lastWallNs() throws JournalException {
    FileIndex index = lastWithEvents();
    return index == null ? 0 : index.wallNs(index.size() - 1);
  }

  private @Nullable FileIndex lastWithEvents() throws JournalException {
    for (int number = parts.size() - 1; number >= 0; number--) {
      FileIndex index = indexOf(number);
      if (index.size() > 0) {
        return index;
      }
    }
    return null;
  }

  private interface Question<T> {
    @Nullable T answer() throws JournalException;
  }

  /** Asks again where the oldest files were removed meanwhile, as retention does. */
  private synchronized <T> @Nullable T ask(Question<T> question) throws JournalException {
    while (true) {
      try {
        return question.answer();
      } catch (JournalException e) {
        if (parts.stream().allMatch(part -> Files.exists(part.path))) {
          throw e;
        }
        refresh();
      }
    }
  }

  // States.

  /**
   * The stack behind the record of a number, or behind the last one where there is no such yet. The
   * number before the first record's means the stack that the journal begins with.
   *
   * @return null where the number lies before the journal, or only a {@link JournalReader} can tell
   */
  public @Nullable Topology stackAt(long seq) throws JournalException {
    return ask(() -> stack(seq));
  }

  private @Nullable Topology stack(long seq) throws JournalException {
    for (int number = partOf(seq, false); number >= 0; number--) {
      FileIndex index = indexOf(number);
      if (!isSound(number, index)) {
        return null;
      }
      int event = (int) Math.min(seq - index.firstSeq(), index.size() - 1L);
      if (index.size() > 0 && event >= 0) {
        return fold(parts.get(number).path, index, event);
      }
      FileHeader header = parts.get(number).header();
      if (number == 0 && header != null && seq >= header.firstSeq() - 1) {
        return beginning(parts.get(0).path);
      }
      if (index.size() > 0) {
        return null; // Before the journal.
      }
    }
    return null;
  }

  /** The stack before the first record of a file; null where it is damaged. */
  private static @Nullable Topology beginning(Path path) throws JournalException {
    Topology stack = new Topology();
    try (CycleScanner scanner = new CycleScanner(CycleFile.open(path))) {
      return Beginning.read(scanner, stack) ? stack : null;
    }
  }

  /**
   * The number of the last record before the first that is later than a time.
   *
   * @return 0 where all of them are later; -1 where only a {@link JournalReader} can tell
   */
  public long seqAt(long wallNs) throws JournalException {
    return Objects.requireNonNull(ask(() -> lastUntil(wallNs)));
  }

  private long lastUntil(long wallNs) throws JournalException {
    int number = partOf(wallNs, true);
    if (number < 0) {
      return parts.isEmpty() ? 0 : -1;
    }
    FileIndex index = indexOf(number);
    FileHeader header = parts.get(number).header();
    if (header == null || !isSound(number, index)) {
      return -1;
    }
    int later = index.firstLaterThan(wallNs);
    return number == 0 && later == 0 ? 0 : header.firstSeq() + later - 1;
  }

  private @Nullable Topology fold(Path path, FileIndex index, int last) throws JournalException {
    int state = index.stateBefore(last);
    if (state < 0) {
      return null;
    }
    Topology stack = new Topology();
    try (CycleScanner scanner = new CycleScanner(CycleFile.open(path))) {
      scanner.goTo(index.statePlace(state));
      if (!Beginning.read(scanner, stack)) {
        return null;
      }
      for (int event = index.eventBehind(state); event <= last; event++) {
        scanner.goTo(index.place(event));
        if (scanner.nextDocument(false) != CycleScanner.Found.EVENT) {
          return null;
        }
        EventRecord record = scanner.decode();
        if (record.seq() != index.firstSeq() + event) {
          return null;
        }
        stack.apply(record);
      }
      return stack;
    } catch (MalformedException e) {
      return null;
    }
  }

  // Events.

  /**
   * The devices that events from a number on are about, as they name them.
   *
   * @return null where only a {@link JournalReader} can tell
   */
  public @Nullable Set<DeviceRef> devicesFrom(long seq) throws JournalException {
    return ask(
        () -> {
          Set<DeviceRef> devices = new HashSet<>();
          int first = partOf(seq, false);
          for (int number = first; number >= 0 && number < parts.size(); number++) {
            FileIndex index = indexOf(number);
            if (!isSound(number, index)) {
              return null;
            }
            devices.addAll(index.devices());
          }
          return first < 0 && !parts.isEmpty() ? null : devices;
        });
  }

  /**
   * The record of a number.
   *
   * @return null where there is none, or only a {@link JournalReader} can tell
   */
  public @Nullable EventRecord read(long seq) throws JournalException {
    return ask(() -> find(seq));
  }

  private @Nullable EventRecord find(long seq) throws JournalException {
    int number = partOf(seq, false);
    if (number < 0) {
      return null;
    }
    FileIndex index = indexOf(number);
    long event = seq - index.firstSeq();
    return event < 0 || event >= index.size() || !isSound(number, index)
        ? null
        : read(parts.get(number).path, index, (int) event);
  }

  /** An event whose place is proved; null where something else stands there. */
  private @Nullable EventRecord read(Path path, FileIndex index, int event)
      throws JournalException {
    CycleFile file = open;
    if (file == null || !file.path().equals(path)) {
      close();
      file = CycleFile.open(path);
      open = file;
    }
    try {
      int at = find(file, index.place(event));
      if (at < 0) {
        // The window may be older than the document.
        file.refresh();
        at = find(file, index.place(event));
      }
      if (at < 0) {
        return null;
      }
      int length = RecordLayout.intAt(file.window(), at + RecordLayout.TOTAL_LENGTH);
      EventRecord record = decoder.decode(file.window(), at, length);
      return record.seq() == index.firstSeq() + event ? record : null;
    } catch (MalformedException e) {
      return null;
    } catch (JournalException e) {
      // An interrupt closes the file under the reader; the next one opens it anew.
      close();
      throw e;
    }
  }

  /** Where in the file's window the record is whose document begins at {@code place}, or -1. */
  private int find(CycleFile file, long place) throws JournalException {
    int length = file.header(place);
    int at =
        length <= 0 || length > RecordLayout.MAX_READ_BYTES ? -1 : file.load(place + 4, length);
    return at >= 0 && decoder.isRecord(file.window(), at, length) ? at : -1;
  }

  /** The events that are looked for, oldest first. */
  public Search search(Sought sought) {
    return new Search(sought, true);
  }

  /** The events that are looked for, newest first. */
  public Search searchBack(Sought sought) {
    return new Search(sought, false);
  }

  /** One walk over the events that are looked for. */
  public final class Search {
    private final Sought sought;
    private final FileIndex.Choice choice;
    private final boolean forward;
    private long nextSeq;
    private int number = -1;
    private List<Part> seen = parts;
    private @Nullable FileIndex index;
    private boolean[] devices = {};
    private long blockedSeq;
    private long considered;
    private long decoded;

    private Search(Sought sought, boolean forward) {
      this.sought = sought;
      this.forward = forward;
      this.choice =
          new FileIndex.Choice(
              sought::mayBe,
              sought::mayBeOfAnyDevice,
              new FileIndex.Times(sought.minWallNs(), sought.maxWallNs()));
      this.nextSeq = forward ? Math.max(1, sought.minSeq()) : sought.maxSeq();
    }

    /** How many events the index was asked about. */
    public long considered() {
      return considered;
    }

    /** How many events were read. */
    public long decoded() {
      return decoded;
    }

    /** Where not 0: from this number on only a {@link JournalReader} can tell what is there. */
    public long blockedSeq() {
      return blockedSeq;
    }

    /** The number that the walk has come to: that of the event it looks at next. */
    public long nextSeq() {
      return nextSeq;
    }

    /**
     * The next event that may be meant; null where none is left or the walk is blocked. Forward, a
     * later call finds what was appended since.
     */
    public @Nullable EventRecord next() throws JournalException {
      return ask(
          () -> {
            // Where files were removed, the parts have other places now.
            number = seen == parts ? number : -1;
            seen = parts;
            return blockedSeq != 0 ? null : advance();
          });
    }

    private @Nullable EventRecord advance() throws JournalException {
      EventRecord record = forward ? forward() : back();
      if (record == null && forward && blockedSeq == 0 && nextSeq <= sought.maxSeq()) {
        refresh();
        seen = parts;
        number = -1;
        record = forward();
      }
      return record;
    }

    private @Nullable EventRecord forward() throws JournalException {
      while (nextSeq <= sought.maxSeq()) {
        if (!enter(nextSeq)) {
          return null;
        }
        FileIndex here = index;
        if (here != null) {
          int from = (int) Math.max(0, nextSeq - here.firstSeq());
          int to = (int) Math.min(here.size(), sought.maxSeq() - here.firstSeq() + 1);
          int event = here.next(from, to, choice, devices);
          considered += Math.max(0, Math.min(event + 1, to) - from);
          if (event < to) {
            nextSeq = here.firstSeq() + event + 1;
            return readHere(here, event);
          }
          nextSeq = here.size() == 0 ? nextSeq : Math.max(nextSeq, here.firstSeq() + to);
        }
        if (number == parts.size() - 1) {
          return null;
        }
        nextSeq = Math.max(nextSeq, beginOf(number + 1));
      }
      return null;
    }

    private @Nullable EventRecord back() throws JournalException {
      while (nextSeq >= sought.minSeq() && nextSeq > 0) {
        if (!enter(nextSeq)) {
          return null;
        }
        FileIndex here = index;
        if (here != null && here.size() > 0) {
          int from = (int) Math.min(here.size() - 1L, nextSeq - here.firstSeq());
          int event = here.previous(from, choice, devices);
          considered += from - Math.max(event, 0) + 1;
          if (event >= 0 && here.firstSeq() + event >= sought.minSeq()) {
            nextSeq = here.firstSeq() + event - 1;
            return readHere(here, event);
          }
        }
        if (number == 0) {
          return null;
        }
        nextSeq = beginOf(number) - 1;
      }
      return null;
    }

    private @Nullable EventRecord readHere(FileIndex here, int event) throws JournalException {
      decoded++;
      EventRecord record = read(parts.get(number).path, here, event);
      if (record == null) {
        blockedSeq = here.firstSeq() + event;
      }
      return record;
    }

    private long beginOf(int part) throws JournalException {
      FileHeader header = parts.get(part).header();
      return header == null ? 0 : header.firstSeq();
    }

    /** Takes the part that a number lies in; false where it is blocked or there is none. */
    private boolean enter(long seq) throws JournalException {
      FileIndex here = index;
      if (number >= 0
          && here != null
          && seq >= here.firstSeq()
          && seq - here.firstSeq() < here.size()) {
        return true;
      }
      int part = partOf(seq, false);
      if (part < 0) {
        blockedSeq = parts.isEmpty() ? 0 : seq;
        return false;
      }
      if (part == number) {
        return true;
      }
      number = part;
      if (isTooEarly(part) || isTooLate(part)) {
        index = null;
        return true;
      }
      if (forward && sought.maxSeq() == Long.MAX_VALUE && isFollowed(part)) {
        begin(part + 1);
      }
      FileIndex entered = indexOf(part);
      if (!isSound(part, entered)) {
        blockedSeq = Math.max(1, seq);
        return false;
      }
      index = entered;
      devices = entered.devices(sought::mayBe);
      return true;
    }

    /**
     * Whether all that a part holds is earlier than what is looked for; its index is not needed.
     */
    private boolean isTooEarly(int part) throws JournalException {
      FileHeader next = part + 1 < parts.size() ? parts.get(part + 1).header() : null;
      return next != null && next.wallMaxNs() < sought.minWallNs();
    }

    /** Whether the part behind is needed next, as far as times tell. */
    private boolean isFollowed(int part) throws JournalException {
      return part + 1 < parts.size() && !isTooLate(part + 1);
    }

    private boolean isTooLate(int part) throws JournalException {
      long first = parts.get(part).firstWallNs();
      return first > sought.maxWallNs() && first - sought.maxWallNs() > JournalWriter.STEP_BACK_NS;
    }
  }

  /** Lets go of the journal's files; a later question opens them again. */
  @Override
  public synchronized void close() {
    if (open != null) {
      open.close();
      open = null;
    }
  }
}
