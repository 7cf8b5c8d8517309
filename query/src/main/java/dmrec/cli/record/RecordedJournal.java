package dmrec.cli.record;

import dmrec.journal.JournalException;
import dmrec.journal.JournalOptions;
import dmrec.journal.JournalWriter;
import dmrec.journal.Spool;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The journal that a recording goes to, at once or by way of a spool. */
final class RecordedJournal implements AutoCloseable {
  private final JournalWriter writer;
  private final @Nullable Spool spool;

  private RecordedJournal(JournalWriter writer, @Nullable Spool spool) {
    this.writer = writer;
    this.spool = spool;
  }

  /**
   * Opens it.
   *
   * @param spool the folder in between; null for none
   */
  static RecordedJournal open(Path folder, @Nullable Path spool, JournalOptions options)
      throws JournalException {
    if (spool == null) {
      return new RecordedJournal(JournalWriter.open(folder, options), null);
    }
    Spool opened = Spool.open(folder, spool, options);
    return new RecordedJournal(opened.writer(), opened);
  }

  /**
   * Goes on where it belongs when somebody takes the journal away.
   *
   * @param alarm called by another thread when that is found
   */
  void guard(Runnable alarm) {
    if (spool == null) {
      writer.guard(alarm);
    } else {
      spool.guard(alarm);
    }
  }

  JournalWriter writer() {
    return writer;
  }

  /** What it takes on the disk. */
  long allocatedBytes() {
    return spool == null ? writer.allocatedBytes() : spool.allocatedBytes();
  }

  /** What is to be done from time to time. */
  void tick() {
    if (spool != null) {
      spool.tick();
    }
  }

  @Override
  public void close() {
    if (spool != null) {
      spool.close();
    } else {
      writer.close();
    }
  }
}
