package dmrec.bundle;

import dmrec.event.EventRecord;
import dmrec.journal.JournalException;
import dmrec.journal.JournalOptions;
import dmrec.journal.JournalWriter;
import dmrec.topology.Topology;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Makes a journal of a file of events, as {@link EventsReader} reads them.
 *
 * <p>A journal's numbers have no hole, so those of a whole export stay as they were; the events of
 * a filtered one get new numbers, and {@link #isRenumbered} says so. All else stays as it was.
 *
 * @param events how many events there were
 * @param firstSeq the number of the first in the file; 0 where there was none
 * @param lastSeq the number of the last in the file; 0 where there was none
 * @param isRenumbered whether they have other numbers in the journal
 */
public record EventsImport(long events, long firstSeq, long lastSeq, boolean isRenumbered) {
  /** As {@link #of(EventsReader, Path)}, for a file. */
  public static EventsImport of(Path events, Path newJournal) throws JournalException {
    try (EventsReader reader = EventsReader.open(events)) {
      return of(reader, newJournal);
    }
  }

  /** What is done to each event on its way into the journal. */
  public interface Change {
    Change NONE = record -> record;

    /** The event as it goes in. */
    EventRecord of(EventRecord record);
  }

  /** Has the last word on an import. */
  public interface Check {
    /** What is wrong with it, so that nothing of it is kept; null where nothing is. */
    @Nullable String of(EventsImport told);
  }

  /**
   * Imports all that a reader has.
   *
   * @param newJournal a folder that is empty or does not exist yet
   * @throws JournalException where a line is no event, or the journal cannot be written; nothing is
   *     left of it then
   */
  public static EventsImport of(EventsReader reader, Path newJournal) throws JournalException {
    return of(reader, newJournal, new Topology(), Change.NONE, told -> null);
  }

  /**
   * The same for a part of a journal.
   *
   * @param before the stack that the first event finds; the first number is the one behind its own
   */
  public static EventsImport of(
      EventsReader reader, Path newJournal, Topology before, Change change, Check check)
      throws JournalException {
    return of(reader, newJournal, before, change, check, new FilesOfDays());
  }

  static EventsImport of(
      EventsReader reader,
      Path newJournal,
      Topology before,
      Change change,
      Check check,
      FilesOfDays files)
      throws JournalException {
    JournalWriter writer = JournalWriter.begin(newJournal, JournalOptions.usual(), before);
    boolean done = false;
    try (writer) {
      EventsImport told = new EventsImport(0, 0, 0, false);
      for (EventRecord record = reader.next(); record != null; record = reader.next()) {
        EventRecord changed = change.of(record);
        switch (files.hold(writer, changed.wallNs())) {
          case TOO_MANY_FILES ->
              throw reader.wrong(
                  "expected times that go on as those of a recording do, found them going back or"
                      + " on to another day for the "
                      + (files.files() + 1)
                      + "th time");
          case TOO_LARGE_STACKS ->
              throw reader.wrong(
                  "expected a stack small enough to begin each day's file with, found one that is"
                      + " too large for file "
                      + (files.files() + 1));
          case YES -> {}
        }
        long seq = writer.append(changed);
        told =
            new EventsImport(
                told.events + 1,
                told.events == 0 ? record.seq() : told.firstSeq,
                record.seq(),
                told.isRenumbered || record.seq() != seq);
      }
      String complaint = check.of(told);
      if (complaint != null) {
        throw reader.wrong(complaint);
      }
      writer.sync();
      done = true;
      return told;
    } finally {
      if (!done) {
        // Half an import would look like a whole one.
        writer.discard();
      }
    }
  }
}
