package dmrec.console;

import dmrec.event.EventRecord;
import dmrec.journal.Damage;
import dmrec.journal.EventCursor;
import dmrec.journal.EventQuery;
import dmrec.journal.Journal;
import dmrec.journal.Position;
import dmrec.query.TimeSpec;
import dmrec.query.TimeSyntaxException;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The current moment: a record of the journal, or none while that is empty.
 *
 * <p>It is a record and not a time, as many records may bear one time, and steps must not skip any.
 * Times are read as seen from there: {@code 14:02} is of that day, {@code -5m} is before it.
 *
 * <p>Moved by one command at a time, read by any thread.
 */
final class Navigator {
  private final Journal journal;
  private final ZoneId zone;
  private final EventFinder finder;
  private final TreeMap<String, Long> bookmarks = new TreeMap<>();
  private volatile @Nullable EventRecord record;
  private Damage damage = Damage.NONE;

  Navigator(Journal journal, ZoneId zone, EventFinder finder) {
    this.journal = journal;
    this.zone = zone;
    this.finder = finder;
  }

  /** The record at the moment; null while the journal holds none. */
  @Nullable EventRecord record() {
    return record;
  }

  /** What could not be read on the way since this was asked last. */
  synchronized Damage takeDamage() {
    Damage passed = damage;
    damage = Damage.NONE;
    return passed;
  }

  private synchronized void pass(Damage more) {
    damage = damage.and(more);
  }

  ZoneId zone() {
    return zone;
  }

  synchronized Standpoint standpoint() {
    EventRecord here = record;
    return new Standpoint(
        journal, here == null ? 0 : here.seq(), here == null ? 0 : here.wallNs(), bookmarks);
  }

  /** Moves onto a record. */
  EventRecord moveTo(EventRecord to) {
    record = to;
    return to;
  }

  EventRecord first() throws IOException, ConsoleException {
    return moveTo(orEmpty(one(EventQuery.ALL)));
  }

  EventRecord last() throws IOException, ConsoleException {
    return moveTo(before(Long.MAX_VALUE));
  }

  EventRecord next(EventFinder.Search search) throws IOException, ConsoleException {
    EventRecord here = record;
    return moveTo(
        found(finder.next(here == null ? 0 : here.seq(), search), search, "behind", here));
  }

  EventRecord back(EventFinder.Search search) throws IOException, ConsoleException {
    EventRecord here = record;
    return moveTo(
        found(finder.back(here == null ? 0 : here.seq(), search), search, "before", here));
  }

  /** The first of the whole journal that is meant. */
  EventRecord first(EventFinder.Search search) throws IOException, ConsoleException {
    return moveTo(found(finder.next(0, search), search, "in the journal", null));
  }

  /** The last of the whole journal that is meant. */
  EventRecord last(EventFinder.Search search) throws IOException, ConsoleException {
    long end = journal.seqAt(Position.END);
    return moveTo(found(finder.back(end + 1, search), search, "in the journal", null));
  }

  private EventRecord found(
      @Nullable EventRecord found,
      EventFinder.Search search,
      String where,
      @Nullable EventRecord here)
      throws ConsoleException {
    pass(finder.damage());
    if (found == null) {
      throw new ConsoleException(
          "no "
              + (search.filter().isEmpty() ? "event" : "such event")
              + " "
              + where
              + (here == null ? "" : " #" + here.seq()));
    }
    return found;
  }

  /** Moves to the last record that is not later than what a user wrote. */
  EventRecord at(String text) throws IOException, ConsoleException {
    Long named = standpoint().named(text);
    if (text.equals("first")) {
      return first();
    }
    if (named != null) {
      return moveTo(before(named));
    }
    Position moment;
    try {
      moment = TimeSpec.parse(text, clock());
    } catch (TimeSyntaxException e) {
      throw new ConsoleException(
          e.getMessage()
              + (text.matches("[A-Za-z_][\\w.-]*")
                  ? "\nnor is it a bookmark; 'bookmarks' lists them"
                  : ""));
    }
    if (moment instanceof Position.AtSeq number) {
      EventRecord found = before(number.seq());
      if (found.seq() < number.seq()) {
        throw new ConsoleException(
            "there is no #" + number.seq() + "; the record before is #" + found.seq());
      }
      return moveTo(found);
    }
    return moveTo(lastUntil(((Position.AtTime) moment).wallNs()));
  }

  /** What time it is for who stands here: times in commands are read by it. */
  Clock clock() {
    EventRecord here = record;
    return here == null ? Clock.system(zone) : clockAt(here.wallNs(), zone);
  }

  static Clock clockAt(long wallNs, ZoneId zone) {
    return Clock.fixed(
        Instant.ofEpochSecond(
            Math.floorDiv(wallNs, 1_000_000_000L), Math.floorMod(wallNs, 1_000_000_000L)),
        zone);
  }

  /** The last record before the first one that is later. */
  private EventRecord lastUntil(long wallNs) throws IOException, ConsoleException {
    long seq = journal.seqAt(Position.atTime(wallNs));
    EventRecord first = orEmpty(one(EventQuery.ALL));
    if (seq < first.seq()) {
      throw new ConsoleException(
          "nothing is known of that time: the journal begins at "
              + TimeSpec.format(first.wallNs(), zone));
    }
    return before(seq);
  }

  /** The last sound record up to a number. */
  private EventRecord before(long seq) throws IOException, ConsoleException {
    EventRecord found = one(EventQuery.ALL.to(seq).backward());
    EventRecord first = found == null ? one(EventQuery.ALL) : null;
    if (first != null) {
      throw new ConsoleException("there is no #" + seq + "; the journal begins at #" + first.seq());
    }
    return orEmpty(found);
  }

  private @Nullable EventRecord one(EventQuery query) throws IOException {
    try (EventCursor events = journal.events(query)) {
      EventRecord found = events.next();
      pass(events.damage());
      return found;
    }
  }

  private EventRecord orEmpty(@Nullable EventRecord found) throws ConsoleException {
    if (found == null) {
      throw new ConsoleException("the journal holds no record yet");
    }
    return found;
  }

  /** Names the moment; what bore that name before loses it. */
  synchronized void bookmark(String name) throws ConsoleException {
    EventRecord here = orEmpty(record);
    if (!name.matches("[A-Za-z_][\\w.-]*")
        || name.equals("first")
        || name.equals(Standpoint.LAST)
        || isTime(name)) {
      throw new ConsoleException(
          "'" + name + "' cannot name a moment; expected a word that is no time, as worst");
    }
    bookmarks.put(name, here.seq());
  }

  private boolean isTime(String name) {
    try {
      TimeSpec.parse(name, clock());
      return true;
    } catch (TimeSyntaxException e) {
      return false;
    }
  }

  /** Names of moments, in their order. */
  synchronized Map<String, Long> bookmarks() {
    return new TreeMap<>(bookmarks);
  }

  /** A name for a moment that has none yet: a, b, and so on. */
  synchronized String freeName() {
    for (int i = 1; ; i++) {
      if (!bookmarks.containsKey("b" + i)) {
        return "b" + i;
      }
    }
  }
}
