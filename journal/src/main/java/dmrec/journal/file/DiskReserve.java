package dmrec.journal.file;

import dmrec.event.IoErrors;
import dmrec.journal.JournalException;
import dmrec.journal.JournalFullException;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How much of a file system the journal may still take. A reserve is left to others: a machine
 * whose root file system is full to the last block is in worse trouble than the one being recorded.
 */
public final class DiskReserve {
  private static final long RESERVE_BYTES = 64L << 20;
  private static final int RESERVE_PART = 20;

  private final Path folder;
  private final FileStore store;
  private final long reserveBytes;

  private DiskReserve(Path folder, FileStore store, long reserveBytes) {
    this.folder = folder;
    this.store = store;
    this.reserveBytes = reserveBytes;
  }

  /**
   * Of the file system that the folder is in.
   *
   * @param reserveBytes what is left to others; below 0 for the usual: a twentieth, 64 MiB at most
   */
  public static DiskReserve in(Path folder, long reserveBytes) throws JournalException {
    try {
      FileStore store = Files.getFileStore(folder);
      long reserve =
          reserveBytes >= 0
              ? reserveBytes
              : Math.min(RESERVE_BYTES, store.getTotalSpace() / RESERVE_PART);
      return new DiskReserve(folder, store, reserve);
    } catch (IOException e) {
      throw new JournalException(IoErrors.cannot("find out the free space of", folder, e), e);
    }
  }

  /** Whether so many more bytes may be taken. */
  public boolean allows(long moreBytes) throws JournalException {
    return usableBytes() - moreBytes >= reserveBytes;
  }

  private long usableBytes() throws JournalException {
    try {
      return store.getUsableSpace();
    } catch (IOException e) {
      throw new JournalException(IoErrors.cannot("find out the free space of", folder, e), e);
    }
  }

  public JournalFullException full() throws JournalException {
    return new JournalFullException(
        IoErrors.shown(folder)
            + ": no room for more: "
            + (usableBytes() >> 10)
            + " KiB are free, of which "
            + (reserveBytes >> 10)
            + " are left to others. Make room, or let old files go (--max-size)");
  }

  /**
   * What a failed write means: {@link #full()} where somebody else took the room between the check
   * and the write. Inodes and quotas run out with room left; those keep the system's words.
   */
  public IOException cause(IOException e) throws JournalException {
    return isFull(e) && !allows(1) ? full() : e;
  }

  /** Whether a write failed for want of space; Java tells it by the system's words only. */
  public static boolean isFull(IOException e) {
    String message = String.valueOf(e.getMessage());
    return message.contains("No space left") || message.contains("quota exceeded");
  }
}
