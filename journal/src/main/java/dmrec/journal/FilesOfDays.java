package dmrec.journal;

import dmrec.journal.file.CheckpointNote;
import dmrec.journal.file.MalformedException;
import dmrec.topology.TopologyView;

/**
 * How much a journal may be cut up by the events of strangers.
 *
 * <p>A file begins with each day and where the clock goes back, and it begins with the whole stack.
 * So times that jump about would each take a file, and a large stack in few bytes of a bundle would
 * be written again with each.
 */
public final class FilesOfDays {
  /** Over five years of days. */
  private static final int MOST_FILES = 2_000;

  /** A thousand devices are some 500 KB: that much on each day of these years. */
  private static final long MOST_STACK_BYTES = 1L << 30;

  private static final long DAY_NS = 86_400_000_000_000L;

  private final long mostStackBytes;
  private long newestNs = Long.MIN_VALUE;
  private int files;
  private long stackBytes;
  private boolean full;

  /** Whether there is room for an event. */
  public enum Answer {
    YES(""),
    TOO_MANY_FILES("its times go back, or on to another day, too often for a log"),
    TOO_LARGE_STACKS("it names too many devices on too many days for a log");

    private final String complaint;

    Answer(String complaint) {
      this.complaint = complaint;
    }

    /** What is wrong with a log that has no room; empty where it has. */
    public String complaint() {
      return complaint;
    }
  }

  public FilesOfDays() {
    this(MOST_STACK_BYTES);
  }

  FilesOfDays(long mostStackBytes) {
    this.mostStackBytes = mostStackBytes;
  }

  /**
   * Counts an event, if there is room for it.
   *
   * @param before the stack that it finds
   */
  public Answer hold(long wallNs, TopologyView before) {
    boolean begins =
        files == 0
            || wallNs < newestNs - JournalWriter.STEP_BACK_NS
            || Math.floorDiv(wallNs, DAY_NS) != Math.floorDiv(newestNs, DAY_NS);
    if (!begins) {
      newestNs = Math.max(newestNs, wallNs);
      return Answer.YES;
    }
    if (files >= MOST_FILES) {
      return Answer.TOO_MANY_FILES;
    }
    // Once full it stays so: a look at a stack for each event left out would take long, too.
    full = full || !addStack(before);
    if (full) {
      return Answer.TOO_LARGE_STACKS;
    }
    files++;
    newestNs = wallNs;
    return Answer.YES;
  }

  private boolean addStack(TopologyView stack) {
    try {
      stackBytes += CheckpointNote.bytes(stack);
    } catch (MalformedException e) {
      return true; // The writer says the same, and of which journal.
    }
    return stackBytes <= mostStackBytes;
  }

  /** How many files there are by now. */
  public int files() {
    return files;
  }
}
