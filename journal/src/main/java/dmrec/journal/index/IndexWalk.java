package dmrec.journal.index;

import dmrec.event.EventRecord;
import dmrec.event.Field;
import dmrec.journal.EventHead;
import dmrec.journal.EventQuery;
import dmrec.journal.JournalException;
import dmrec.journal.file.Fault;
import dmrec.journal.file.FileHeader;
import dmrec.journal.file.MalformedException;
import java.nio.file.Files;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads only the events that the indexes say may be asked for, either way. */
public final class IndexWalk implements Walk {
  /** A late event may be so much older than those before it in its file. */
  private static final long LATE_NS = 10_000_000_000L;

  private static final int ATTEMPTS = 5;

  private final JournalParts parts;
  private final EventReader reader;
  private final EventQuery query;
  private final IndexQuery wanted;
  private final PassedFaults faults;
  private List<Part> of = List.of();
  private boolean placed;
  private boolean answered;

  /** Index in {@link #of} of the part at hand; its size behind the last, -1 before the first. */
  private int number;

  private @Nullable FileIndex here;
  private boolean[] devices = {};

  /** The event of the part that is looked at next. */
  private int event;

  /** Number of the last event that was given from this part. */
  private long lastSeq = Fault.UNKNOWN;

  private int faultsPassed;
  private boolean entered;
  private final Maker<EventRecord> reading = this::read;
  private final Maker<EventHead> heading = this::head;

  // Where the last head was made from.
  private @Nullable Part headPart;
  private @Nullable FileIndex headIndex;
  private int headEvent;

  /** Whether the index of the part that the walk came from was read. */
  private boolean wasLastPartRead;

  public IndexWalk(JournalParts parts, EventQuery query) {
    this.parts = parts;
    this.reader = new EventReader(parts);
    this.query = query;
    this.wanted = new IndexQuery(query);
    this.faults = new PassedFaults(query);
  }

  /** Finds the part to begin with. */
  private void place() throws JournalException {
    of = parts.parts();
    number =
        query.isBackward()
            ? query.maxSeq() == Long.MAX_VALUE ? of.size() - 1 : lastPart()
            : parts.partOf(query.minSeq(), false, of);
    placed = true;
  }

  /** The last part that may hold the highest number asked for. */
  private int lastPart() throws JournalException {
    int last = parts.partOf(query.maxSeq(), false, of);
    while (last + 1 < of.size() && of.get(last + 1).header() == null) {
      last++;
    }
    return last;
  }

  @Override
  public List<Fault> faults() {
    return faults.take();
  }

  /** Makes something of an event; null where it cannot be read. */
  private interface Maker<T> {
    @Nullable T make(FileIndex index, int found) throws JournalException;
  }

  @Override
  public @Nullable EventRecord next() throws JournalException {
    return next(reading);
  }

  @Override
  public @Nullable EventHead nextHead() throws JournalException {
    return next(heading);
  }

  @Override
  public @Nullable EventRecord read() throws JournalException {
    FileIndex index = headIndex;
    Part part = headPart;
    if (index == null || part == null) {
      throw new IllegalStateException("there is no head");
    }
    long seq = index.seq(headEvent);
    try {
      return read(part, index, headEvent);
    } catch (StaleIndexException e) {
      // This walk goes on behind it, by the index that is made anew.
      entered = false;
      wasLastPartRead = false;
      parts.refresh();
      try (IndexWalk again = new IndexWalk(parts, EventQuery.ALL.from(seq).to(seq))) {
        EventRecord record = again.next();
        again.faults().forEach(faults::add);
        return record;
      }
    } catch (JournalException e) {
      if (Files.exists(part.path())) {
        throw e;
      }
      return null; // Retention removed it.
    }
  }

  @Override
  public @Nullable Object value(Field field) {
    FileIndex index = headIndex;
    Part part = headPart;
    try {
      return index == null || part == null ? null : reader.value(part, index, headEvent, field);
    } catch (JournalException | StaleIndexException e) {
      return null; // Who then reads all of it meets the same, or it has passed.
    }
  }

  private <T> @Nullable T next(Maker<T> maker) throws JournalException {
    for (int attempt = 1; ; attempt++) {
      try {
        if (!placed) {
          place();
        }
        T found = query.isBackward() ? back(maker) : forward(maker);
        answered = true;
        return found;
      } catch (StaleIndexException e) {
        if (attempt >= ATTEMPTS) {
          throw new JournalException(String.valueOf(e.getMessage()), e);
        }
        entered = false;
        wasLastPartRead = false;
      } catch (JournalException e) {
        if (of.stream().allMatch(part -> Files.exists(part.path()))) {
          goOnBehind();
          throw e;
        }
        // Retention removed one: what follows is still there.
        goOnWithout();
      }
    }
  }

  private void goOnBehind() {
    if (!entered) {
      number += query.isBackward() ? -1 : 1;
      leave(false);
    }
  }

  private void goOnWithout() throws JournalException {
    Part at = number < 0 || number >= of.size() ? null : of.get(number);
    parts.refresh();
    wasLastPartRead = false;
    if (!answered) {
      // All of it may be gone, and newer files there.
      faults.take();
      leave(false);
      placed = false;
      return;
    }
    of = parts.parts();
    if (at == null) {
      number = Math.min(number, of.size());
    } else if (of.contains(at)) {
      number = of.indexOf(at);
    } else {
      number = firstBehind(at) - (query.isBackward() ? 1 : 0);
      leave(false);
    }
  }

