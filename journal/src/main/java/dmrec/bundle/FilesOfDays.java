package dmrec.bundle;

import dmrec.journal.JournalException;
import dmrec.journal.JournalWriter;

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
  private static final long MOST_STATE_BYTES = 1L << 30;

  private static final long DAY_NS = 86_400_000_000_000L;

  private final long mostStateBytes;
  private int files;
  private long stateBytes;
  private boolean full;

  /** The journal's last number when a file was counted last; while it is, that is not begun. */
  private long countedSeq = -1;

  /** The time of the last event that would stand in that file. */
  private long countedNs;

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
    this(MOST_STATE_BYTES);
  }

  FilesOfDays(long mostStateBytes) {
    this.mostStateBytes = mostStateBytes;
  }

  /**
   * Whether a journal has room for an event, which may be appended next if so.
   *
   * @throws JournalException where no file of the journal could begin with its stack
   */
  public Answer hold(JournalWriter journal, long wallNs) throws JournalException {
    long seq = journal.lastSeq();
    boolean isCounted =
        seq == countedSeq
            && wallNs >= countedNs
            && Math.floorDiv(wallNs, DAY_NS) == Math.floorDiv(countedNs, DAY_NS);
    if (isCounted) {
      countedNs = wallNs;
    }
    if (isCounted || !journal.beginsFile(wallNs)) {
      return Answer.YES;
    }
    if (files >= MOST_FILES) {
      return Answer.TOO_MANY_FILES;
    }
    // Once full it stays so: a look at a stack for each event left out would take long, too.
    Answer answer = full ? Answer.TOO_LARGE_STACKS : begin(journal.stateBytes());
    if (answer == Answer.YES) {
      countedSeq = seq;
      countedNs = wallNs;
    }
    return answer;
  }

  /** Counts a file that begins with a state of so many bytes, if there is room for it. */
  Answer begin(long bytes) {
    stateBytes += bytes;
    full = stateBytes > mostStateBytes;
    if (full) {
      return Answer.TOO_LARGE_STACKS;
    }
    files++;
    return Answer.YES;
  }

  /** How many files there are by now. */
  public int files() {
    return files;
  }
}
