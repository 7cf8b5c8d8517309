package dmrec.journal;

import dmrec.event.DeviceRef;
import dmrec.event.EventRecord;
import dmrec.journal.index.IndexWalk;
import dmrec.journal.index.JournalParts;
import dmrec.journal.index.ScanWalk;
import dmrec.journal.index.StateFinder;
import dmrec.topology.Topology;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A journal, for reading: the one door to what was recorded.
 *
 * <p>Nothing of it is changed and no lock is taken: any number of readers may stand beside the one
 * writer, on a read-only file system too. Indexes are kept where the user may keep them and make no
 * difference but in time: each answer is what reading everything from the start comes to, and names
 * the damage that may have changed it. For any thread, one question at a time; each {@link
 * EventCursor} is one thread's.
 */
public final class Journal implements AutoCloseable {
  private final Path folder;
  private final JournalParts parts;
  private final StateFinder states;

  private Journal(Path folder, JournalParts parts) {
    this.folder = folder;
    this.parts = parts;
    this.states = new StateFinder(parts);
  }

  /**
   * Opens a journal, which may be written to meanwhile.
   *
   * @throws JournalException where the folder is missing, is no journal, cannot be read, or is of a
   *     newer format
   */
  public static Journal open(Path folder) throws JournalException {
    return open(folder, null);
  }

  /**
   * As {@link #open(Path)}.
   *
   * @param elsewhere a folder for indexes where the journal's is not the user's own; null for none
   */
  public static Journal open(Path folder, @Nullable Path elsewhere) throws JournalException {
    JournalParts parts = JournalParts.open(folder, elsewhere);
    parts.expectJournal();
    return new Journal(folder, parts);
  }

  public Path folder() {
    return folder;
  }

  /** The stack at a position; never null. */
  public Snapshot at(Position position) throws JournalException {
    parts.refresh();
    StateFinder.State found = states.at(position);
    Topology stack = found.stack();
    // A stack that a journal begins with may have no number in it, but it has a time.
    boolean isBefore = stack.seq() == 0 && stack.wallNs() == 0;
    return new Snapshot(stack, Damage.of(found.faults()), isBefore);
  }

  /** The number of the last event up to a position; the one before the first for none. */
  public long seqAt(Position position) throws JournalException {
    parts.refresh();
    return states.seqAt(position);
  }

  /** The events that are asked for; {@link EventCursor#close} lets go of the files. */
  public EventCursor events(EventQuery query) throws JournalException {
    parts.refresh();
    return new EventCursor(
        query.isNarrow() || query.isBackward()
            ? new IndexWalk(parts, query)
            : new ScanWalk(parts, query),
        query);
  }

  /**
   * The events that are asked for, for who needs the heads of most and reads few of them. They come
   * from the indexes, which are made where there are none.
   */
  public EventCursor heads(EventQuery query) throws JournalException {
    parts.refresh();
    return new EventCursor(new IndexWalk(parts, query), query);
  }

  /**
   * From where to where a journal goes.
   *
   * @param firstSeq number of the first event, or the one it will have; 0 where nothing tells
   * @param lastSeq number of the last event; below the first where there is none
   * @param firstWallNs wall clock of the first event; 0 where there is none
   * @param lastWallNs wall clock of the last event; 0 where there is none
   */
  public record Extent(long firstSeq, long lastSeq, long firstWallNs, long lastWallNs) {
    public boolean isEmpty() {
      return lastWallNs == 0 && firstWallNs == 0;
    }

    /** How many events there are, as their numbers say. */
    public long events() {
      return isEmpty() ? 0 : lastSeq - firstSeq + 1;
    }
  }

  /** From where to where it goes; costs a look at the first and the last event. */
  public Extent extent() throws JournalException {
    try (EventCursor first = events(EventQuery.ALL);
        EventCursor last = events(EventQuery.ALL.backward())) {
      EventRecord oldest = first.next();
      EventRecord newest = oldest == null ? null : last.next();
      if (oldest == null || newest == null) {
        long before = states.seqAt(Position.END);
        return new Extent(before + 1, before, 0, 0);
      }
      return new Extent(oldest.seq(), newest.seq(), oldest.wallNs(), newest.wallNs());
    }
  }

  /** The devices that events from a number on are about, as these name them. */
  public Set<DeviceRef> devicesFrom(long seq) throws JournalException {
    parts.refresh();
    return parts.devicesFrom(seq);
  }

  /**
   * What is damaged, all of it, oldest first; reads every file that has no index. A record that was
   * written in a way that nobody understands is told only to those who read it.
   */
  public Damage damage() throws JournalException {
    parts.refresh();
    return Damage.of(parts.faults());
  }

  /** What it holds, in numbers; reads and verifies all of it. */
  public JournalInfo info() throws JournalException {
    parts.refresh();
    return InfoReader.read(this, parts);
  }

  /**
   * What vouches for an event: the first seal behind it.
   *
   * @return a seal with number 0 where there is none yet
   */
  public SealBehind sealBehind(long seq) throws JournalException {
    return SealBehind.of(folder, seq);
  }

  /**
   * Verifies a journal against its own chain of seals, and says where it is not what was written. A
   * recorder may be writing meanwhile: the end is fixed first, and what comes behind it is not
   * judged.
   *
   * @param key the public key that its seals must be signed with, as {@code dmrec key new} printed
   *     it, or a file with it; null to believe the journal
   * @throws JournalException where it is none, cannot be read, or the key is none
   */
  public static Verification verify(
      Path folder, @Nullable String key, Verification.Progress progress) throws JournalException {
    return JournalVerifier.verify(folder, key, progress);
  }

  /** Lets go of the journal's files; a later question opens them again. */
  @Override
  public void close() {
    parts.close();
  }
}
