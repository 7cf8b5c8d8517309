package dmrec.console;

import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.journal.JournalException;
import dmrec.query.Damage;
import dmrec.query.Moment;
import dmrec.query.SelectedEvents;
import dmrec.query.Selection;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds events by kind and device: {@code path_failed}, {@code kind = path_failed}, {@code device
 * mpatha}, and both with {@code and}.
 *
 * <p>Looks backwards through ever longer stretches, as a journal can only be read forwards.
 */
final class SelectedEventFinder implements EventFinder {
  private static final long FIRST_LOOK = 256;
  private static final long LOOK_AGAIN_MS = 50;

  private final Path journal;

  SelectedEventFinder(Path journal) {
    this.journal = journal;
  }

  /** The parts of a selection that a filter tells. */
  private record Parts(Set<Kind> kinds, @Nullable String device) {
    Selection between(long fromSeq, long toSeq, boolean traces) {
      return new Selection(
          kinds, device, new Moment.AtSeq(fromSeq), new Moment.AtSeq(toSeq), traces);
    }
  }

  @Override
  public @Nullable EventRecord next(long afterSeq, Search search)
      throws IOException, ConsoleException {
    Selection selection =
        parts(search.filter()).between(afterSeq + 1, Long.MAX_VALUE, search.traces());
    try (SelectedEvents events = SelectedEvents.open(journal, selection)) {
      return next(events, new Damage());
    }
  }

  @Override
  public @Nullable EventRecord back(long beforeSeq, Search search)
      throws IOException, ConsoleException {
    Parts parts = parts(search.filter());
    long end = beforeSeq;
    for (long look = FIRST_LOOK; end > 1; look *= 4) {
      long begin = Math.max(1, end - look);
      Damage damage = new Damage();
      EventRecord found = null;
      try (SelectedEvents events =
          SelectedEvents.open(journal, parts.between(begin, end - 1, search.traces()))) {
        EventRecord record = next(events, damage);
        while (record != null) {
          found = record;
          record = next(events, damage);
        }
      }
      if (found != null) {
        return found;
      }
      end = begin;
    }
    return null;
  }

  @Override
  public void follow(long afterSeq, Search search, Consumer<EventRecord> each)
      throws IOException, ConsoleException, InterruptedException {
    Selection selection =
        parts(search.filter()).between(afterSeq + 1, Long.MAX_VALUE, search.traces());
    Damage damage = new Damage();
    try (SelectedEvents events = SelectedEvents.open(journal, selection)) {
      while (true) {
        EventRecord record = next(events, damage);
        if (record == null) {
          Thread.sleep(LOOK_AGAIN_MS);
        } else {
          each.accept(record);
        }
      }
    }
  }

  /** Steps over what is damaged: {@code log} and {@code verify} tell of it. */
  private static @Nullable EventRecord next(SelectedEvents events, Damage damage)
      throws JournalException {
    while (true) {
      try {
        return events.next();
      } catch (JournalException e) {
        damage.add(e);
      }
    }
  }

  private static Parts parts(String filter) throws ConsoleException {
    Set<Kind> kinds = EnumSet.noneOf(Kind.class);
    String device = null;
    List<Token> tokens = Words.of(filter);
    for (int i = 0; i < tokens.size(); i++) {
      String word = tokens.get(i).value();
      boolean named = word.equals("kind") || word.equals("device");
      if (named) {
        i += i + 1 < tokens.size() && tokens.get(i + 1).value().equals("=") ? 2 : 1;
      }
      if (i >= tokens.size()) {
        throw new ConsoleException("expected something behind '" + word + "'");
      }
      String value = tokens.get(i).value();
      if (word.equals("device")) {
        device = value;
      } else if (named || !word.equals("and")) {
        kinds.add(kind(value));
      }
    }
    return new Parts(kinds, device);
  }

  private static Kind kind(String word) throws ConsoleException {
    Kind kind = Kind.ofWord(word.toLowerCase(Locale.ROOT).replace('-', '_'));
    if (kind == null) {
      throw new ConsoleException(
          "there is no kind '" + word + "'; expected a kind, as path_failed, or 'device NAME'");
    }
    return kind;
  }
}
