package dmrec.journal;

import dmrec.event.EventRecord;
import dmrec.topology.Topology;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads a journal from its beginning or from a sought place, and follows it while it grows.
 *
 * <p>Nothing is created or changed, no lock is taken: any number of readers may stand beside the
 * one writer, on a read-only file system too. What is not a whole, proved record in the right place
 * is a {@link JournalException}, after which {@link #next} goes on with the record behind it; no
 * other exception leaves, whatever the files hold.
 *
 * <p>One thread at a time.
 */
public final class JournalReader implements AutoCloseable {
  private final Path folder;
  private @Nullable CycleScanner scanner;
  private @Nullable EventRecord held;
  private @Nullable JournalException heldFailure;

  /** The number of the last record returned; 0 where any may come next. */
  private long lastSeq;

  /** How many damaged documents were reported since that record. */
  private long damagedSince;

  private int damagedBehindLast;
  private boolean listFailed;
  private boolean seeking;
  private boolean seekByTime;
  private long seekTarget;

  private JournalReader(Path folder) {
    this.folder = folder;
  }

  /**
   * Opens a journal at its first record.
   *
   * @throws JournalException where the folder is missing, is no journal, cannot be read, or is of a
   *     newer format
   */
  public static JournalReader open(Path folder) throws JournalException {
    JournalReader reader = new JournalReader(folder);
    try {
      reader.start();
    } catch (JournalException e) {
      reader.close();
      throw e;
    }
    return reader;
  }

  /** Reads one record ahead: that tells a journal from anything else. */
  private void start() throws JournalException {
    List<Path> cycles = JournalFolder.cyclesOfJournal(folder);
    if (cycles.isEmpty()) {
      return;
    }
    CycleScanner first = enter(cycles.get(0));
    try {
      held = first.next(false);
    } catch (MalformedException e) {
      if (!first.holdsRecords() && !anyIsOurs(cycles)) {
        throw JournalFolder.notJournal(folder, String.valueOf(e.getMessage()));
      }
      heldFailure = damage(e);
    }
  }

  /** A first file that is lost does not make the ones behind it another's. */
  private static boolean anyIsOurs(List<Path> cycles) throws JournalException {
    for (Path cycle : cycles) {
      if (CycleScanner.headerOf(cycle) != null) {
        return true;
      }
    }
    return false;
  }

  /**
   * The next record, or null at the present end; a later call finds what was appended since.
   *
   * @throws JournalException where the next record is damaged, or its number is not the one that
   *     follows; the next call goes on with the record behind, or with the one of that number
   */
  public @Nullable EventRecord next() throws JournalException {
    if (seeking) {
      seek();
    }
    if (heldFailure != null) {
      JournalException failure = heldFailure;
      heldFailure = null;
      throw failure;
    }
    EventRecord record = held;
    held = null;
    if (record == null) {
      try {
        record = advance();
      } catch (MalformedException e) {
        throw damage(e);
      }
    }
    if (record == null) {
      return null;
    }
    long expected = lastSeq + 1;
    boolean follows =
        lastSeq == 0 || (record.seq() >= expected && record.seq() <= expected + damagedSince);
    long before = lastSeq;
    lastSeq = record.seq();
    damagedSince = 0;
    if (!follows) {
      held = record;
      lastSeq = 0;
      throw new JournalException(
          Reasons.shown(folder)
              + ": expected record #"
              + expected
              + " behind #"
              + before
              + ", found #"
              + record.seq()
              + (record.seq() < expected
                  ? ": the numbers go back"
                  : ": " + (record.seq() - expected) + " records are missing")
              + ". Reading can go on with #"
              + record.seq());
    }
    return record;
  }

  /** The next record of this file or of a later one. */
  private @Nullable EventRecord advance() throws JournalException, MalformedException {
    CycleScanner current = scanner;
    if (current == null) {
      Path first = laterThan(Path.of(""));
      if (first == null) {
        return null;
      }
      current = enter(first);
    }
    while (true) {
      EventRecord record = current.next(false);
      if (record != null) {
        return record;
      }
      Path later = laterThan(current.file().path());
      if (later == null) {
        return null;
      }
      // What was written between the two looks is still in the earlier file.
      record = current.next(true);
      if (record != null) {
        return record;
      }
      current = enter(later);
    }
  }

  private @Nullable Path laterThan(Path path) throws JournalException {
    List<Path> cycles;
    try {
      cycles = JournalFolder.cycles(folder);
      listFailed = false;
    } catch (JournalException e) {
      if (listFailed) {
        return null; // It was told once; those who read on past failures must come to an end.
      }
      listFailed = true;
      throw e;
    }
    for (Path cycle : cycles) {
      if (JournalFolder.nameOf(cycle).compareTo(JournalFolder.nameOf(path)) > 0) {
        return cycle;
      }
    }
    return null;
  }

  private CycleScanner enter(Path cycle) throws JournalException {
    CycleScanner opened = new CycleScanner(CycleFile.open(cycle));
    if (scanner != null) {
      scanner.close();
    }
    scanner = opened;
    return opened;
  }

  private JournalException damage(MalformedException e) {
    damagedSince++;
    return new JournalException(
        "the record behind #"
            + lastSeq
            + " is damaged: "
            + e.getMessage()
            + ". Reading can go on behind it; restore the file from a copy to have it back",
        e);
  }

  /** The next call of {@link #next} returns the first record with at least this number. */
  public void seekSeq(long seq) {
    seeking = true;
    seekByTime = false;
    seekTarget = seq;
  }

  /**
   * The next call of {@link #next} returns the first record that was observed at this wall clock
   * time or later.
   *
   * <p>Where the clock was set back, several places qualify; one of them is found.
   */
  public void seekTime(long wallNs) {
    seeking = true;
    seekByTime = true;
    seekTarget = wallNs;
  }

  /**
   * Moves to where a fold up to the record of this number has to begin.
   *
   * @return the stack before the record that {@link #next} returns: what a checkpoint says, so that
   *     no more than the files behind it need be read
   */
  public Topology seekFoldSeq(long seq) throws JournalException {
    seekSeq(seq);
    return seekFold();
  }

  /** As {@link #seekFoldSeq}, for all records before the first that is later than a time. */
  public Topology seekFoldTime(long wallNs) throws JournalException {
    seekTime(wallNs);
    return seekFold();
  }

  private Topology seekFold() throws JournalException {
    forget();
    List<Path> cycles = JournalFolder.cyclesOfJournal(folder);
    for (int i = cycles.isEmpty() ? -1 : fileOf(cycles); i >= 0; i--) {
      Topology stack = new Topology();
      boolean known = false;
      try {
        known = Beginning.read(enter(cycles.get(i)), stack);
        held = Objects.requireNonNull(scanner).next(false);
      } catch (MalformedException e) {
        heldFailure = damage(e);
      }
      boolean before = held != null && key(held) <= seekTarget;
      if (i == 0 || (known && before)) {
        return known ? stack : new Topology();
      }
      forget();
    }
    return new Topology();
  }

  /**
   * Leaves out the rest of the present file, where all of it is later than a time: within a file
   * time only goes on, whatever the clock did.
   *
   * @param last the record returned last
   * @return false where no later file exists, or the rest cannot be left out
   */
  public boolean skipLaterThan(EventRecord last, long wallNs) throws JournalException {
    CycleScanner current = scanner;
    if (current == null || held != null || last.wallNs() - JournalWriter.STEP_BACK_NS <= wallNs) {
      return false;
    }
    Path later = laterThan(current.file().path());
    if (later == null) {
      return false;
    }
    enter(later);
    forget();
    return true;
  }

  private void forget() {
    seeking = false;
    held = null;
    heldFailure = null;
    lastSeq = 0;
    damagedSince = 0;
  }

  private void seek() throws JournalException {
    forget();
    List<Path> cycles = JournalFolder.cyclesOfJournal(folder);
    if (cycles.isEmpty()) {
      return;
    }
    CycleScanner current = enter(cycles.get(fileOf(cycles)));
    current.begin();
    current.seek(seekByTime, seekByTime ? seekTarget - JournalWriter.STEP_BACK_NS : seekTarget);
    walkToTarget();
  }

  /** The last file that begins before the target; the first where none does. */
  private int fileOf(List<Path> cycles) throws JournalException {
    int low = 0;
    int high = cycles.size();
    while (high - low > 1) {
      int middle = (low + high) >>> 1;
      if (beginsBefore(cycles, middle)) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /**
   * Whether what lies before a file lies before the target: all of its numbers, all of its times.
   * Both only go up from file to file, whatever the clock did.
   */
  private boolean beginsBefore(List<Path> cycles, int index) throws JournalException {
    for (int i = index; i < cycles.size(); i++) {
      FileHeader header = CycleScanner.headerOf(cycles.get(i));
      if (header != null) {
        return (seekByTime ? header.wallMaxNs() : header.firstSeq()) < seekTarget
            || (!seekByTime && header.firstSeq() == seekTarget);
      }
      // Its header is damaged: the next one says as much of what lies before both.
    }
    return false;
  }

  /** The next sound record of a file that is looked at for where things are, not read. */
  private static @Nullable EventRecord firstOf(CycleScanner look) throws JournalException {
    for (; ; ) {
      int damagedBefore = look.damaged();
      try {
        return look.next(true);
      } catch (MalformedException e) {
        if (look.damaged() == damagedBefore) {
          throw new JournalException(String.valueOf(e.getMessage()), e);
        }
      }
    }
  }

  private long key(EventRecord record) {
    return seekByTime ? record.wallNs() : record.seq();
  }

  /** Damage is told only where it may have been the record sought. */
  private void walkToTarget() throws JournalException {
    JournalException failure = null;
    while (true) {
      try {
        EventRecord record = advance();
        if (record == null || key(record) >= seekTarget) {
          held = record;
          heldFailure = failure;
          lastSeq = 0;
          return;
        }
        failure = null;
        lastSeq = record.seq();
        damagedSince = 0;
      } catch (MalformedException e) {
        failure = damage(e);
      }
    }
  }

  /** The first record that is sound, or null; reading begins anew there. */
  public @Nullable EventRecord first() throws JournalException {
    for (Path cycle : JournalFolder.cyclesOfJournal(folder)) {
      EventRecord first = firstOf(enter(cycle));
      if (first != null) {
        return first;
      }
    }
    return null;
  }

  /** The last record that is sound, or null. */
  @Nullable EventRecord last() throws JournalException {
    List<Path> cycles = JournalFolder.cyclesOfJournal(folder);
    EventRecord last = null;
    for (int i = cycles.size() - 1; i >= 0 && last == null; i--) {
      CycleScanner current = enter(cycles.get(i));
      last = firstOf(current);
      if (last == null) {
        continue;
      }
      current.seek(false, Long.MAX_VALUE);
      damagedBehindLast = 0;
      int damagedBefore = current.damaged();
      for (EventRecord next = firstOf(current); next != null; next = firstOf(current)) {
        last = next;
        damagedBefore = current.damaged();
      }
      damagedBehindLast = current.damaged() - damagedBefore;
    }
    return last;
  }

  /** The number of the last record, where damaged ones behind the last sound one count. */
  long lastNumber() throws JournalException {
    EventRecord last = last();
    return (last == null ? 0 : last.seq()) + damagedBehindLast;
  }

  @Override
  public void close() {
    if (scanner != null) {
      scanner.close();
      scanner = null;
    }
  }
}
