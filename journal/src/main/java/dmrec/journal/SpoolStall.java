package dmrec.journal;

import dmrec.event.IoErrors;
import java.nio.file.Path;

/**
 * Says once when the file system that a spool moves into hangs or fails, and when it goes on. For
 * any thread.
 */
final class SpoolStall {
  /** A disk may take this long without being broken. */
  private static final long HANG_NS = 5_000_000_000L;

  private final Path spool;
  private final Path journal;
  private final JournalOptions options;
  private long sinceNs;
  private long busySinceNs;
  private boolean stalled;

  SpoolStall(Path spool, Path journal, JournalOptions options) {
    this.spool = spool;
    this.journal = journal;
    this.options = options;
  }

  /** Something is written from here on. */
  synchronized void begin() {
    busySinceNs = System.nanoTime();
  }

  /** Says so where what was begun takes too long; from time to time. */
  void watch() {
    synchronized (this) {
      if (stalled || busySinceNs == 0 || System.nanoTime() - busySinceNs < HANG_NS) {
        return;
      }
      stalled = true;
      sinceNs = busySinceNs;
    }
    options
        .notices()
        .accept(
            IoErrors.shown(journal)
                + ": its file system has taken nothing for "
                + HANG_NS / 1_000_000_000L
                + " s. Until it does the spool "
                + IoErrors.shown(spool)
                + " keeps what is recorded");
  }

  /** It could not be written. */
  void failed(Throwable e) {
    synchronized (this) {
      busySinceNs = 0;
      if (stalled) {
        return;
      }
      stalled = true;
      sinceNs = System.nanoTime();
    }
    String what =
        e instanceof JournalException
            ? String.valueOf(e.getMessage())
            : IoErrors.cannot("write", journal, e);
    options
        .notices()
        .accept(
            what
                + ". It is tried again each second; until then the spool "
                + IoErrors.shown(spool)
                + " keeps what is recorded");
  }

  /** It was written. */
  void ended() {
    long ns;
    synchronized (this) {
      busySinceNs = 0;
      if (!stalled) {
        return;
      }
      stalled = false;
      ns = System.nanoTime() - sinceNs;
    }
    options
        .notices()
        .accept(
            IoErrors.shown(journal)
                + ": can be written again after "
                + ns / 1_000_000_000L
                + " s; the spool has moved into it");
  }
}
