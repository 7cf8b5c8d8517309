package dmrec.journal.index;

import dmrec.event.EventRecord;
import dmrec.event.Field;
import dmrec.journal.EventHead;
import dmrec.journal.JournalException;
import dmrec.journal.file.Fault;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One way through the events of a journal that are asked for. One thread at a time. */
public interface Walk extends AutoCloseable {
  /** The next event, or null at the present end; a later call finds what was appended since. */
  @Nullable EventRecord next() throws JournalException;

  /**
   * The head of the next event, or null as {@link #next}. An event that cannot be decoded may have
   * one too.
   */
  @Nullable EventHead nextHead() throws JournalException;

  /** The event of the last {@link #nextHead}; null where it cannot be read. */
  @Nullable EventRecord read() throws JournalException;

  /**
   * A payload field of the event of the last {@link #nextHead}, of its kind; null where it cannot
   * be told alone, so that {@link #read} tells what there is.
   */
  @Nullable Object value(Field field);

  /** What was passed since the last call and may have been asked for. */
  List<Fault> faults();

  @Override
  void close();
}
