package dmrec.cli.host;

import dmrec.event.EventRecord;
import dmrec.journal.JournalException;
import dmrec.journal.JournalIndex;
import dmrec.journal.JournalReader;
import dmrec.query.Moment;
import org.jspecify.annotations.Nullable;

/**
 * The numbers of the events between two moments.
 *
 * @param fromSeq of the first event, from 1
 * @param toSeq of the last event; {@link Long#MAX_VALUE} where the journal's end is meant
 */
public record Stretch(long fromSeq, long toSeq) {
  /**
   * What lies between two moments, both included.
   *
   * @param since null for the journal's beginning
   * @param until null for its end
   * @throws JournalException where a file cannot be read; damage is read over
   */
  public static Stretch of(JournalIndex index, @Nullable Moment since, @Nullable Moment until)
      throws JournalException {
    long from = 1;
    if (since instanceof Moment.AtSeq number) {
      from = Math.max(1, number.seq());
    } else if (since instanceof Moment.AtTime time) {
      from = behind(index, time.wallNs() - 1) + 1;
    }
    long to = Long.MAX_VALUE;
    if (until instanceof Moment.AtSeq number) {
      to = number.seq();
    } else if (until instanceof Moment.AtTime time) {
      to = behind(index, time.wallNs());
    }
    return new Stretch(Math.max(from, index.firstSeq()), to);
  }

  /** The number of the last event up to a time. */
  private static long behind(JournalIndex index, long wallNs) throws JournalException {
    long seq = index.seqAt(wallNs);
    if (seq >= 0) {
      return seq;
    }
    try (JournalReader reader = JournalReader.open(index.folder())) {
      reader.seekTime(wallNs + 1);
      while (true) {
        try {
          EventRecord later = reader.next();
          return later == null ? Long.MAX_VALUE - 1 : later.seq() - 1;
        } catch (JournalException e) {
          // Told of where it is replayed; the next sound one will do.
          seq = -1;
        }
      }
    }
  }

  /** Whether there is no number in it; one that is not may yet have no event. */
  public boolean isEmpty() {
    return fromSeq > toSeq;
  }

  /** The number of the last event there is at present. */
  public long lastSeq(JournalIndex index) throws JournalException {
    return Math.min(toSeq, index.lastSeq());
  }
}
