package dmrec.journal.index;

import dmrec.event.DeviceRef;
import dmrec.event.IoErrors;
import dmrec.event.Kind;
import dmrec.journal.JournalException;
import dmrec.journal.file.CycleFile;
import dmrec.journal.file.DocumentScanner;
import dmrec.journal.file.Fault;
import dmrec.journal.file.FileHeader;
import dmrec.journal.file.JournalFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * The cycle files of a journal and their indexes.
 *
 * <p>Design note: an index per file, made when it is first needed and kept. That of the last file,
 * which may grow, is kept with the checksum of what it is of, and gone on with where that is right.
 * So what a question costs follows the files it is about, and a journal that is recorded needs only
 * its last file looked at again. An index is not trusted with an event: what it points at is proved
 * by its own checksum and number before it is returned, and an index that is wrong is made anew.
 * Heads and counts are what the index says, of a file that has not changed since. For any thread,
 * one question at a time.
 */
public final class JournalParts implements AutoCloseable {
  /** Indexes of finished files that stay in memory; one of usual events takes some 5 MiB. */
  private static final int KEPT = 8;

  /** So many events more of the last file are worth keeping its index anew. */
  private static final int WORTH_KEEPING = 4096;

  private final Path folder;
  private final IndexStore store;
  private final Map<Path, Part> known = new HashMap<>();
  private List<Part> parts = List.of();
  private final LinkedHashMap<Part, FileIndex> loaded = new LinkedHashMap<>(8, 0.75f, true);
  private @Nullable Ahead ahead;

  private JournalParts(Path folder, IndexStore store) {
    this.folder = folder;
    this.store = store;
  }

  /**
   * Opens a journal, which may be written to meanwhile.
   *
   * @param elsewhere a folder for indexes where the journal's is not the user's own; null for none
   * @throws JournalException where it is no journal or cannot be read
   */
  public static JournalParts open(Path folder, @Nullable Path elsewhere) throws JournalException {
    JournalParts parts = new JournalParts(folder, IndexStore.of(folder, elsewhere));
    parts.refresh();
    parts.store.clean(folder);
    return parts;
  }

  public Path folder() {
    return folder;
  }

  /**
   * Makes sure that the files are a journal's, however damaged.
   *
   * @throws JournalException where they are another program's, or all of a newer format
   */
  public void expectJournal() throws JournalException {
    FileHeader newer = null;
    boolean holdsOther = false;
    for (Part part : parts) {
      FileHeader header = DocumentScanner.headerOf(part.path());
      if (header != null && header.isReadable()) {
        return;
      }
      newer = header == null ? newer : header;
      holdsOther |= header == null && !CycleFile.isZero(part.path());
    }
    if (newer != null) {
      throw new JournalException(IoErrors.shown(folder) + ": " + newer.newerFormat());
    }
    for (int i = 0; holdsOther && i < parts.size(); i++) {
      if (index(parts.get(i)).size() > 0) {
        return;
      }
    }
    if (holdsOther) {
      throw JournalFolder.notJournal(folder, "no file in it begins as one of dmrec");
    }
  }

  /** Sees what was appended and removed since. */
  public synchronized void refresh() throws JournalException {
    List<Part> now = new ArrayList<>();
    for (Path cycle : JournalFolder.cyclesOfJournal(folder)) {
      now.add(known.computeIfAbsent(cycle, Part::new));
    }
    Set<Part> present = new HashSet<>(now);
    known.values().removeIf(part -> !present.contains(part) && closed(part));
    loaded.keySet().removeIf(part -> !present.contains(part) || part.isChanged());
    parts = List.copyOf(now);
    for (int i = 0; i < now.size(); i++) {
      if (now.get(i).known() != null) {
        settle(i);
      }
    }
  }

  private static boolean closed(Part part) {
    part.close();
    return true;
  }

  /** Looks again at a file that was the last when it was looked at. */
  private void settle(int number) throws JournalException {
    Part part = parts.get(number);
    boolean isLast = number == parts.size() - 1;
    try {
      FileIndex index = part.grown(!isLast);
      if (!isLast) {
        // A later file exists: what its writer added at the end is the last of it.
        loaded.put(part.settled(), index);
        part.close();
      }
    } catch (JournalException e) {
      if (Files.exists(part.path())) {
        throw e;
      }
    }
  }

  synchronized List<Part> parts() {
    return parts;
  }

  /** The index of a part, made where there is none. */
  synchronized FileIndex index(Part part) throws JournalException {
    if (!parts.isEmpty() && part == parts.get(parts.size() - 1)) {
      FileIndex growing = part.known();
      return growing == null ? last(part) : growing;
    }
    FileIndex index = loaded.get(part);
    if (index == null) {
      Ahead begun = ahead;
      if (begun != null && begun.part == part) {
        ahead = null;
        index = begun.await();
      } else {
        index = finished(store, part.path());
      }
      loaded.put(part.settled(), index);
      if (loaded.size() > KEPT) {
        loaded.remove(loaded.keySet().iterator().next());
      }
    }
    return index;
  }

