package dmrec.query;

import dmrec.event.DeviceRef;
import dmrec.event.EventRecord;
import dmrec.event.Kind;
import dmrec.journal.JournalException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds single events of a journal by number, kind and device.
 *
 * <p>A device is meant by its identity: its number and the life of it ({@link #isSameLife}),
 * whatever it is called. Each boot gives the numbers of lives out anew; who asks across boots has
 * to mind where one begins.
 */
public interface PastEvents {

  /**
   * The last record with a number up to {@code upToSeq}, or null.
   *
   * @param kinds of one of these kinds; none means any
   * @param device about this device; null for any, or none
   */
  @Nullable EventRecord last(long upToSeq, Set<Kind> kinds, @Nullable DeviceRef device)
      throws JournalException;

  /** The first record with a number from {@code fromSeq} on, or null; else as {@link #last}. */
  @Nullable EventRecord first(long fromSeq, Set<Kind> kinds, @Nullable DeviceRef device)
      throws JournalException;

  /** Whether both are one life of one device, as far as they tell. */
  static boolean isSameLife(DeviceRef one, DeviceRef other) {
    return one.dev().equals(other.dev())
        && (one.diskSeq() == other.diskSeq() || one.diskSeq() <= 0 || other.diskSeq() <= 0);
  }

  /** Whether a record is of what {@link #last} was asked for. */
  static boolean matches(EventRecord record, Set<Kind> kinds, @Nullable DeviceRef device) {
    return (kinds.isEmpty() || kinds.contains(record.kind()))
        && (device == null || isSameLife(device, record.device()));
  }
}