  private int firstBehind(Part part) {
    int i = 0;
    while (i < of.size() && of.get(i).name().compareTo(part.name()) <= 0) {
      i++;
    }
    return i;
  }

  private void leave(boolean wasEntered) {
    entered = false;
    here = null;
    lastSeq = Fault.UNKNOWN;
    faultsPassed = 0;
    wasLastPartRead = wasEntered;
  }

  private <T> @Nullable T forward(Maker<T> maker) throws JournalException {
    while (true) {
      if (number >= of.size() && !grows()) {
        return null;
      }
      if (!entered) {
        enter();
      }
      FileIndex index = here;
      if (index != null) {
        int found = index.next(event, wanted, devices);
        passFaults(index, found);
        if (found < index.size()) {
          event = found + 1;
          T made = maker.make(index, found);
          if (made != null) {
            return made;
          }
          continue;
        }
        event = index.size();
      }
      if (number == of.size() - 1) {
        if (!grows()) {
          return null;
        }
        continue; // What was appended to this part comes before the next one.
      }
      boolean was = here != null;
      number++;
      leave(was);
      if (of.get(number).startSeq() > query.maxSeq()) {
        number = of.size();
        return null;
      }
    }
  }

  /** Whether there is more than there was. */
  private boolean grows() throws JournalException {
    Part last = of.isEmpty() ? null : of.get(Math.min(number, of.size() - 1));
    int size = here == null ? -1 : here.size();
    int known = of.size();
    parts.refresh();
    of = parts.parts();
    if (last != null) {
      number = firstBehind(last) - 1;
      if (number < 0 || of.get(number) != last) {
        number++;
        leave(false);
        return number < of.size();
      }
    } else {
      number = 0;
      return !of.isEmpty();
    }
    FileIndex index = here == null ? null : parts.index(last);
    here = index;
    if (index != null && number == of.size() - 1) {
      passFaults(index, index.size());
    }
    return (of.size() > known && number < of.size() - 1) || (index != null && index.size() > size);
  }

  private <T> @Nullable T back(Maker<T> maker) throws JournalException {
    while (number >= 0 && number < of.size()) {
      if (!entered) {
        enter();
      }
      FileIndex index = here;
      if (index != null) {
        int found = index.previous(event, wanted, devices);
        passFaultsBack(index, found);
        if (found >= 0) {
          event = found - 1;
          T made = maker.make(index, found);
          if (made != null) {
            return made;
          }
          continue;
        }
        event = -1;
      }
      boolean was = here != null;
      long start = of.get(number).startSeq();
      number--;
      leave(was);
      if (start != Fault.UNKNOWN && start <= query.minSeq()) {
        number = -1;
      }
    }
    return null;
  }

  /** Takes the part at hand; its index is not needed where all of it is too early or too late. */
  private void enter() throws JournalException {
    Part part = of.get(number);
    if (isTooEarly() || isTooLate(part)) {
      here = null;
      entered = true;
      return;
    }
    if (!query.isBackward() && query.maxSeq() == Long.MAX_VALUE && number + 1 < of.size()) {
      parts.begin(of.get(number + 1));
    }
    FileIndex index = parts.index(part);
    here = index;
    devices = index.devices(query::mayBe);
    if (query.isBackward()) {
      event = (lastSeq == Fault.UNKNOWN ? index.size() : index.eventOf(lastSeq)) - 1;
    } else {
      event = index.firstBeyond(Math.max(query.minSeq() - 1, lastSeq));
    }
    if (wasLastPartRead) {
      faults.add(parts.join(of, query.isBackward() ? number + 1 : number));
    }
    entered = true;
  }

  private boolean isTooEarly() throws JournalException {
    FileHeader next = number + 1 < of.size() ? of.get(number + 1).header() : null;
    return next != null && next.wallMaxNs() < query.minWallNs();
  }

  private boolean isTooLate(Part part) throws JournalException {
    if (query.maxWallNs() == Long.MAX_VALUE) {
      return false;
    }
    FileHeader header = part.header();
    long first = part.firstWallNs();
    return header != null
        && first > query.maxWallNs()
        && first - query.maxWallNs() > LATE_NS
        && (number == 0 || header.wallMaxNs() > query.maxWallNs());
  }

  private EventHead head(FileIndex index, int found) {
    headPart = of.get(number);
    headIndex = index;
    headEvent = found;
    lastSeq = index.seq(found);
    return index.head(found);
  }

  private @Nullable EventRecord read(FileIndex index, int found) throws JournalException {
    EventRecord record = read(of.get(number), index, found);
    lastSeq = record == null ? lastSeq : record.seq();
    return record;
  }

  private @Nullable EventRecord read(Part part, FileIndex index, int found)
      throws JournalException {
    try {
      return reader.read(part, index, found);
    } catch (MalformedException e) {
      faults.add(index.unreadable(part.path(), found, e));
      return null;
    }
  }

  // Damage.

  private void passFaults(FileIndex index, int upTo) throws JournalException {
    List<Fault> all = index.faults();
    while (faultsPassed < all.size() && all.get(faultsPassed).event() <= upTo) {
      faults.add(parts.bounded(of, number, all.get(faultsPassed)));
      faultsPassed++;
    }
  }

  private void passFaultsBack(FileIndex index, int downTo) throws JournalException {
    List<Fault> all = index.faults();
    while (faultsPassed < all.size() && all.get(all.size() - 1 - faultsPassed).event() > downTo) {
      faults.add(parts.bounded(of, number, all.get(all.size() - 1 - faultsPassed)));
      faultsPassed++;
    }
  }

  @Override
  public void close() {
    leave(false);
    reader.close();
  }
}