  /** The index of a file that may grow: from what is kept of it on, and kept where it is longer. */
  private FileIndex last(Part part) throws JournalException {
    FileIndex kept = store.load(part.path());
    int known = kept == null ? 0 : part.goOnWith(kept);
    FileIndex index = part.grown(false);
    if (index.size() - known >= Math.max(WORTH_KEEPING, known / 8)) {
      store.saveGrowing(part.path(), index);
    }
    return index;
  }

  /** Forgets an index that points at something else; what is returned says so. */
  synchronized StaleIndexException stale(Part part) {
    loaded.remove(part);
    part.close();
    store.forget(part.path());
    return new StaleIndexException(IoErrors.shown(part.path()) + ": changed while it was read");
  }

  /** The index of a file to which nothing is added any more. */
  private static FileIndex finished(IndexStore store, Path path) throws JournalException {
    FileIndex kept = store.load(path);
    if (kept != null && kept.checksum < 0) {
      return kept;
    }
    IndexBytes.Identity identity = IndexStore.identityOf(path);
    Part part = new Part(path);
    if (kept != null) {
      part.goOnWith(kept);
    }
    FileIndex index = part.grown(true);
    part.close();
    store.save(path, index, identity);
    return index;
  }

  /** Begins to make the index of a part in another thread: two files are read at a time. */
  synchronized void begin(Part part) {
    boolean isFree = ahead == null || ahead.task.isDone();
    if (isFree && !loaded.containsKey(part) && part != parts.get(parts.size() - 1)) {
      ahead = new Ahead(part, store);
    }
  }

  /** An index that is being made. */
  private static final class Ahead {
    private final Part part;
    private final FutureTask<FileIndex> task;

    Ahead(Part part, IndexStore store) {
      Path path = part.path();
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
            : new JournalException(IoErrors.cannot("index", part.path(), e), e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new JournalException(IoErrors.shown(part.path()) + ": indexing was interrupted", e);
      }
    }
  }

  // What the files say of one another.

  /**
   * The last part whose header says at most {@code key}; the first where none does. Those whose
   * headers are damaged are passed.
   */
  int partOf(long key, boolean byTime, List<Part> of) throws JournalException {
    for (int i = of.size() - 1; i > 0; i--) {
      FileHeader header = of.get(i).header();
      if (header != null && (byTime ? header.wallMaxNs() : header.firstSeq()) <= key) {
        return i;
      }
    }
    return 0;
  }

  /** A fault of a part with what the parts around it tell. */
  Fault bounded(List<Part> of, int number, Fault fault) throws JournalException {
    long seqBefore = 0;
    long wallBeforeNs = Long.MIN_VALUE;
    if (fault.minSeq() == Fault.UNKNOWN) {
      for (int i = number - 1; i >= 0; i--) {
        FileIndex before = index(of.get(i));
        if (before.lastSeq() != Fault.UNKNOWN) {
          seqBefore = before.lastSeq() + before.damagedBehind;
          break;
        }
      }
    }
    long seqBehind = Long.MAX_VALUE;
    long wallBehindNs = Long.MAX_VALUE;
    if (fault.maxSeq() == Fault.OPEN) {
      for (int i = number + 1; i < of.size(); i++) {
        FileHeader next = of.get(i).header();
        if (next != null) {
          seqBehind = next.firstSeq();
          wallBehindNs = Math.max(next.wallMaxNs(), of.get(i).firstWallNs());
          break;
        }
      }
    }
    return fault.between(seqBefore, wallBeforeNs, seqBehind, wallBehindNs);
  }

  /** The devices that events from a number on are about, as they name them. */
  public Set<DeviceRef> devicesFrom(long seq) throws JournalException {
    Set<DeviceRef> devices = new HashSet<>();
    List<Part> now = parts();
    for (int i = partOf(seq, false, now); i < now.size(); i++) {
      index(now.get(i)).devices.forEach(device -> devices.add(device.ref));
    }
    return devices;
  }

  /** How many events there are of each kind that occurs. */
  public Map<Kind, Long> kinds() throws JournalException {
    Map<Kind, Long> counts = new EnumMap<>(Kind.class);
    for (Part part : parts()) {
      index(part).count(counts);
    }
    return counts;
  }

  /** The damage of all files, oldest first. */
  public List<Fault> faults() throws JournalException {
    List<Fault> all = new ArrayList<>();
    List<Part> now = parts();
    for (int i = 0; i < now.size(); i++) {
      Fault join = i == 0 ? null : join(now, i);
      if (join != null) {
        all.add(join);
      }
      for (Fault fault : index(now.get(i)).faults()) {
        all.add(bounded(now, i, fault));
      }
    }
    return all;
  }

  /** What is wrong between a part and the one before it; null where nothing is. */
  @Nullable Fault join(List<Part> of, int number) throws JournalException {
    Part part = of.get(number);
    return index(of.get(number - 1)).join(IoErrors.shown(part.path()), index(part).seqBefore);
  }

  /** Lets go of the journal's files; a later question opens them again. */
  @Override
  public synchronized void close() {
    parts.forEach(Part::close);
  }
}
