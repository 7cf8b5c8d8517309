package dmrec.query;

import dmrec.event.DeviceRef;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.journal.JournalException;
import dmrec.journal.JournalReader;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds past events by reading the journal itself: what lies shortly before a place is found at
 * once, what is not there only after all of it was read. One thread at a time.
 */
public final class ReadPast implements PastEvents, AutoCloseable {
  private static final long FIRST_LOOK = 256;
  private static final long LOOK_GROWTH = 4;

  private final JournalReader reader;
  private final Damage damage;

  private ReadPast(JournalReader reader, Damage damage) {
    this.reader = reader;
    this.damage = damage;
  }

  /**
   * Opens a journal.
   *
   * @param damage takes what cannot be read on the way
   */
  public static ReadPast open(Path folder, Damage damage) throws JournalException {
    return new ReadPast(JournalReader.open(folder), damage);
  }

  @Override
  public @Nullable EventRecord last(long upToSeq, Set<Kind> kinds, @Nullable DeviceRef device)
      throws JournalException {
    long end = upToSeq;
    long look = FIRST_LOOK;
    while (end > 0) {
      long begin = Math.max(1, end - look + 1);
      reader.seekSeq(begin);
      EventRecord found = null;
      boolean any = false;
      for (EventRecord record = damage.next(reader::next);
          record != null && record.seq() <= end;
          record = damage.next(reader::next)) {
        any = true;
        if (PastEvents.matches(record, kinds, device)) {
          found = record;
        }
      }
      if (found != null || (!any && begin > 1 && isBeforeFirst(end))) {
        return found;
      }
      end = begin - 1;
      look *= LOOK_GROWTH;
    }
    return null;
  }

  /** Whether nothing that old is kept any more. */
  private boolean isBeforeFirst(long seq) throws JournalException {
    EventRecord first = reader.first();
    return first == null || seq < first.seq();
  }

  @Override
  public @Nullable EventRecord first(long fromSeq, Set<Kind> kinds, @Nullable DeviceRef device)
      throws JournalException {
    reader.seekSeq(fromSeq);
    for (EventRecord record = damage.next(reader::next);
        record != null;
        record = damage.next(reader::next)) {
      if (PastEvents.matches(record, kinds, device)) {
        return record;
      }
    }
    return null;
  }

  @Override
  public void close() {
    reader.close();
  }
}
