package dmrec.query;

import dmrec.event.DeviceRef;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.journal.JournalException;
import dmrec.journal.JournalIndex;
import dmrec.journal.Sought;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds past events through the index, and by reading where that cannot tell. One thread at a time.
 */
public final class IndexedPast implements PastEvents, AutoCloseable {
  private final JournalIndex index;
  private final Damage damage;
  private @Nullable ReadPast reader;

  /**
   * Looks into a journal, which stays open.
   *
   * @param damage takes what cannot be read on the way
   */
  public IndexedPast(JournalIndex index, Damage damage) {
    this.index = index;
    this.damage = damage;
  }

  /** Which events, as far as the index tells; whether they are meant the records themselves say. */
  private record Wanted(long minSeq, long maxSeq, Set<Kind> kinds, @Nullable DeviceRef device)
      implements Sought {
    @Override
    public boolean mayBe(Kind kind) {
      return kinds.isEmpty() || kinds.contains(kind);
    }

    @Override
    public boolean mayBe(DeviceRef ref) {
      return device == null || PastEvents.isSameLife(device, ref);
    }
  }

  @Override
  public @Nullable EventRecord last(long upToSeq, Set<Kind> kinds, @Nullable DeviceRef device)
      throws JournalException {
    JournalIndex.Search search = index.searchBack(new Wanted(0, upToSeq, kinds, device));
    EventRecord found = next(search, kinds, device);
    return search.blockedSeq() == 0 ? found : reader().last(upToSeq, kinds, device);
  }

  @Override
  public @Nullable EventRecord first(long fromSeq, Set<Kind> kinds, @Nullable DeviceRef device)
      throws JournalException {
    JournalIndex.Search search = index.search(new Wanted(fromSeq, Long.MAX_VALUE, kinds, device));
    EventRecord found = next(search, kinds, device);
    return search.blockedSeq() == 0 ? found : reader().first(fromSeq, kinds, device);
  }

  private static @Nullable EventRecord next(
      JournalIndex.Search search, Set<Kind> kinds, @Nullable DeviceRef device)
      throws JournalException {
    EventRecord record = search.next();
    while (record != null && !PastEvents.matches(record, kinds, device)) {
      record = search.next();
    }
    return record;
  }

  private ReadPast reader() throws JournalException {
    ReadPast opened = reader;
    if (opened == null) {
      opened = ReadPast.open(index.folder(), damage);
      reader = opened;
    }
    return opened;
  }

  @Override
  public void close() {
    if (reader != null) {
      reader.close();
      reader = null;
    }
  }
}
